package wecom_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/wecom"
	"anyuebot/bot/wecom/wecomtest"
)

// shelf holds files under made-up hashes.
type shelf struct {
	mu    sync.Mutex
	files map[string][]byte
}

func (s *shelf) put(hash, name, kind string, content []byte) *bot.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[hash] = content
	return &bot.File{Hash: hash, Name: name, Type: kind, Size: int64(len(content))}
}

func (s *shelf) Open(_ context.Context, hash string) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	content, ok := s.files[hash]
	if !ok {
		return nil, os.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

func (s *shelf) open(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) { cfg.Files = s }

func newShelf() *shelf { return &shelf{files: map[string][]byte{}} }

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func kinds(seen []wecomtest.Seen) string {
	var all []string
	for _, s := range seen {
		all = append(all, s.Kind)
	}
	return strings.Join(all, " ")
}

func TestLongPush(t *testing.T) {
	files := newShelf()
	book := files.put("h1", "汇总 2021.xlsx", xlsx, bytes.Repeat([]byte("x"), 512<<10+5))
	photo := files.put("h2", "现场.jpg", "image/jpeg", bytes.Repeat([]byte("y"), 2000))
	for name, c := range map[string]struct {
		parcel bot.Parcel
		seen   string // kinds, in order
	}{
		"words to a member":           {bot.Parcel{UserID: "lina", Text: "**请报** <b>"}, "markdown"},
		"words to a group":            {bot.Parcel{UserID: "lina", Group: "wrGroup", Text: "还差 3 家", Mention: []string{"lina"}}, "markdown"},
		"a card to a member":          {bot.Parcel{UserID: "lina", Card: card("q7@9")}, "template_card"},
		"words and a card":            {bot.Parcel{UserID: "lina", Text: "请选", Card: card("q7@9")}, "markdown template_card"},
		"words and a card to a group": {bot.Parcel{Group: "wrGroup", Text: "请选", Card: card("q7@9")}, "markdown"},
		"a card to a group":           {bot.Parcel{Group: "wrGroup", Card: card("q7@9")}, "markdown"},
		"a file":                      {bot.Parcel{UserID: "lina", File: book}, "file"},
		"a file to a group":           {bot.Parcel{Group: "wrGroup", Text: "汇总", File: book}, "markdown file"},
		"a picture":                   {bot.Parcel{UserID: "lina", File: photo}, "image"},
		"all of it":                   {bot.Parcel{UserID: "lina", Text: "请看", Card: card("q7@9"), File: book}, "markdown template_card file"},
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, func(t *testing.T, w *wire) {
				w.Met("lina", "")
				w.Met("lina", "wrGroup")
				c.parcel.ID = "p1"
				got := w.long.Push(t.Context(), c.parcel)
				if got.Fate != bot.FateAccepted || got.Via != wecom.ViaLong || got.Unsure {
					t.Fatalf("%+v\n%s", got, w.log)
				}
				to := "lina"
				if c.parcel.Group != "" {
					to = c.parcel.Group
				}
				seen := w.Seen(to)
				if kinds(seen) != c.seen {
					t.Fatalf("%s sees %q, want %q", to, kinds(seen), c.seen)
				}
				if c.parcel.Text != "" && seen[0].Text != c.parcel.Text {
					t.Errorf("the words are %q", seen[0].Text)
				}
				if f := seen[len(seen)-1].File; c.parcel.File != nil && (f.Name != c.parcel.File.Name || int64(len(f.Content)) != c.parcel.File.Size) {
					t.Errorf("the file is %q of %d bytes", f.Name, len(f.Content))
				}
				// The same parcel again is the same message.
				if again := w.long.Push(t.Context(), c.parcel); again.Fate != bot.FateAccepted || kinds(w.Seen(to)) != c.seen {
					t.Errorf("again: %+v, %q", again, kinds(w.Seen(to)))
				}
			}, files.open)
		})
	}
}

