package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
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

const secretSize = 32

// Store keeps one campaign. Its methods may be called from several goroutines
// and, where the engine allows it, from several processes.
type Store struct {
	kv     kv.Store
	codec  codec
	keys   keys
	notice string
	secret []byte
}

// Open opens the campaign of the notice with this ID and creates it on first
// use. It does not own engine, which the caller closes. Errors: [ErrRestoring],
// [ErrRecord], those of kv.
func Open(ctx context.Context, engine kv.Store, noticeID string) (*Store, error) {
	if noticeID == "" {
		return nil, fmt.Errorf("%w: a campaign needs the notice's ID", ErrMisuse)
	}
	c, err := newCodec()
	if err != nil {
		return nil, err
	}
	s := &Store{kv: engine, codec: c, keys: keys{notice: escape(noticeID)}, notice: noticeID}
	for {
		err := s.start(ctx)
		if !errors.Is(err, kv.ErrConflict) {
			if err != nil {
				return nil, fmt.Errorf("open campaign %q: %w", noticeID, err)
			}
			return s, nil
		}
	}
}

// start reads the campaign's secret, or draws it.
func (s *Store) start(ctx context.Context) error {
	snap, err := s.kv.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.Close()
	restoring, err := snap.Get(ctx, restoringKey)
	if err != nil {
		return err
	}
	if restoring.Exists() {
		return fmt.Errorf("%w: empty it and restore again", ErrRestoring)
	}
	e, err := snap.Get(ctx, s.keys.secret())
	if err != nil {
		return err
	}
	var record secretRecord
	if e.Exists() {
		if err := s.codec.decode(e.Key, e.Value, &record); err != nil {
			return err
		}
		if record.Notice != s.notice || len(record.Key) != secretSize {
			return fmt.Errorf("%w: %q is not of campaign %q", ErrRecord, e.Key, s.notice)
		}
		s.secret = record.Key
		return nil
	}
	snap.Close()
	record = secretRecord{Notice: s.notice, Key: make([]byte, secretSize)}
	if _, err := rand.Read(record.Key); err != nil {
		return err
	}
	value, err := s.codec.encode(s.keys.secret(), record)
	if err != nil {
		return err
	}
	_, err = s.kv.Commit(ctx, kv.Tx{
		Expect: []kv.Expect{{Key: s.keys.secret()}, {Key: restoringKey}},
		Put:    []kv.Pair{{Key: s.keys.secret(), Value: value}},
	})
	s.secret = record.Key
	return err
}

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
