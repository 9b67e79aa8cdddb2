package wecomtest

import (
	"fmt"
	"testing"
)

func TestRecent(t *testing.T) {
	var r recent[int]
	for i := range 3 * remembered {
		r.put(fmt.Sprint(i), i+1, 0)
		r.put("5", 6, 0) // a key that comes again is no new one
	}
	if n := len(r.held); n != remembered || len(r.order) != n {
		t.Errorf("%d are held, %d in order", n, len(r.order))
	}
	if got := r.get(fmt.Sprint(3*remembered - 1)); got != 3*remembered {
		t.Errorf("the last is %d", got)
	}
	if got := r.get("0"); got != 0 {
		t.Errorf("the first is still %d", got)
	}
}

func TestRecentFiles(t *testing.T) {
	var r recent[string]
	r.put("small", "s", 1)
	r.put("large", "l", heldBytes-1)
	if r.get("small") == "" || r.get("large") == "" {
		t.Error("what fits is forgotten")
	}
	r.put("small", "s", 2)
	if r.get("small") != "" || r.bytes != heldBytes-1 {
		t.Errorf("%d bytes are held", r.bytes)
	}
	r.put("larger", "x", 2*heldBytes)
	if r.get("larger") == "" || len(r.held) != 1 {
		t.Errorf("%d are held, the last among them: %v", len(r.held), r.get("larger") != "")
	}
}

func TestLatest(t *testing.T) {
	var list []int
	for i := range 5 * remembered {
		list = latest(list, i)
		if n := len(list); n > 2*remembered || list[n-1] != i || n < min(i+1, remembered) {
			t.Fatalf("%d are kept of %d, the last is %d", n, i+1, list[n-1])
		}
	}
}