// What the platform says of a push decides what becomes of it.
func TestLongPushFates(t *testing.T) {
	for name, c := range map[string]struct {
		spite  wecomtest.Spite
		want   bot.Attempt
		parcel bot.Parcel
	}{
		"nobody wrote first":  {want: bot.Attempt{Fate: bot.FateRefused, Code: 93006, Why: wecom.WhyUnwritten}, parcel: bot.Parcel{UserID: "stranger", Text: "x"}},
		"not in the group":    {spite: wecomtest.Spite{Cmd: cmdSend, Code: 93008}, want: bot.Attempt{Fate: bot.FateRefused, Code: 93008, Why: wecom.WhyUnwritten}},
		"not allowed there":   {spite: wecomtest.Spite{Cmd: cmdSend, Code: 93001}, want: bot.Attempt{Fate: bot.FateRefused, Code: 93001, Why: wecom.WhyUnwritten}},
		"too often":           {spite: wecomtest.Spite{Cmd: cmdSend, Code: 45009}, want: bot.Attempt{Fate: bot.FateLater, Code: 45009, Why: wecom.WhyLimit, Wait: time.Minute, Limited: true}},
		"busy":                {spite: wecomtest.Spite{Cmd: cmdSend, Code: -1}, want: bot.Attempt{Fate: bot.FateLater, Code: -1, Why: wecom.WhyBusy}},
		"unusable":            {spite: wecomtest.Spite{Cmd: cmdSend, Code: 846609}, want: bot.Attempt{Fate: bot.FateLater, Code: 846609, Why: wecom.WhyNetwork, Wait: 10 * time.Second}},
		"the secret is wrong": {spite: wecomtest.Spite{Cmd: cmdSend, Code: 853000}, want: bot.Attempt{Fate: bot.FateHalted, Code: 853000, Why: wecom.WhyBot}},
		"a bad message":       {spite: wecomtest.Spite{Cmd: cmdSend, Code: 40058}, want: bot.Attempt{Fate: bot.FateRefused, Code: 40058, Why: wecom.WhyContent}},
		"a code of tomorrow":  {spite: wecomtest.Spite{Cmd: cmdSend, Code: 899999}, want: bot.Attempt{Fate: bot.FateLater, Code: 899999, Why: wecom.WhyUnknown}},
		"no answer":           {spite: wecomtest.Spite{Cmd: cmdSend, Silent: true}, want: bot.Attempt{Fate: bot.FateLater, Why: wecom.WhyNetwork, Wait: time.Minute, Unsure: true}},
		"cut behind it":       {spite: wecomtest.Spite{Cmd: cmdSend, CutAfter: true}, want: bot.Attempt{Fate: bot.FateLater, Why: wecom.WhyNetwork, Wait: time.Minute, Unsure: true}},
		"to nobody":           {want: bot.Attempt{Fate: bot.FateRefused, Why: wecom.WhyRoad}, parcel: bot.Parcel{Text: "x"}},
		"empty":               {want: bot.Attempt{Fate: bot.FateRefused, Why: wecom.WhyContent}, parcel: bot.Parcel{UserID: "lina"}},
		"a file without shelf": {want: bot.Attempt{Fate: bot.FateRefused, Why: wecom.WhyFile},
			parcel: bot.Parcel{UserID: "lina", Text: "x", File: &bot.File{Hash: "h", Size: 100}}},
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, func(t *testing.T, w *wire) {
				w.Met("lina", "")
				if c.spite != (wecomtest.Spite{}) {
					w.Spite(c.spite)
				}
				if c.parcel.Text == "" && c.parcel.UserID == "" {
					c.parcel = bot.Parcel{UserID: "lina", Text: "x"}
				}
				c.parcel.ID, c.want.Via = "p1", wecom.ViaLong
				if got := w.long.Push(t.Context(), c.parcel); got != c.want {
					t.Errorf("\n%+v, want\n%+v", got, c.want)
				}
			})
		})
	}
}

