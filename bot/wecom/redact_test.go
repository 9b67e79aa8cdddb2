package wecom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"anyuebot/bot"
)

// TestNothingIsGivenAway drives every call into every kind of failure, and
// looks for every secret in all that is logged and returned.
func TestNothingIsGivenAway(t *testing.T) {
	status := func(code int) func(*http.Request) (*http.Response, error) {
		return func(req *http.Request) (*http.Response, error) {
			resp := respondWith(req, "<html>"+req.URL.String())
			resp.StatusCode = code
			resp.Header.Set("Location", req.URL.String())
			return resp, nil
		}
	}
	body := func(words string) func(*http.Request) (*http.Response, error) {
		return func(req *http.Request) (*http.Response, error) { return respondWith(req, words), nil }
	}
	fail := func(err error) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	// The platform's words repeat what they were asked with.
	echo := func(code int) func(*http.Request) (*http.Response, error) {
		return func(req *http.Request) (*http.Response, error) {
			return respondWith(req, fmt.Sprintf(`{"errcode":%d,"errmsg":"%s from ip: %s zhangwei","media_id":"%s"}`, code, req.URL, theSecret, theToken)), nil
		}
	}
	failures := map[string]func(*http.Request) (*http.Response, error){
		"no line":         fail(errRefusedLine),
		"a broken line":   fail(errBrokenLine),
		"no name":         fail(errNoName),
		"any error":       fail(errors.New(theSecret + theToken + theKey + theURL)),
		"status 200":      status(200),
		"status 302":      status(302),
		"status 404":      status(404),
		"status 500":      status(500),
		"status 429":      status(429),
		"an empty answer": body(""),
		"half an answer":  body(`{"errcode":0,"access_token":"` + theToken),
		"another answer":  body(`{"errcode":"` + theToken + `"}`),
		"wrong fields":    body(`{"errcode":0,"msgid":7,"access_token":{"x":"` + theToken + `"},"userid_list":"` + theToken + `","agentid":"x"}`),
		"invaliduser":     body(`{"errcode":0,"invaliduser":"zhangwei","access_token":"` + theToken + `"}`),
	}
	for _, code := range []int{-1, 40001, 40003, 40007, 40013, 40014, 40056, 40058, 41001, 42001, 44001, 45001, 45009, 48002, 60011, 60020, 81013, 93000, 301002, 999999} {
		failures[fmt.Sprint("errcode ", code)] = echo(code)
	}

	doc := &bot.File{Hash: "doc", Name: "汇总.docx", Size: 10}
	card := bot.Card{Task: "any@1", Title: "x", Buttons: []bot.Button{{Label: "x", Say: "x"}}}
	group := bot.Parcel{ID: "p1", UserID: "zhangwei", Group: "wrG", Robot: theKey, Text: "你好", Mention: []string{"zhangwei"}}
	calls := map[string]func(context.Context, *Post) (any, error){
		"Post.Send text":        sending(bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "你好"}),
		"Post.Send card":        sending(bot.Parcel{ID: "p1", UserID: "zhangwei", Card: &card}),
		"Post.Send file":        sending(bot.Parcel{ID: "p1", UserID: "zhangwei", File: doc}),
		"Post.Send group":       sending(group),
		"Post.Send group file":  sending(bot.Parcel{ID: "p1", Group: "wrG", Robot: theKey, File: doc}),
		"Post.Send late answer": sending(bot.Parcel{ID: "p1", UserID: "zhangwei", ReplyURL: theURL, Text: "你好"}),
		"API.UpdateCard": func(ctx context.Context, p *Post) (any, error) {
			return nil, p.api.UpdateCard(ctx, "zhangwei", theCode, card)
		},
		"API.Identify": func(ctx context.Context, p *Post) (any, error) {
			_, _, err := p.api.Identify(ctx, "zhangwei")
			return nil, err
		},
		"API.Name": func(ctx context.Context, p *Post) (any, error) { return p.api.Name(ctx, "zhangwei"), nil },
		"API.Download": func(ctx context.Context, p *Post) (any, error) {
			_, _, err := p.api.Download(ctx, theCode)
			return nil, err
		},
		"API.CheckToken":   func(ctx context.Context, p *Post) (any, error) { return nil, p.api.CheckToken(ctx) },
		"API.CheckAddress": func(ctx context.Context, p *Post) (any, error) { return p.api.CheckAddress(ctx) },
		"API.CheckAgent":   func(ctx context.Context, p *Post) (any, error) { return p.api.CheckAgent(ctx) },
		"Robots.Check":     func(ctx context.Context, p *Post) (any, error) { return nil, p.robots.Check(ctx, theKey) },
	}
	quiet := []string{"Post.Reach", "Post.Remember", "Post.Repeatable", "Post.Via"} // make no request
	for _, of := range []reflect.Type{reflect.TypeFor[*API](), reflect.TypeFor[*Robots](), reflect.TypeFor[*Post]()} {
		for i := range of.NumMethod() {
			name := of.Elem().Name() + "." + of.Method(i).Name
			called := func(call string) bool { return call == name || strings.HasPrefix(call, name+" ") }
			if !slices.Contains(quiet, name) && !slices.ContainsFunc(slices.Collect(maps.Keys(calls)), called) {
				t.Errorf("%s is not tried", name)
			}
		}
	}
	for failure, how := range failures {
		for call, make := range calls {
			for _, tokenToo := range []bool{false, true} {
				var log book
				client := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
					if req.Body != nil {
						if err := drain(req); err != nil {
							return nil, err
						}
					}
					if !tokenToo && req.URL.Path == "/cgi-bin/gettoken" {
						return respondWith(req, giveToken(theToken).give), nil
					}
					return how(req)
				})}
				post := NewPost(PostConfig{API: newAPI(t, client, log.logger()), Robots: newRobots(t, client, log.logger()),
					Files: shelf{"doc": "a document"}, Pressable: true, Log: log.logger()})
				got, err := make(t.Context(), post)
				what := call + " with " + failure
				unspoken(t, "the log of "+what, log.String())
				if got != nil {
					unspoken(t, "the outcome of "+what, fmt.Sprintf("%+v", got))
				}
				if err != nil {
					var f *Failure
					if !errors.As(err, &f) || errors.Unwrap(err) != nil {
						t.Errorf("%s: an error that is no Failure: %T", what, err)
					}
					unspoken(t, "the error of "+what, fmt.Sprintf("%v %+v %#v", err, err, *f))
				}
				if a, ok := got.(bot.Attempt); ok {
					if a.Fate != bot.FateAccepted && a.Why == "" || a.Fate == "" {
						t.Errorf("%s: no reason: %+v", what, a)
					}
				}
			}
		}
	}
}

