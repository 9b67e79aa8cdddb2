package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Personal data is kept sealed: who somebody is, what they were last asked, what
// they were answered and sent, and the forms with private items. Each campaign
// has data keys of its own, which stand in its key record; with a master key
// configured they stand there wrapped in it. Deleting that record makes all of it
// unreadable at once, wherever copies of the bytes may still lie.
//
// A sealed value is one byte of format version, the number of its data key in
// four bytes, a nonce, and the record under AES-256-GCM, bound to its key in the
// store so that none can stand in for another.

var (
	// ErrLocked: the campaign's keys are wrapped in a master key that was not given.
	ErrLocked = errors.New("the store is sealed with another key")

	// ErrForgotten: the campaign's personal data was deleted; it takes no turns.
	ErrForgotten = errors.New("the personal data of this campaign was deleted")
)

// KeySize is how many bytes a master key has.
const KeySize = 32

// sealedVersion is the first byte of a sealed value.
const sealedVersion = 2

// sealedHead is the format version and the number of the data key.
const sealedHead = 1 + 4

// ring holds the data keys of a campaign. It is safe for concurrent use.
type ring struct {
	private func(key string) bool // whether a key's record is personal

	mu      sync.RWMutex
	keys    map[uint32]cipher.AEAD
	current uint32
}

func newRing(k keys, forms []string) *ring {
	return &ring{private: k.personal(forms), keys: map[uint32]cipher.AEAD{}}
}

// personal tells the keys of records that are personal. Of reports and versions
// these are the ones of the forms named.
func (k keys) personal(forms []string) func(key string) bool {
	var prefixes []string
	for _, kind := range personalKinds() {
		prefixes = append(prefixes, k.every(kind))
	}
	for _, form := range forms {
		prefixes = append(prefixes, k.every(kindReport, form), k.every(kindVersion, form))
	}
	return func(key string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(key, prefix) })
	}
}

// personalKinds are the kinds of record that are personal as a whole.
func personalKinds() []kind {
	return []kind{kindPerson, kindSession, kindClaim, kindDocket, kindFile, kindChat, kindBroadcast, kindOut, kindSent, kindLog, kindReminding}
}

// set replaces the keys of the ring; the last is the one to seal with.
func (r *ring) set(list []dataKey) error {
	fresh := make(map[uint32]cipher.AEAD, len(list))
	var current uint32
	for _, k := range list {
		aead, err := newAEAD(k.Key)
		if err != nil {
			return err
		}
		fresh[k.ID], current = aead, k.ID
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys, r.current = fresh, current
	return nil
}

func (r *ring) find(id uint32) cipher.AEAD {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys[id]
}

func (r *ring) latest() (uint32, cipher.AEAD) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.current, r.keys[r.current]
}

// seal wraps a plain value; what is not personal stays as it is, and so does
// everything before there is a data key.
func (r *ring) seal(key string, plain []byte) ([]byte, error) {
	if r == nil || !r.private(key) {
		return plain, nil
	}
	id, aead := r.latest()
	if aead == nil {
		return plain, nil
	}
	out := binary.BigEndian.AppendUint32([]byte{sealedVersion}, id)
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(append(out, nonce...), nonce, plain, []byte(key)), nil
}

// open gives the plain value of one that may be sealed.
func (r *ring) open(key string, value []byte) ([]byte, error) {
	if len(value) == 0 || value[0] != sealedVersion {
		return value, nil
	}
	if r == nil || len(value) < sealedHead {
		return nil, fmt.Errorf("%w: %q is sealed", ErrRecord, key)
	}
	aead := r.find(binary.BigEndian.Uint32(value[1:]))
	if aead == nil {
		return nil, fmt.Errorf("%w: %q is sealed with a key that is gone", ErrRecord, key)
	}
	box := value[sealedHead:]
	if len(box) < aead.NonceSize() {
		return nil, fmt.Errorf("%w: %q is cut short", ErrRecord, key)
	}
	plain, err := aead.Open(nil, box[:aead.NonceSize()], box[aead.NonceSize():], []byte(key))
	if err != nil {
		return nil, fmt.Errorf("%w: %q does not open with its key", ErrRecord, key)
	}
	return plain, nil
}

// fresh reports whether a value is sealed as it should be now.
func (r *ring) fresh(key string, value []byte) bool {
	if !r.private(key) {
		return true
	}
	id, _ := r.latest()
	return len(value) >= sealedHead && value[0] == sealedVersion && binary.BigEndian.Uint32(value[1:]) == id
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("%w: a key of %d bytes", ErrRecord, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// wrap puts a small secret under a master key; unwrap takes it out again. What
// for is part of it, so that none stands in for another.
func wrap(master []byte, what string, secret []byte) ([]byte, error) {
	aead, err := newAEAD(master)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, secret, []byte(what)), nil
}

func unwrap(master []byte, what string, box []byte) ([]byte, bool) {
	aead, err := newAEAD(master)
	if err != nil || len(box) < aead.NonceSize() {
		return nil, false
	}
	secret, err := aead.Open(nil, box[:aead.NonceSize()], box[aead.NonceSize():], []byte(what))
	return secret, err == nil
}
