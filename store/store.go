package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// ErrRestoring: a restore into this store was interrupted; what is there is a
// part of the backup.
var ErrRestoring = errors.New("a restore into this store has not ended")

// ErrMisuse: the caller broke a rule stated at the method; nothing was done.
var ErrMisuse = errors.New("misuse of the store")

// Store keeps one campaign. Its methods may be called from several goroutines
// and, where the engine allows it, from several processes.
type Store struct {
	kv     kv.Store
	codec  codec
	keys   keys
	notice string
	secret []byte
	master []byte // what the campaign's keys are wrapped in; nil for nothing

	forgotten bool // the personal data was deleted
}

// Options of [OpenWith]. The zero value keeps the campaign's keys as they are
// drawn, beside the records they seal.
type Options struct {
	// Master wraps the campaign's keys, [KeySize] bytes; Old is the one before it,
	// while it is being changed or taken away.
	Master, Old []byte
	// Personal are the forms whose reports are sealed as a whole.
	Personal []string
}

// Open is [OpenWith] without any options.
func Open(ctx context.Context, engine kv.Store, noticeID string) (*Store, error) {
	return OpenWith(ctx, engine, noticeID, Options{})
}

// OpenWith opens the campaign of the notice with this ID and creates it on first
// use. It does not own engine, which the caller closes. A campaign whose personal
// data was deleted opens as well, to be read: see [Store.Forgotten]. Errors:
// [ErrRestoring], [ErrLocked], [ErrRecord], those of kv.
func OpenWith(ctx context.Context, engine kv.Store, noticeID string, o Options) (*Store, error) {
	if noticeID == "" {
		return nil, fmt.Errorf("%w: a campaign needs the notice's ID", ErrMisuse)
	}
	for _, key := range [][]byte{o.Master, o.Old} {
		if len(key) != 0 && len(key) != KeySize {
			return nil, fmt.Errorf("%w: a master key has %d bytes", ErrMisuse, KeySize)
		}
	}
	c, err := newCodec()
	if err != nil {
		return nil, err
	}
	s := &Store{kv: engine, codec: c, keys: keys{escape(noticeID)}, notice: noticeID}
	s.codec.ring = newRing(s.keys, o.Personal)
	for {
		err := s.start(ctx, o)
		if !errors.Is(err, kv.ErrConflict) {
			if err != nil {
				return nil, fmt.Errorf("open campaign %q: %w", noticeID, err)
			}
			return s, nil
		}
	}
}

// Forgotten reports whether the campaign's personal data was deleted.
func (s *Store) Forgotten() bool { return s.forgotten }

// PersonID makes the ID that stands for a userid everywhere but in the person's
// own record: 16 hex digits of a keyed hash, the same for any case of letters.
// Without the campaign's secret nothing leads back from it.
func (s *Store) PersonID(userID string) string { return personID(s.secret, userID) }

func personID(secret []byte, userID string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(strings.ToLower(userID)))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// Reply gives what was answered to the message with this claim; false if none
// was, or if it has been swept.
func (s *Store) Reply(ctx context.Context, claim string) (bot.Reply, bool, error) {
	v, err := s.View(ctx)
	if err != nil {
		return bot.Reply{}, false, err
	}
	defer v.Close()
	return v.reply(claim)
}

// Roster gives the units in their order.
func (s *Store) Roster(ctx context.Context) (bot.Roster, error) {
	v, err := s.View(ctx)
	if err != nil {
		return bot.Roster{}, err
	}
	defer v.Close()
	return v.Roster()
}

// People gives everybody who ever changed something or was put on the roster,
// sorted by ID.
func (s *Store) People(ctx context.Context) ([]bot.Person, error) {
	v, err := s.View(ctx)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	return v.People()
}