func sending(p bot.Parcel) func(context.Context, *Post) (any, error) {
	return func(ctx context.Context, post *Post) (any, error) { return post.Send(ctx, p), nil }
}

// TestMediaGivesNothingAway: whoever has the address of a file has the file.
func TestMediaGivesNothingAway(t *testing.T) {
	address := somewhere + "&key=" + theKey
	for name, answer := range map[string]cloud{
		"no line":   func(*http.Request) (*http.Response, error) { return nil, errRefusedLine },
		"any error": func(*http.Request) (*http.Response, error) { return nil, errors.New(theSecret) },
		"expired":   status(403),
		"an error":  status(500),
		"no file": func(r *http.Request) (*http.Response, error) {
			return mediaAnswer(200, strings.NewReader(address)), nil
		},
		"a redirect": func(r *http.Request) (*http.Response, error) {
			return mediaAnswer(302, nil, "Location", "https://evil.example/?"+theKey), nil
		},
		"broken off": func(*http.Request) (*http.Response, error) {
			return mediaAnswer(200, io.MultiReader(strings.NewReader("x"), &failing{})), nil
		},
		"no such key": nil,
	} {
		var log book
		ref := mediaRef{kind: bot.MediaImage, url: address}
		if answer == nil {
			ref.key = theSecret
		}
		files, err := newTestMedia(t, &disk{}, answer, &log).fetch(t.Context(), []mediaRef{ref})
		if err != nil || len(files) != 1 || files[0].Problem == "" {
			t.Errorf("%s: %+v, %v", name, files, err)
		}
		unspoken(t, "the log of "+name, log.String())
		unspoken(t, "the file of "+name, fmt.Sprintf("%+v", files))
	}
}

// failing breaks off with a secret in its words.
type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, errBrokenLine }

