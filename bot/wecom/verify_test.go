package wecom

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot/wecom/wecomtest"
)

// addresses are a bot's and an application's, with the handlers behind them.
func addresses(t *testing.T) map[string]struct {
	at      Address
	handler http.Handler
} {
	t.Helper()
	words := Words{Working: "w", Lost: "l"}
	aibot, err := NewAibot(Config{Token: sampleToken, AESKey: sampleKey, Words: words}, quiet{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	app, err := NewApp(AppConfig{CorpID: sampleCorp, AgentID: 218, Token: sampleToken, AESKey: sampleKey, Words: words}, quiet{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]struct {
		at      Address
		handler http.Handler
	}{
		"a bot's":          {Address{URL: "https://bot.example/wecom/aibot", Token: sampleToken, AESKey: sampleKey}, aibot},
		"an application's": {Address{URL: "https://bot.example/wecom/app", Token: sampleToken, AESKey: sampleKey, Receiver: sampleCorp}, app},
	}
}

func TestAddressesAreVerified(t *testing.T) {
	for name, a := range addresses(t) {
		client := &http.Client{Transport: wecomtest.Direct(a.handler)}
		if err := a.at.Verify(t.Context(), client); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for what, spoil := range map[string]func(*Address){
			"another Token":           func(a *Address) { a.Token = "another" },
			"another key":             func(a *Address) { a.AESKey = strings.Repeat("a", 43) },
			"another receiver":        func(a *Address) { a.Receiver = "ww7" },
			"no Token":                func(a *Address) { a.Token = "" },
			"half a key":              func(a *Address) { a.AESKey = sampleKey[:20] },
			"no address":              func(a *Address) { a.URL = "" },
			"an address of files":     func(a *Address) { a.URL = "file:///etc" },
			"what is no address":      func(a *Address) { a.URL = "://" },
			"an address with no host": func(a *Address) { a.URL = "https:///wecom" },
		} {
			at := a.at
			spoil(&at)
			if err := at.Verify(t.Context(), client); err == nil {
				t.Errorf("%s passes with %s", name, what)
			}
		}
	}
}

// Whatever stands in front of the service is found out too.
func TestAddressesThatAreNotOurs(t *testing.T) {
	for name, a := range addresses(t) {
		answer := func(change func(*httptest.ResponseRecorder)) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				rec := httptest.NewRecorder()
				a.handler.ServeHTTP(rec, r)
				change(rec)
				w.WriteHeader(rec.Code)
				_, _ = w.Write(rec.Body.Bytes())
			})
		}
		for what, h := range map[string]http.Handler{
			"a line break behind the words": answer(func(r *httptest.ResponseRecorder) { r.Body.WriteByte('\n') }),
			"quotes around them": answer(func(r *httptest.ResponseRecorder) {
				s := r.Body.String()
				r.Body.Reset()
				r.Body.WriteString(`"` + s + `"`)
			}),
			"a log-in page": answer(func(r *httptest.ResponseRecorder) { r.Body.Reset(); r.Body.WriteString("<html>") }),
			"status 404":    answer(func(r *httptest.ResponseRecorder) { r.Code = http.StatusNotFound }),
			"a redirect":    http.RedirectHandler("https://bot.example/wecom/", http.StatusFound),
		} {
			if err := a.at.Verify(t.Context(), &http.Client{Transport: wecomtest.Direct(h)}); err == nil {
				t.Errorf("%s passes behind %s", name, what)
			}
		}
	}
}

// The console gives an address a second.
func TestASlowAddress(t *testing.T) {
	for name, a := range addresses(t) {
		synctest.Test(t, func(t *testing.T) {
			for wait, ok := range map[time.Duration]bool{time.Second: true, time.Second + time.Millisecond: false} {
				slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					time.Sleep(wait)
					a.handler.ServeHTTP(w, r)
				})
				if err := a.at.Verify(t.Context(), &http.Client{Transport: wecomtest.Direct(slow)}); (err == nil) != ok {
					t.Errorf("%s after %v: %v", name, wait, err)
				}
			}
			start := time.Now()
			hang := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
			if err := a.at.Verify(t.Context(), &http.Client{Transport: wecomtest.Direct(hang)}); err == nil || time.Since(start) != 10*verifyTime {
				t.Errorf("%s, hanging: %v after %v", name, err, time.Since(start))
			}
		})
	}
}

func TestClockOffset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, off := range []time.Duration{0, 11 * time.Minute, -11 * time.Minute} {
			told := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				time.Sleep(2 * time.Second) // half of it is the way there
				resp := respondWith(req, "")
				resp.Header.Set("Date", time.Now().Add(-time.Second-off).UTC().Format(http.TimeFormat))
				return resp, nil
			})}
			if got, err := ClockOffset(t.Context(), told, platform); err != nil || got != off {
				t.Errorf("%v is %v, %v", off, got, err)
			}
		}
		silent := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) { return respondWith(req, ""), nil })}
		if _, err := ClockOffset(context.Background(), silent, platform); err == nil {
			t.Error("a platform that tells no time")
		}
		if _, err := ClockOffset(context.Background(), silent, "://"); err == nil {
			t.Error("an address that is none")
		}
	})
}
