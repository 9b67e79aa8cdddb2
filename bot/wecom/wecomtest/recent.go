package wecomtest

import "slices"

const (
	remembered = 4096      // of each kind of thing; far more than one test or a day's demo needs
	heldBytes  = 256 << 20 // of files of one kind, beyond the last one
)

// recent is a map that forgets the oldest beyond a few thousand: the demo runs
// for weeks. The zero value is ready.
type recent[V any] struct {
	held  map[string]weighed[V]
	order []string // keys, the oldest first
	bytes int
}

type weighed[V any] struct {
	value V
	bytes int
}

// get returns what stands under a key, or the zero value.
func (r *recent[V]) get(key string) V { return r.held[key].value }

// put keeps a value that holds so many bytes of a file, 0 for none.
func (r *recent[V]) put(key string, value V, bytes int) {
	if r.held == nil {
		r.held = map[string]weighed[V]{}
	}
	before, again := r.held[key]
	if !again {
		r.order = append(r.order, key)
	}
	r.held[key] = weighed[V]{value, bytes}
	r.bytes += bytes - before.bytes
	for len(r.order) > remembered || len(r.order) > 1 && r.bytes > heldBytes {
		r.bytes -= r.held[r.order[0]].bytes
		delete(r.held, r.order[0])
		r.order = r.order[1:]
	}
}

// latest appends to a list of which at least the last [remembered] are kept.
func latest[T any](list []T, v T) []T {
	if len(list) >= 2*remembered {
		list = slices.Clone(list[len(list)-remembered+1:])
	}
	return append(list, v)
}