// TestTheLongConnectionGivesNothingAway: the platform repeats in its words what
// it was sent, and refuses it with every code there is.
func TestTheLongConnectionGivesNothingAway(t *testing.T) {
	doc := &bot.File{Hash: "doc", Name: "汇总.docx", Size: 10}
	card := &bot.Card{Task: "any@1", Title: "x", Buttons: []bot.Button{{Label: "x", Say: "x"}}}
	for _, code := range []int{-1, 40007, 40008, 40058, 45001, 45009, 45033, 93001, 93006, 93008, 93017, 846605, 846608, 846609, 853000, 999999} {
		for refused, cmd := range map[string]string{"subscribing": cmdSubscribe, "sending": cmdSend, "a file": cmdInit, "a chunk": cmdChunk, "the end of a file": cmdFinish} {
			server := httptest.NewServer(echoing(cmd, code))
			var log book
			long, err := NewLong(LongConfig{
				URL: strings.Replace(server.URL, "http", "ws", 1) + "/?key=" + theKey, BotID: "b", Secret: theSecret, Name: "x",
				Words: Words{Working: "w", Lost: "l"}, Files: shelf{"doc": "a document"},
			}, quiet{}, log.logger())
			if err != nil {
				t.Fatal(err)
			}
			what := fmt.Sprint(refused, " with ", code)
			if cmd == cmdSubscribe {
				err = long.Probe(t.Context())
				var f *Failure
				if !errors.As(err, &f) || errors.Unwrap(err) != nil {
					t.Errorf("%s: %v", what, err)
				}
				unspoken(t, "the error of "+what, fmt.Sprintf("%v %#v", err, f))
			} else {
				ended := make(chan error, 1)
				go func() { ended <- long.Run(t.Context()) }()
				if long.subscribed(t.Context()) == nil {
					t.Fatal("not connected")
				}
				for _, p := range []bot.Parcel{{ID: "1", UserID: "zhangwei", Text: "你好"}, {ID: "2", UserID: "zhangwei", Card: card}, {ID: "3", UserID: "zhangwei", File: doc}} {
					unspoken(t, "the outcome of "+what, fmt.Sprintf("%+v", long.Push(t.Context(), p)))
				}
				closing, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				if err := long.Close(closing); err != nil {
					t.Errorf("%s: %v", what, err)
				}
				cancel()
				<-ended
			}
			server.Close()
			unspoken(t, "the log of "+what, log.String())
		}
	}
}

// echoing is a platform that answers one command with a code, all others well,
// and each with the words it was sent.
func echoing(refused string, code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = conn.CloseNow() }()
		for {
			_, data, err := conn.Read(r.Context())
			if err != nil {
				return
			}
			f, err := readFrame(data)
			if err != nil {
				return
			}
			said := 0
			if f.Cmd == refused {
				said = code
			}
			answer, err := marshal(map[string]any{
				"headers": f.Headers, "errcode": said, "errmsg": string(data) + theSecret + "zhangwei",
				"body": map[string]string{"upload_id": theCode, "media_id": theCode, "msgid": "m"},
			})
			if err != nil || conn.Write(r.Context(), websocket.MessageText, answer) != nil {
				return
			}
		}
	}
}

// TestChecksGiveNothingAway: what an administrator is shown of an address holds
// neither its query nor what was signed.
func TestChecksGiveNothingAway(t *testing.T) {
	for name, answer := range map[string]roundTrip{
		"no line": func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") },
		"an echo": func(req *http.Request) (*http.Response, error) { return respondWith(req, req.URL.String()), nil },
		"a redirect": func(req *http.Request) (*http.Response, error) {
			resp := respondWith(req, "")
			resp.StatusCode = http.StatusFound
			resp.Header.Set("Location", req.URL.String())
			return resp, nil
		},
	} {
		client := &http.Client{Transport: answer}
		err := Address{URL: "https://bot.example/" + theKey, Token: theToken, AESKey: sampleKey, Receiver: theCorp}.Verify(t.Context(), client)
		if err == nil {
			t.Errorf("%s: verified", name)
			continue
		}
		unspoken(t, name, err.Error())
		if strings.Contains(err.Error(), sampleKey) || strings.Contains(err.Error(), "msg_signature") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err = ClockOffset(t.Context(), client, "https://qyapi.example/"+theKey); err == nil {
			t.Errorf("%s: has a time", name)
			continue
		}
		unspoken(t, name, err.Error())
	}
}