// After a code that says so the connection is opened anew.
func TestLongPushOverAnUnusableConnection(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Met("lina", "")
		w.Spite(wecomtest.Spite{Cmd: cmdSend, Code: 846609})
		w.long.Push(t.Context(), bot.Parcel{ID: "p", UserID: "lina", Text: "x"})
		time.Sleep(10 * time.Second)
		if got := w.long.Push(t.Context(), bot.Parcel{ID: "p", UserID: "lina", Text: "x"}); got.Fate != bot.FateAccepted {
			t.Errorf("%+v", got)
		}
		if n := w.frames(cmdSubscribe); n != 2 {
			t.Errorf("subscribed %d times", n)
		}
	})
}

// While the connection is away a push waits, and says why if it waits for
// people.
func TestLongPushWhileAway(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		parcel := bot.Parcel{ID: "p", UserID: "lina", Text: "x"}
		w.Down(1 << 20)
		if err := w.Cut(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := w.long.Push(t.Context(), parcel); got.Fate != bot.FateLater || !got.Limited || got.Unsure || got.Wait <= 0 {
			t.Errorf("connecting: %+v", got)
		}
		w.Down(0)
		w.online()
		if err := w.Kick(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := w.long.Push(t.Context(), parcel); got.Fate != bot.FateHalted || got.Why != wecom.WhyElsewhere {
			t.Errorf("elsewhere: %+v", got)
		}
	})
}

// A parcel whose words arrived and whose file did not goes on with the file.
func TestLongPushInPart(t *testing.T) {
	files := newShelf()
	book := files.put("h1", "汇总.xlsx", xlsx, []byte("content"))
	onWire(t, func(t *testing.T, w *wire) {
		w.Met("lina", "")
		parcel := bot.Parcel{ID: "p1", UserID: "lina", Text: "请看", File: book}
		w.Spite(wecomtest.Spite{Cmd: cmdSend, Skip: 1, Code: -1})
		if got := w.long.Push(t.Context(), parcel); got.Fate != bot.FateLater {
			t.Fatalf("%+v", got)
		}
		if got := w.long.Push(t.Context(), parcel); got.Fate != bot.FateAccepted {
			t.Fatalf("%+v", got)
		}
		if got := kinds(w.Seen("lina")); got != "markdown file" {
			t.Errorf("the member sees %q", got)
		}
		if n := w.frames("aibot_upload_media_init"); n != 1 {
			t.Errorf("uploaded %d times", n)
		}
	}, files.open)
}

// A file that the platform forgot before its time is uploaded anew, at once.
func TestLongPushForgottenFile(t *testing.T) {
	files := newShelf()
	book := files.put("h1", "汇总.xlsx", xlsx, []byte("content"))
	onWire(t, func(t *testing.T, w *wire) {
		w.Met("lina", "")
		w.Spite(wecomtest.Spite{Cmd: cmdSend, Code: 40007})
		parcel := bot.Parcel{ID: "p1", UserID: "lina", File: book}
		if got := w.long.Push(t.Context(), parcel); got.Fate != bot.FateAccepted {
			t.Errorf("%+v", got)
		}
		if n := w.frames("aibot_upload_media_init"); n != 2 {
			t.Errorf("uploaded %d times, want 2", n)
		}
	}, files.open)
}

// What did not leave does not count against the limits.
func TestLongPushChargesWhatLeft(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Met("lina", "")
		w.Spite(wecomtest.Spite{Cmd: cmdSend, Code: -1, Times: 15})
		for i := range 16 {
			got := w.long.Push(t.Context(), bot.Parcel{ID: fmt.Sprint(i), UserID: "lina", Text: "请选", Card: card(fmt.Sprintf("q7@%d", i))})
			if got.Limited {
				t.Errorf("push %d: %+v", i, got)
			}
		}
	})
}

// A card that is refused is no loss where words say the same.
func TestLongPushCardRefused(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Met("lina", "")
		w.Spite(wecomtest.Spite{Cmd: cmdSend, Skip: 1, Code: 40058})
		if got := w.long.Push(t.Context(), bot.Parcel{ID: "p1", UserID: "lina", Text: "请选", Card: card("q7@9")}); got.Fate != bot.FateAccepted {
			t.Errorf("%+v", got)
		}
	})
}

