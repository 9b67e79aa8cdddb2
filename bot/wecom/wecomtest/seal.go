package wecomtest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/silenceper/wechat/v2/util"
)

// sealer seals callbacks and opens replies, by page 101033.
type sealer struct {
	token  string
	aesKey string
	key    []byte
}

func newSealer(token, aesKey string) (sealer, error) {
	if token == "" {
		return sealer{}, errors.New("wecomtest: no Token")
	}
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil || len(key) != 32 {
		return sealer{}, errors.New("wecomtest: the EncodingAESKey is not 43 characters of base64")
	}
	return sealer{token: token, aesKey: aesKey, key: key}, nil
}

func (s sealer) sign(timestamp, nonce, sealed string) string {
	return util.Signature(s.token, timestamp, nonce, sealed)
}

func (s sealer) seal(random, plain []byte, receiver string) (string, error) {
	sealed, err := util.EncryptMsg(random, plain, receiver, s.aesKey)
	if err != nil {
		return "", errors.New("wecomtest: sealing failed")
	}
	return string(sealed), nil
}

// open decrypts a reply. Whoever sealed it must have done so for nobody in
// particular: a company's own bot has no receiveid.
func (s sealer) open(sealed string) ([]byte, error) { return s.openFor(sealed, "") }

// openFor decrypts a reply that was sealed for a receiveid: an application's
// is its company.
func (s sealer) openFor(sealed, receiver string) ([]byte, error) {
	data, err := base64.StdEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return nil, errors.New("encrypt is not base64")
	}
	if len(data) < 32 || len(data)%32 != 0 {
		return nil, fmt.Errorf("encrypt has %d bytes, no multiple of 32", len(data))
	}
	block, err := aes.NewCipher(s.key)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, s.key[:16]).CryptBlocks(data, data)

	last := data[len(data)-1]
	tail := bytes.Repeat([]byte{last}, int(last))
	if last == 0 || last > 32 || !bytes.HasSuffix(data, tail) {
		return nil, errors.New("the padding of encrypt is wrong")
	}
	data = bytes.TrimSuffix(data, tail)
	if len(data) < 20 {
		return nil, errors.New("encrypt is too short")
	}
	n := uint64(binary.BigEndian.Uint32(data[16:20]))
	data = data[20:]
	switch {
	case receiver == "" && n != uint64(len(data)):
		return nil, fmt.Errorf("encrypt holds %d bytes and says %d: it must end with the message, without a receiveid", len(data), n)
	case n > uint64(len(data)) || string(data[n:]) != receiver:
		return nil, errors.New("encrypt does not end with the right receiveid")
	}
	return data[:n], nil
}

// sealFile encrypts what a member sends, with a key of 32 bytes, by page 100719:
// the bare bytes, padded to 32.
func sealFile(content, key []byte) []byte {
	pad := 32 - len(content)%32
	data := append(bytes.Clone(content), bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(data, data)
	return data
}
