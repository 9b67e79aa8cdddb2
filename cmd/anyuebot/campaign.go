package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"anyuebot/bot"
	"anyuebot/store"
)

// seals is how the store keeps personal data: with the configured master key, and
// whole the forms that have private items.
func (c config) seals(n *bot.Notice) store.Options {
	o := store.Options{Master: c.Key, Old: c.KeyOld}
	for _, f := range n.Forms {
		if slices.ContainsFunc(f.Fields, func(f bot.Field) bool { return f.Private }) {
			o.Personal = append(o.Personal, f.ID)
		}
	}
	return o
}

// openStore opens the notice's campaign and keeps the notice with it, so that it
// can be read when the next year's has taken its place.
func (s *service) openStore(ctx context.Context) error {
	st, err := store.OpenWith(ctx, s.engine, s.notice.ID, s.config.seals(s.notice))
	if errors.Is(err, store.ErrLocked) {
		return errors.New("存储用另一个主密钥加密，打不开。请核对 ANYUE_KEY；正在更换的，把原来的写进 ANYUE_KEY_OLD")
	}
	if err != nil {
		return err
	}
	s.stored.Store(st)
	packed, err := packNotice(s.notice)
	if err != nil {
		return err
	}
	return st.KeepNotice(ctx, packed)
}

// packNotice makes a notice into bytes, the same for the same notice.
func packNotice(n *bot.Notice) ([]byte, error) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	err := errors.Join(json.NewEncoder(z).Encode(n), z.Close())
	return buf.Bytes(), err
}

func unpackNotice(packed []byte) (*bot.Notice, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	n := new(bot.Notice)
	return n, json.NewDecoder(z).Decode(n)
}

// campaign finds a campaign of the store by its notice's ID, "" for the present
// one, with the notice it was run with.
func (s *service) campaign(ctx context.Context, id string) (*store.Store, *bot.Notice, error) {
	if id == "" || id == s.notice.ID {
		return s.store(), s.notice, nil
	}
	ids, err := store.Campaigns(ctx, s.engine)
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(ids, id) {
		return nil, nil, fmt.Errorf("存储里没有活动“%s”。现有：%s", id, strings.Join(ids, "、"))
	}
	st, err := store.OpenWith(ctx, s.engine, id, s.config.seals(s.notice))
	if err != nil {
		return nil, nil, err
	}
	packed, err := st.Notice(ctx)
	if err != nil {
		return nil, nil, err
	}
	n, err := unpackNotice(packed)
	if err != nil {
		return nil, nil, fmt.Errorf("活动“%s”的通知读不出来：%w", id, err)
	}
	return st, n, nil
}
