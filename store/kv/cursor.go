package kv

import "context"

// cursorPage keeps a page well below what one answer of etcd may hold, given
// records of a few kilobytes.
const cursorPage = 256

// Cursor walks through all entries under a prefix, sorted by key, reading them
// in pages.
type Cursor struct {
	snap   Snapshot
	prefix string
	after  string
	page   []Entry
	last   bool
}

// NewCursor starts before the first entry of snap whose key begins with prefix.
func NewCursor(snap Snapshot, prefix string) *Cursor {
	return &Cursor{snap: snap, prefix: prefix}
}

// Next gives the next entry, and false after the last one.
func (c *Cursor) Next(ctx context.Context) (Entry, bool, error) {
	if len(c.page) == 0 && !c.last {
		page, err := c.snap.Scan(ctx, c.prefix, c.after, cursorPage)
		if err != nil {
			return Entry{}, false, err
		}
		c.page, c.last = page, len(page) < cursorPage
		if len(page) > 0 {
			c.after = page[len(page)-1].Key
		}
	}
	if len(c.page) == 0 {
		return Entry{}, false, nil
	}
	e := c.page[0]
	c.page = c.page[1:]
	return e, true, nil
}
