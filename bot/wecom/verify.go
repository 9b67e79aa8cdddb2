package wecom

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Address is a callback address as the console knows it.
type Address struct {
	URL      string // as typed into the console
	Token    string
	AESKey   string
	Receiver string // the company's id for the 自建应用, "" for a bot
}

// verifyTime is what an address has for its answer (page 101033).
const verifyTime = time.Second

// AddressFault is why the console would not save an address.
type AddressFault string

const (
	FaultAddress     AddressFault = "address"     // it is no http or https address
	FaultSecrets     AddressFault = "secrets"     // Token or EncodingAESKey have not the form of one
	FaultUnreachable AddressFault = "unreachable" // no connection, or no answer in ten times the time there is
	FaultRedirect    AddressFault = "redirect"    // it points elsewhere, where the platform does not go
	FaultStatus      AddressFault = "status"      // another status than 200
	FaultBroken      AddressFault = "broken"      // the answer broke off
	FaultAnswer      AddressFault = "answer"      // the answer is something else than what was sealed
	FaultSlow        AddressFault = "slow"        // the right answer, too late
)

// An AddressError is why the console would not save an address. It is safe to
// show: it holds neither the address nor a signature.
type AddressError struct {
	Fault  AddressFault
	Status int           // HTTP, of FaultStatus and FaultRedirect
	Took   time.Duration // of FaultSlow
	err    error
}

func (e *AddressError) Error() string {
	switch {
	case e.Status != 0:
		return fmt.Sprintf("wecom: address: %s (HTTP status %d)", e.Fault, e.Status)
	case e.Took != 0:
		return fmt.Sprintf("wecom: address: %s (%v)", e.Fault, e.Took.Round(time.Millisecond))
	case e.err != nil:
		return fmt.Sprintf("wecom: address: %s: %v", e.Fault, e.err)
	}
	return "wecom: address: " + string(e.Fault)
}

func (e *AddressError) Unwrap() error { return e.err }

// Verify does what the console does when an administrator saves the address
// (pages 101033 and 90238): it wants the words sealed in echostr back, alone
// and in time. Its error is an [*AddressError].
func (a Address) Verify(ctx context.Context, client *http.Client) error {
	address, err := url.Parse(a.URL)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return &AddressError{Fault: FaultAddress}
	}
	codec, err := newCodec(a.Token, a.AESKey)
	if err != nil {
		return &AddressError{Fault: FaultSecrets, err: err}
	}
	number, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return &AddressError{Fault: FaultSecrets, err: err}
	}
	words := number.String()
	sealed, err := codec.seal([]byte(words), a.Receiver)
	if err != nil {
		return &AddressError{Fault: FaultSecrets, err: err}
	}
	timestamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), rand.Text()
	address.RawQuery = url.Values{
		"msg_signature": {codec.sign(timestamp, nonce, sealed)}, "timestamp": {timestamp}, "nonce": {nonce}, "echostr": {sealed},
	}.Encode()

	// The platform follows no redirect.
	plain := *client
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, 10*verifyTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return &AddressError{Fault: FaultAddress}
	}
	resp, err := plain.Do(req)
	if err != nil {
		return &AddressError{Fault: FaultUnreachable, err: unaddressed(err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	took := time.Since(start)
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return &AddressError{Fault: FaultRedirect, Status: resp.StatusCode}
	case resp.StatusCode != http.StatusOK:
		return &AddressError{Fault: FaultStatus, Status: resp.StatusCode}
	case err != nil:
		return &AddressError{Fault: FaultBroken}
	case string(body) != words:
		return &AddressError{Fault: FaultAnswer}
	case took > verifyTime:
		return &AddressError{Fault: FaultSlow, Took: took}
	}
	return nil
}

// unaddressed takes the address out of a client's error: it may hold a
// signature, or a proxy's password.
func unaddressed(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// ClockOffset tells how far this machine's clock is ahead of the platform's, to
// the second or so.
func ClockOffset(ctx context.Context, client *http.Client, base string) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, base, nil)
	if err != nil {
		return 0, errors.New("no http or https address")
	}
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return 0, unaddressed(err)
	}
	resp.Body.Close()
	half := time.Since(start) / 2
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, errors.New("the platform told no time")
	}
	return start.Add(half).Sub(at), nil
}
