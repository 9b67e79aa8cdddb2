package wecom

import (
	"sync"
	"time"
)

const (
	identitiesKept = 4096             // far above the members of a county's work groups
	unknownKept    = 10 * time.Minute // the office may be about to widen the visible scope
	identityKept   = 24 * time.Hour
)

// identities remember whose id is whose. The zero value is ready.
type identities struct {
	mu    sync.Mutex
	known map[string]identity
}

type identity struct {
	userID string // "" if the platform knows none
	until  time.Time
}

func (i *identities) get(id string) (userID string, found bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	k, found := i.known[id]
	if !found || !time.Now().Before(k.until) {
		return "", false
	}
	return k.userID, true
}

func (i *identities) put(id, userID string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known == nil || len(i.known) >= identitiesKept {
		i.known = map[string]identity{} // asking anew is cheaper than an order of ages
	}
	kept := identityKept
	if userID == "" {
		kept = unknownKept
	}
	i.known[id] = identity{userID: userID, until: time.Now().Add(kept)}
}
