package wecom_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/bot/wecom"
	"anyuebot/bot/wecom/wecomtest"
)

// files keep what they are given in memory, and can break.
type files struct {
	broken error
	wait   time.Duration

	mu   sync.Mutex
	kept map[string]string // content by name
}

func (f *files) Keep(_ context.Context, name string, r io.Reader, most int64) (bot.File, error) {
	time.Sleep(f.wait)
	content, err := io.ReadAll(io.LimitReader(r, most))
	if err = errors.Join(f.broken, err); err != nil {
		return bot.File{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kept[name] = string(content)
	return bot.File{Hash: fmt.Sprintf("%x", sha256.Sum256(content)), Name: name, Size: int64(len(content))}, nil
}

// playMedia sets a scene where what members send is fetched and kept.
func playMedia(t *testing.T) (*scene, *files) {
	t.Helper()
	s, kept := play(t), &files{kept: map[string]string{}}
	s.setup = func(c *wecom.Config) {
		var err error
		c.Media, err = wecom.NewMedia(wecom.MediaConfig{
			Files: kept, Client: &http.Client{Transport: wecomtest.Direct(s.api)}, AESKey: aesKey, Log: slog.New(slog.NewJSONHandler(s.log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.restart()
	return s, kept
}

func TestWhatComesBesideWords(t *testing.T) {
	content := func(s string) wecomtest.Attachment {
		return wecomtest.Attachment{Name: s + ".pdf", Content: []byte("%PDF-1.4 " + s)}
	}
	pic1, pic2, doc := content("现场1"), content("现场2"), content("附件2")
	for name, c := range map[string]struct {
		send  wecomtest.Msg
		media bot.Media
		want  []wecomtest.Attachment
	}{
		"a picture":        {wecomtest.Msg{Kind: wecomtest.Image, Files: []wecomtest.Attachment{pic1}}, bot.MediaImage, []wecomtest.Attachment{pic1}},
		"a file":           {wecomtest.Msg{Kind: wecomtest.File, Files: []wecomtest.Attachment{doc}}, bot.MediaFile, []wecomtest.Attachment{doc}},
		"a film":           {wecomtest.Msg{Kind: wecomtest.Video, Files: []wecomtest.Attachment{doc}}, bot.MediaVideo, []wecomtest.Attachment{doc}},
		"words, pictures":  {wecomtest.Msg{Kind: wecomtest.Mixed, Text: "见图", Files: []wecomtest.Attachment{pic1, pic2}}, bot.MediaText, []wecomtest.Attachment{pic1, pic2}},
		"a quoted picture": {wecomtest.Msg{Group: "wrSecretGroup", Text: "盖章件", QuoteKind: wecomtest.Image, QuoteFiles: []wecomtest.Attachment{pic1}}, bot.MediaText, []wecomtest.Attachment{pic1}},
		"a quoted file":    {wecomtest.Msg{Group: "wrSecretGroup", QuoteKind: wecomtest.File, QuoteFiles: []wecomtest.Attachment{doc}}, bot.MediaFile, []wecomtest.Attachment{doc}},
	} {
		t.Run(name, func(t *testing.T) {
			s, kept := playMedia(t)
			c.send.From = "zhangwei"
			a, err := s.Send(t.Context(), c.send)
			if err != nil || a.Polls != 0 {
				t.Fatalf("answered by %+v, %v", a, err)
			}
			m := s.service.last()
			if m.Media != c.media || len(m.Files) != len(c.want) {
				t.Fatalf("the turn was given %+v", m)
			}
			for i, f := range m.Files {
				if f.Name != c.want[i].Name || f.Hash == "" || kept.kept[f.Name] != string(c.want[i].Content) {
					t.Errorf("file %d is %+v", i, f)
				}
			}
			// What was answered before is not fetched again.
			kept.broken = errors.New("no space left")
			if again, err := s.Resend(t.Context(), a.ID); err != nil || again.Text != a.Text {
				t.Errorf("a resend is answered by %+v, %v", again, err)
			}
		})
	}
}

func TestAFullDiskClaimsNothing(t *testing.T) {
	s, kept := playMedia(t)
	kept.broken = errors.New("no space left for zhangwei")
	m := wecomtest.Msg{From: "zhangwei", Kind: wecomtest.Image, Files: []wecomtest.Attachment{{Name: "a.jpg", Content: []byte("jpg")}}}
	a, err := s.Send(t.Context(), m)
	if err != nil || a.Text != unavailable || s.service.turns() != 0 {
		t.Errorf("answered by %+v, %v after %d turns", a, err, s.service.turns())
	}
	kept.broken = nil
	if a, err := s.Resend(t.Context(), a.ID); err != nil || a.Text != "收到：" || s.service.turns() != 1 {
		t.Errorf("then answered by %+v, %v", a, err)
	}
}

// Whoever was told to wait hears that it could not be saved.
func TestASlowDiskThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, kept := playMedia(t)
		kept.wait, kept.broken = 10*time.Second, errors.New("no space left")
		a, err := s.Send(t.Context(), wecomtest.Msg{From: "zhangwei", Kind: wecomtest.File, Files: []wecomtest.Attachment{{Name: "a.pdf", Content: []byte("%PDF")}}})
		if err != nil || !cmp.Equal(a.Shown, []string{working, unavailable}) || s.service.turns() != 0 {
			t.Errorf("answered by %+v, %v after %d turns", a, err, s.service.turns())
		}
	})
}

func TestASlowDownload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, kept := playMedia(t)
		kept.wait = 10 * time.Second
		a, err := s.Send(t.Context(), wecomtest.Msg{From: "zhangwei", Kind: wecomtest.File, Files: []wecomtest.Attachment{{Name: "a.pdf", Content: []byte("%PDF")}}})
		if err != nil || !cmp.Equal(a.Shown, []string{working, "收到："}) {
			t.Errorf("answered by %+v, %v", a, err)
		}
		if m := s.service.last(); len(m.Files) != 1 || m.Files[0].Hash == "" {
			t.Errorf("the turn was given %+v", m)
		}
	})
}

// After five minutes an address leads nowhere, and a member hears that, not
// nothing.
func TestAnExpiredPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := playMedia(t)
		m := wecomtest.Msg{ID: "m-old", From: "zhangwei", Kind: wecomtest.Image, Files: []wecomtest.Attachment{{Name: "a.jpg", Content: []byte("jpg")}}}
		plain, err := s.Compose(m)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Minute)
		if got, err := s.Call(t.Context(), wecomtest.Call{Plain: plain}); err != nil || got.Status != http.StatusOK {
			t.Errorf("status %d, %v", got.Status, err)
		}
		if m := s.service.last(); len(m.Files) != 1 || m.Files[0].Problem != bot.FileExpired {
			t.Errorf("the turn was given %+v", m)
		}
	})
}