func TestLongUploadFates(t *testing.T) {
	const cmdInit, cmdChunk, cmdFinish = "aibot_upload_media_init", "aibot_upload_media_chunk", "aibot_upload_media_finish"
	for name, c := range map[string]struct {
		spite wecomtest.Spite
		want  bot.Attempt
	}{
		"too many":           {wecomtest.Spite{Cmd: cmdInit, Code: 45009}, bot.Attempt{Fate: bot.FateLater, Code: 45009, Why: wecom.WhyLimit, Wait: time.Minute, Limited: true}},
		"too large":          {wecomtest.Spite{Cmd: cmdInit, Code: 45001}, bot.Attempt{Fate: bot.FateRefused, Code: 45001, Why: wecom.WhyFile}},
		"cut in the middle":  {wecomtest.Spite{Cmd: cmdChunk, Skip: 1, CutBefore: true}, bot.Attempt{Fate: bot.FateLater, Why: wecom.WhyNetwork, Wait: 10 * time.Second}},
		"a chunk is unheard": {wecomtest.Spite{Cmd: cmdChunk, Silent: true}, bot.Attempt{Fate: bot.FateLater, Why: wecom.WhyNetwork, Wait: 10 * time.Second}},
		"the end is unheard": {wecomtest.Spite{Cmd: cmdFinish, Silent: true}, bot.Attempt{Fate: bot.FateLater, Why: wecom.WhyNetwork, Wait: 10 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			files := newShelf()
			book := files.put("h1", "汇总.xlsx", xlsx, bytes.Repeat([]byte("x"), 512<<10+5))
			onWire(t, func(t *testing.T, w *wire) {
				w.Met("lina", "")
				w.Spite(c.spite)
				parcel := bot.Parcel{ID: "p1", UserID: "lina", Text: "请看", File: book}
				c.want.Via = wecom.ViaLong
				if got := w.long.Push(t.Context(), parcel); got != c.want {
					t.Errorf("\n%+v, want\n%+v", got, c.want)
				}
				if seen := w.Seen("lina"); len(seen) > 0 {
					t.Errorf("words about a file stand there without it: %+v", seen)
				}
				time.Sleep(time.Minute)
				if got := w.long.Push(t.Context(), parcel); got.Fate != bot.FateAccepted {
					t.Errorf("again: %+v", got)
				}
			}, files.open)
		})
	}
}

// A disk that cannot be read now may be better later; a file that is gone, or
// has another size than it had, is gone for good.
func TestLongFilesThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		open openFunc
		want bot.Fate
	}{
		"a disk that fails": {func() (io.ReadCloser, error) { return nil, errors.New("too many open files") }, bot.FateLater},
		"a file that ends early by a fault": {func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("con"), iotest.ErrReader(errors.New("input/output error")))), nil
		}, bot.FateLater},
		"a file that is gone": {func() (io.ReadCloser, error) { return nil, os.ErrNotExist }, bot.FateRefused},
		"a shorter file":      {func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("con")), nil }, bot.FateRefused},
		"a longer file":       {func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("contents")), nil }, bot.FateRefused},
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, func(t *testing.T, w *wire) {
				w.Met("lina", "")
				want := bot.Attempt{Fate: c.want, Why: wecom.WhyFile, Via: wecom.ViaLong}
				if got := w.long.Push(t.Context(), bot.Parcel{ID: "p", UserID: "lina", File: &bot.File{Hash: "h", Name: "汇总.xlsx", Size: 7}}); got != want {
					t.Errorf("%+v", got)
				}
			}, func(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) { cfg.Files = c.open })
		})
	}
}

// openFunc opens every file alike.
type openFunc func() (io.ReadCloser, error)

func (f openFunc) Open(context.Context, string) (io.ReadCloser, error) { return f() }

