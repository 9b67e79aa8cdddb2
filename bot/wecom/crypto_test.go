package wecom

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

// The token, key and company of the platform's own sample.
const (
	sampleToken = "QDG6eK"
	sampleKey   = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	sampleCorp  = "wx5823bf96d3bd56c7"
)

var vectors = []struct {
	name, timestamp, nonce, signature, sealed, receiver string

	want func(string) bool
}{{
	name:      "address check",
	timestamp: "1409659589", nonce: "263014780",
	signature: "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
	sealed:    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
	receiver:  sampleCorp,
	want:      func(s string) bool { return s == "1616140317555161061" },
}, {
	name:      "application's message",
	timestamp: "1409659813", nonce: "1372623149",
	signature: "477715d11cdb4164915debcba66cb864d751f3e6",
	sealed:    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==",
	receiver:  sampleCorp,
	want: func(s string) bool {
		return strings.Contains(s, "<FromUserName><![CDATA[mycreate]]>") && strings.Contains(s, "<Content><![CDATA[hello]]>") &&
			strings.Contains(s, "<MsgId>4561255354251345929</MsgId>") && strings.Contains(s, "<AgentID>218</AgentID>")
	},
}, {
	name:      "bot's message, for no receiveid",
	timestamp: "1409659813", nonce: "1372623149",
	signature: "bac6d65dae052a6f343b55f89cd34c8c8573f1bb",
	sealed:    "sKqRbbiSUnDhFHOvPjtUMXwcNQzHVFNeLGShu75XAxnlReSDiqIMxFSwaGouVQm/TLf+6IgUPvQBjguiS7rgiw==",
	want:      func(s string) bool { return s == `{"msgtype":"text"}` },
}}

func sampleCodec(t testing.TB) *codec {
	t.Helper()
	c, err := newCodec(sampleToken, sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVectors(t *testing.T) {
	c := sampleCodec(t)
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			if !c.signed(v.signature, v.timestamp, v.nonce, v.sealed) {
				t.Error("the right signature does not pass")
			}
			if c.signed(strings.ToUpper(v.signature), v.timestamp, v.nonce, v.sealed) || c.signed("", v.timestamp, v.nonce, v.sealed) ||
				c.signed(v.signature, v.timestamp+"0", v.nonce, v.sealed) || c.signed(v.signature, v.timestamp, v.nonce, v.sealed[1:]) {
				t.Error("a wrong signature passes")
			}
			plain, err := c.open(v.sealed, v.receiver)
			if err != nil || !v.want(string(plain)) {
				t.Errorf("opened as %q, %v", plain, err)
			}
			for _, other := range []string{v.receiver + "x", strings.TrimSuffix(v.receiver, "7") + "y", "ww0000000000000000"} {
				if _, err := c.open(v.sealed, other); !errors.Is(err, errReceiver) {
					t.Errorf("opened for %q: %v", other, err)
				}
			}
		})
	}
}

func TestSealIsOpenedAndNeverTheSame(t *testing.T) {
	c := sampleCodec(t)
	for n := range 70 {
		message := bytes.Repeat([]byte{'x'}, n)
		a, errA := c.seal(message, "")
		b, errB := c.seal(message, "")
		if errA != nil || errB != nil || a == b {
			t.Fatalf("%d bytes: sealed %v, %v, alike %v", n, errA, errB, a == b)
		}
		if plain, err := c.open(a, ""); err != nil || !bytes.Equal(plain, message) {
			t.Fatalf("%d bytes: opened %d bytes, %v", n, len(plain), err)
		}
	}
}

// encrypt seals a plaintext as it is, padding included.
func encrypt(t testing.TB, c *codec, plain []byte) string {
	t.Helper()
	if len(plain)%aes.BlockSize != 0 {
		t.Fatalf("%d bytes do not fill the cipher's blocks", len(plain))
	}
	out := make([]byte, len(plain))
	cipher.NewCBCEncrypter(c.block, c.iv).CryptBlocks(out, plain)
	return base64.StdEncoding.EncodeToString(out)
}

