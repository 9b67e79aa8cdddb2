package wecom

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot/wecom/wecomtest"
)

// TestVerifyAddress tells apart what may be wrong with an address, and repeats
// neither it nor a secret.
func TestVerifyAddress(t *testing.T) {
	right := func(w http.ResponseWriter, r *http.Request) {
		codec, err := newCodec(sampleToken, sampleKey)
		if err != nil {
			t.Error(err)
			return
		}
		words, err := codec.open(r.URL.Query().Get("echostr"), "wwCorp")
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = w.Write(words)
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example/")
			w.WriteHeader(code)
		}
	}
	slow := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(1500 * time.Millisecond)
		right(w, r)
	}
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	good := Address{URL: "https://s3cret-host.example/wecom/app", Token: sampleToken, AESKey: sampleKey, Receiver: "wwCorp"}
	for _, tt := range []struct {
		name   string
		change func(*Address)
		answer http.HandlerFunc
		want   AddressError
	}{
		{"as it should be", nil, right, AddressError{}},
		{"no address", func(a *Address) { a.URL = "s3cret-host.example" }, right, AddressError{Fault: FaultAddress}},
		{"a key that is cut", func(a *Address) { a.AESKey = sampleKey[:40] }, right, AddressError{Fault: FaultSecrets}},
		{"another company", func(a *Address) { a.Receiver = "wwOther" }, right, AddressError{Fault: FaultStatus, Status: 403}},
		{"a redirect", nil, status(302), AddressError{Fault: FaultRedirect, Status: 302}},
		{"no page", nil, status(404), AddressError{Fault: FaultStatus, Status: 404}},
		{"another answer", nil, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") }, AddressError{Fault: FaultAnswer}},
		{"the right answer with a line break", nil, func(w http.ResponseWriter, r *http.Request) {
			right(w, r)
			fmt.Fprintln(w)
		}, AddressError{Fault: FaultAnswer}},
		{"the right answer, late", nil, slow, AddressError{Fault: FaultSlow, Took: 1500 * time.Millisecond}},
		{"no answer", nil, silent, AddressError{Fault: FaultUnreachable}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at := good
				if tt.change != nil {
					tt.change(&at)
				}
				err := at.Verify(t.Context(), &http.Client{Transport: wecomtest.Direct(tt.answer)})
				var got *AddressError
				if tt.want.Fault == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if !errors.As(err, &got) || got.Fault != tt.want.Fault || got.Status != tt.want.Status || got.Took != tt.want.Took {
					t.Fatalf("got %v, want %v", err, &tt.want)
				}
				for _, secret := range []string{sampleToken, sampleKey[:40], "s3cret-host", "msg_signature", "echostr"} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("%q is in %v", secret, err)
					}
				}
			})
		})
	}
}