// One file to eighty people is uploaded once.
func TestLongUploadsOnce(t *testing.T) {
	files := newShelf()
	book := files.put("h1", "汇总.xlsx", xlsx, []byte("content"))
	onWire(t, func(t *testing.T, w *wire) {
		var all sync.WaitGroup
		for i := range 80 {
			user := fmt.Sprintf("u%02d", i)
			w.Met(user, "")
			all.Go(func() {
				if got := w.long.Push(t.Context(), bot.Parcel{ID: "p" + user, UserID: user, File: book}); got.Fate != bot.FateAccepted {
					t.Errorf("%+v", got)
				}
			})
		}
		all.Wait()
		if n := w.frames("aibot_upload_media_init"); n != 1 {
			t.Errorf("uploaded %d times", n)
		}
	}, files.open)
}

// Pushes leave room for answers: a group that was written to a lot can still be
// answered.
func TestLongPushesLeaveRoom(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Met("lina", "wrGroup")
		accepted := 0
		var held bot.Attempt
		for i := range 40 {
			got := w.long.Push(t.Context(), bot.Parcel{ID: fmt.Sprint(i), Group: "wrGroup", Text: "x"})
			if got.Fate == bot.FateAccepted {
				accepted++
			} else {
				held = got
			}
		}
		if accepted != 20 || held.Fate != bot.FateLater || !held.Limited || held.Wait <= 0 || held.Wait > time.Minute || held.Why != wecom.WhyLimit {
			t.Errorf("%d accepted, then %+v", accepted, held)
		}
		for range 10 {
			w.say(wecomtest.Msg{From: "lina", Group: "wrGroup", Text: "3"})
		}
		time.Sleep(held.Wait)
		if got := w.long.Push(t.Context(), bot.Parcel{ID: "after", Group: "wrGroup", Text: "x"}); got.Fate != bot.FateAccepted {
			t.Errorf("after the wait: %+v", got)
		}
		for _, f := range w.Frames() {
			if f.Code != 0 {
				t.Errorf("%s was refused with %d", f.Cmd, f.Code)
			}
		}
	})
}

// What members send is fetched with the key that came with it.
func TestLongMedia(t *testing.T) {
	kept := &keeper{}
	onWire(t, func(t *testing.T, w *wire) {
		media, err := wecom.NewMedia(wecom.MediaConfig{Files: kept, Hosts: []string{"openws.work.weixin.qq.com"}, Client: w.Client()})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.long.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		cfg := longConfig()
		cfg.HTTP, cfg.Media = w.Client(), media
		cfg.Identify = func(_ context.Context, id string) (string, error) { return "zhangwei", nil }
		w.long, w.ended, w.stop = w.join(cfg)
		w.online()
		for i := range 3 { // keys come with and without their padding
			content := fmt.Appendf(nil, "第 %d 份", i)
			w.say(wecomtest.Msg{From: "woAAAAAAAAAAAAAAAAAAAAAAAA", Kind: wecomtest.File, Files: []wecomtest.Attachment{{Name: "附件2.txt", Content: content}}})
			m := w.desk.messages()[i]
			if len(m.Files) != 1 || m.Files[0].Problem != "" || m.Files[0].Name != "附件2.txt" || !slices.Equal(kept.last(), content) {
				t.Errorf("the turn got %+v, and %q is kept", m.Files, kept.last())
			}
			if m.From != "zhangwei" {
				t.Errorf("the turn was asked by %q", m.From)
			}
		}
		w.say(wecomtest.Msg{From: "lina", Kind: wecomtest.Image, Files: []wecomtest.Attachment{{Gone: true}}})
		if m := w.desk.messages()[3]; len(m.Files) != 1 || m.Files[0].Problem != bot.FileExpired {
			t.Errorf("the turn got %+v", m.Files)
		}
	})
}

// keeper keeps the last thing it was given.
type keeper struct {
	mu      sync.Mutex
	content []byte
}

func (k *keeper) Keep(_ context.Context, name string, r io.Reader, _ int64) (bot.File, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return bot.File{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.content = content
	return bot.File{Hash: "h", Name: name, Size: int64(len(content))}, nil
}

func (k *keeper) last() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.content
}
