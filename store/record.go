package store

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// ErrRecord: a stored record cannot be read. The message names its key.
var ErrRecord = errors.New("unreadable record")

// recordVersion is the first byte of every value. A change that an older
// program could misread gets a new one.
const recordVersion = 1

// Records that are not nouns of package bot.
type (
	rosterRecord struct {
		Confirmed time.Time `cbor:"1,keyasint,omitzero"`
	}
	// filedRecord is rewritten whenever another version of a form and period
	// counts than before: it is its revision that tells.
	filedRecord struct {
		Form   string `cbor:"1,keyasint"`
		Period string `cbor:"2,keyasint"`
	}
	claimRecord struct {
		Reply bot.Reply `cbor:"1,keyasint"`
		At    time.Time `cbor:"2,keyasint"`
	}
	logRecord struct {
		Entries []bot.LogEntry `cbor:"1,keyasint"`
	}
	leaseRecord struct {
		Owner string    `cbor:"1,keyasint"`
		Until time.Time `cbor:"2,keyasint"`
	}
	restoringRecord struct {
		Notice string `cbor:"1,keyasint"`
	}
)

// codec turns records into values and back, and seals the personal ones.
type codec struct {
	enc  cbor.EncMode
	dec  cbor.DecMode
	ring *ring // nil for values without any seal
}

func newCodec() (codec, error) {
	// Text keeps instants whole; CBOR's own numbers are floats of seconds and
	// would come back a little off.
	enc, err := cbor.EncOptions{
		Time:        cbor.TimeRFC3339NanoUTC,
		IndefLength: cbor.IndefLengthForbidden,
		TagsMd:      cbor.TagsForbidden,
	}.EncMode()
	if err != nil {
		return codec{}, err
	}
	// What people write may hold bytes that are no UTF-8. It was taken, so it
	// has to come back.
	dec, err := cbor.DecOptions{
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		UTF8:              cbor.UTF8DecodeInvalid,
	}.DecMode()
	return codec{enc: enc, dec: dec}, err
}

func (c codec) encode(key string, record any) ([]byte, error) {
	plain, err := c.plain(key, record)
	if err != nil {
		return nil, err
	}
	return c.ring.seal(key, plain)
}

// plain is a record's value without a seal.
func (c codec) plain(key string, record any) ([]byte, error) {
	b, err := c.enc.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode %q: %w", key, err)
	}
	value := make([]byte, 0, 1+len(b))
	return append(append(value, recordVersion), b...), nil
}

// holds reports whether an entry holds just this record. Sealed twice, a record
// gives two different values.
func (c codec) holds(e kv.Entry, record any) (bool, error) {
	if !e.Exists() {
		return false, nil
	}
	want, err := c.plain(e.Key, record)
	if err != nil {
		return false, err
	}
	have, err := c.ring.open(e.Key, e.Value)
	return err == nil && bytes.Equal(have, want), err
}

func (c codec) decode(key string, value []byte, record any) error {
	if len(value) == 0 {
		return fmt.Errorf("%w: %q is empty", ErrRecord, key)
	}
	value, err := c.ring.open(key, value)
	if err != nil {
		return err
	}
	if len(value) == 0 {
		return fmt.Errorf("%w: %q is empty", ErrRecord, key)
	}
	if value[0] != recordVersion {
		return fmt.Errorf("%w: %q has format version %d, this program knows %d", ErrRecord, key, value[0], recordVersion)
	}
	if err := c.dec.Unmarshal(value[1:], record); err != nil {
		return fmt.Errorf("%w: %q: %w", ErrRecord, key, err)
	}
	return nil
}
