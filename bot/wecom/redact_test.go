package wecom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

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
		"text":   sending(bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "你好"}),
		"card":   sending(bot.Parcel{ID: "p1", UserID: "zhangwei", Card: &card}),
		"file":   sending(bot.Parcel{ID: "p1", UserID: "zhangwei", File: doc}),
		"group":  sending(group),
		"gfile":  sending(bot.Parcel{ID: "p1", Group: "wrG", Robot: theKey, File: doc}),
		"answer": sending(bot.Parcel{ID: "p1", UserID: "zhangwei", ReplyURL: theURL, Text: "你好"}),
		"update": func(ctx context.Context, p *Post) (any, error) {
			return nil, p.api.UpdateCard(ctx, "zhangwei", theCode, card)
		},
		"identify": func(ctx context.Context, p *Post) (any, error) {
			_, _, err := p.api.Identify(ctx, "zhangwei")
			return nil, err
		},
		"download": func(ctx context.Context, p *Post) (any, error) {
			_, _, err := p.api.Download(ctx, theCode)
			return nil, err
		},
		"token":   func(ctx context.Context, p *Post) (any, error) { return nil, p.api.CheckToken(ctx) },
		"address": func(ctx context.Context, p *Post) (any, error) { return p.api.CheckAddress(ctx) },
		"agent":   func(ctx context.Context, p *Post) (any, error) { return p.api.CheckAgent(ctx) },
		"robot":   func(ctx context.Context, p *Post) (any, error) { return nil, p.robots.Check(ctx, theKey) },
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