func TestOpenRefusesDamage(t *testing.T) {
	c := sampleCodec(t)
	frame := func(length uint32, rest string, pad ...byte) []byte {
		out := binary.BigEndian.AppendUint32([]byte("0123456789abcdef"), length)
		return append(append(out, rest...), pad...)
	}
	padding := func(n int, last byte) []byte { return bytes.Repeat([]byte{last}, n) }
	spoilt := padding(10, 10)
	spoilt[0] = 9

	for name, sealed := range map[string]string{
		"nothing":           "",
		"no base64":         "?",
		"url base64":        strings.NewReplacer("/", "_", "+", "-").Replace(vectors[1].sealed),
		"a cipher's block":  encrypt(t, c, make([]byte, 16)),
		"48 bytes":          encrypt(t, c, frame(0, "", padding(28, 28)...)),
		"padding of 0":      encrypt(t, c, frame(12, strings.Repeat("x", 11), 0)),
		"padding of 33":     encrypt(t, c, frame(1, strings.Repeat("x", 11), padding(33, 33)...)),
		"padding not whole": encrypt(t, c, frame(2, "xy", spoilt...)),
		"only padding":      encrypt(t, c, padding(32, 32)),
		"no length":         encrypt(t, c, append([]byte("0123456789abcdefxxx"), padding(13, 13)...)),
		"length too large":  encrypt(t, c, frame(3, "xy", padding(10, 10)...)),
		"length far off":    encrypt(t, c, frame(1<<32-1, "xy", padding(10, 10)...)),
		"length too small":  encrypt(t, c, frame(1, "xy", padding(10, 10)...)),
	} {
		if plain, err := c.open(sealed, ""); err == nil {
			t.Errorf("%s: opened as %q", name, plain)
		}
	}
	if plain, err := c.open(encrypt(t, c, frame(2, "xy", padding(10, 10)...)), ""); err != nil || string(plain) != "xy" {
		t.Errorf("what is whole: opened as %q, %v", plain, err)
	}
}

func TestSecretsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ token, key, says string }{
		"no token":           {"", sampleKey, "Token is empty"},
		"token with newline": {sampleToken + "\n", sampleKey, "character 7 of the Token"},
		"wide token":         {"Ｔoken", sampleKey, "character 1 of the Token"},
		"no key":             {sampleToken, "", "0 characters instead of 43"},
		"key with its =":     {sampleToken, sampleKey + "=", "44 characters instead of 43"},
		"key with newline":   {sampleToken, sampleKey[:42] + "\n", "character 43 of the EncodingAESKey"},
		"key with url sign":  {sampleToken, "_" + sampleKey[1:], "character 1 of the EncodingAESKey"},
	} {
		_, err := newCodec(c.token, c.key)
		switch {
		case err == nil || !strings.Contains(err.Error(), c.says):
			t.Errorf("%s: %v, want it to say %q", name, err, c.says)
		case strings.Contains(err.Error(), sampleToken) || strings.Contains(err.Error(), sampleKey[10:30]):
			t.Errorf("%s: the error repeats a secret", name)
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, v := range vectors {
		f.Add(v.sealed, v.receiver)
		raw, err := base64.StdEncoding.DecodeString(v.sealed)
		if err != nil {
			f.Fatal(err)
		}
		raw[len(raw)-1] ^= 1
		f.Add(base64.StdEncoding.EncodeToString(raw), "")
		f.Add(base64.StdEncoding.EncodeToString(raw[:32]), "")
	}
	f.Add("AAAA", "")
	c := sampleCodec(f)
	f.Fuzz(func(t *testing.T, sealed, receiver string) {
		plain, err := c.open(sealed, receiver)
		if err != nil {
			return
		}
		again, err := c.seal(plain, receiver)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := c.open(again, receiver); err != nil || !bytes.Equal(back, plain) {
			t.Fatalf("sealed and opened again: %q, %v, was %q", back, err, plain)
		}
	})
}
