package memkv

import "anyuebot/store/kv"

// node is a binary search tree by key and a heap by priority. Priorities are
// hashes of the keys, which keeps the tree about as deep as its logarithm
// whatever order the keys come in. No node is changed once it can be seen.
type node struct {
	entry       kv.Entry
	priority    uint64
	left, right *node
}

func (n *node) find(key string) kv.Entry {
	for n != nil {
		switch {
		case key < n.entry.Key:
			n = n.left
		case key > n.entry.Key:
			n = n.right
		default:
			return n.entry
		}
	}
	return kv.Entry{}
}

// put gives the tree with fresh in it, instead of any node of the same key.
func (n *node) put(fresh *node) *node {
	if n == nil {
		return fresh
	}
	if fresh.entry.Key == n.entry.Key {
		fresh.left, fresh.right = n.left, n.right
		return fresh
	}
	if fresh.priority > n.priority {
		fresh.left, fresh.right = n.split(fresh.entry.Key)
		return fresh
	}
	twin := *n
	if fresh.entry.Key < n.entry.Key {
		twin.left = n.left.put(fresh)
	} else {
		twin.right = n.right.put(fresh)
	}
	return &twin
}

// split gives the nodes below key and those above it.
func (n *node) split(key string) (below, above *node) {
	if n == nil {
		return nil, nil
	}
	twin := *n
	switch {
	case key < n.entry.Key:
		below, twin.left = n.left.split(key)
		return below, &twin
	case key > n.entry.Key:
		twin.right, above = n.right.split(key)
		return &twin, above
	default:
		return n.left, n.right
	}
}

func (n *node) remove(key string) *node {
	if n == nil {
		return nil
	}
	twin := *n
	switch {
	case key < n.entry.Key:
		twin.left = n.left.remove(key)
	case key > n.entry.Key:
		twin.right = n.right.remove(key)
	default:
		return join(n.left, n.right)
	}
	return &twin
}

// join makes one tree of two, all keys of below being less than those of above.
func join(below, above *node) *node {
	switch {
	case below == nil:
		return above
	case above == nil:
		return below
	case below.priority > above.priority:
		twin := *below
		twin.right = join(below.right, above)
		return &twin
	default:
		twin := *above
		twin.left = join(below, above.left)
		return &twin
	}
}

// walk visits the entries from key on in their order until visit says false.
func (n *node) walk(key string, visit func(kv.Entry) bool) bool {
	if n == nil {
		return true
	}
	if key <= n.entry.Key {
		if !n.left.walk(key, visit) || !visit(n.entry) {
			return false
		}
	}
	return n.right.walk(key, visit)
}
