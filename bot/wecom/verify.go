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

// Verify does what the console does when an administrator saves the address
// (pages 101033 and 90238): it wants the words sealed in echostr back, alone
// and in time. What is wrong is said as what to look at.
func (a Address) Verify(ctx context.Context, client *http.Client) error {
	address, err := url.Parse(a.URL)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return errAddress
	}
	words, err := a.challenge(address)
	if err != nil {
		return err
	}
	// The platform follows no redirect.
	plain := *client
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ctx, cancel := context.WithTimeout(ctx, 10*verifyTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return errAddress
	}
	start := time.Now()
	resp, err := plain.Do(req)
	if err != nil {
		return fmt.Errorf("it cannot be reached: %w", bare(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	took := time.Since(start)
	switch {
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("it answers with status %d", resp.StatusCode)
	case err != nil:
		return errors.New("its answer broke off")
	case string(body) != words:
		return errors.New("it answers with something else than what was sealed")
	case took > verifyTime:
		return fmt.Errorf("it took %v to answer, more than %v", took.Round(time.Millisecond), verifyTime)
	}
	return nil
}

var errAddress = errors.New("no http or https address")

// challenge gives an address the query of a check, and returns the words that
// have to come back.
func (a Address) challenge(address *url.URL) (words string, err error) {
	codec, err := newCodec(a.Token, a.AESKey)
	if err != nil {
		return "", err
	}
	number, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		return "", err
	}
	words = number.String()
	sealed, err := codec.seal([]byte(words), a.Receiver)
	if err != nil {
		return "", err
	}
	timestamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), rand.Text()
	address.RawQuery = url.Values{
		"msg_signature": {codec.sign(timestamp, nonce, sealed)}, "timestamp": {timestamp}, "nonce": {nonce}, "echostr": {sealed},
	}.Encode()
	return words, nil
}

// ClockOffset tells how far this machine's clock is ahead of the platform's, to
// the second or so.
func ClockOffset(ctx context.Context, client *http.Client, base string) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, base, nil)
	if err != nil {
		return 0, errAddress
	}
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return 0, bare(err)
	}
	resp.Body.Close()
	half := time.Since(start) / 2
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, errors.New("the platform told no time")
	}
	return start.Add(half).Sub(at), nil
}
