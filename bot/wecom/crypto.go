package wecom

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/silenceper/wechat/v2/util"
)

const (
	aesKeyLength = 43 // characters of an EncodingAESKey; with one "=" they are 32 bytes of base64
	keyLength    = 32 // bytes of the AES key it stands for
	padBlock     = 32 // the padding is to 32 bytes, although the cipher's block has 16
	randomLength = 16 // bytes that open every plaintext, only there to make it differ
	lengthLength = 4  // bytes of the length that follows them, big-endian
)

// errReceiver means that a message was sealed for somebody else: another
// company, or another kind of application than was configured here.
var errReceiver = errors.New("the message is sealed for another receiveid")

var errPadding = errors.New("the padding is damaged")

// A codec signs, opens and seals with one Token and one EncodingAESKey, as
// pages 101033 and 90238 lay down. It is safe for concurrent use. None of its
// errors holds a key, a token or a part of a message.
type codec struct {
	token  string
	aesKey string // the 43 characters; the library's sealing wants them in this form
	block  cipher.Block
	iv     []byte
}

func newCodec(token, aesKey string) (*codec, error) {
	if token == "" {
		return nil, errors.New("the Token is empty: copy it from the bot's callback settings in the console")
	}
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return nil, fmt.Errorf("character %d of the Token is no letter, digit or sign: copy it again, without spaces or line breaks", i+1)
		}
	}
	block, iv, err := newBlock(aesKey)
	if err != nil {
		return nil, err
	}
	return &codec{token: token, aesKey: aesKey, block: block, iv: iv}, nil
}

// newBlock makes the cipher of an EncodingAESKey, and the first vector it
// starts from.
func newBlock(aesKey string) (cipher.Block, []byte, error) {
	if len(aesKey) != aesKeyLength {
		return nil, nil, fmt.Errorf("the EncodingAESKey has %d characters instead of %d: copy it again, without spaces or line breaks", len(aesKey), aesKeyLength)
	}
	// The decoder below skips line breaks, so that a key with one in it would
	// pass for a shorter one.
	for i := range len(aesKey) {
		if !isBase64(aesKey[i]) {
			return nil, nil, fmt.Errorf("character %d of the EncodingAESKey is no letter or digit", i+1)
		}
	}
	// Never strict: 43 characters hold two bits more than 32 bytes, and in the
	// platform's own sample those two are set.
	key, err := base64.StdEncoding.DecodeString(aesKey + "=")
	if err != nil || len(key) != keyLength {
		return nil, nil, errors.New("the EncodingAESKey does not decode to 32 bytes")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, nil, errors.New("the EncodingAESKey is no AES key")
	}
	return block, key[:aes.BlockSize], nil
}

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}

// sign is the msg_signature of a sealed message: SHA-1 over the four strings,
// sorted.
func (c *codec) sign(timestamp, nonce, sealed string) string {
	return util.Signature(c.token, timestamp, nonce, sealed)
}

// signed reports whether signature is right, in a time that says nothing about
// how nearly it was.
func (c *codec) signed(signature, timestamp, nonce, sealed string) bool {
	return subtle.ConstantTimeCompare([]byte(c.sign(timestamp, nonce, sealed)), []byte(signature)) == 1
}

// open decrypts a sealed message that was sealed for receiveid, which is empty
// for a company's own bot and the corpid for its own application. It returns
// errReceiver if it was sealed for another, and any error at all only for a
// message that was not sealed with this key or not by these rules.
//
// The library's DecryptMsg cannot stand here: it refuses every message with an
// empty receiveid, and looks at one byte of the padding.
func (c *codec) open(sealed, receiveid string) ([]byte, error) {
	text, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, errors.New("the sealed message is not base64")
	}
	if len(text) == 0 || len(text)%padBlock != 0 {
		return nil, fmt.Errorf("the sealed message has %d bytes, which is no multiple of %d", len(text), padBlock)
	}
	cipher.NewCBCDecrypter(c.block, c.iv).CryptBlocks(text, text)

	text, err = unpad(text)
	if err != nil {
		return nil, err
	}

	if len(text) < randomLength+lengthLength {
		return nil, errors.New("the sealed message is too short")
	}
	length := binary.BigEndian.Uint32(text[randomLength:])
	text = text[randomLength+lengthLength:]
	if uint64(length) > uint64(len(text)) {
		return nil, errors.New("the sealed message is shorter than it says")
	}
	if string(text[length:]) != receiveid {
		return nil, errReceiver
	}
	return text[:length:length], nil
}

// unpad takes off the padding, PKCS#7 to 32 bytes, having looked at all of it.
func unpad(text []byte) ([]byte, error) {
	if len(text) == 0 {
		return nil, errPadding
	}
	pad := int(text[len(text)-1])
	if pad < 1 || pad > padBlock || pad > len(text) {
		return nil, errPadding
	}
	for _, b := range text[len(text)-pad:] {
		if int(b) != pad {
			return nil, errPadding
		}
	}
	return text[:len(text)-pad], nil
}

// seal encrypts a message for receiveid.
func (c *codec) seal(message []byte, receiveid string) (string, error) {
	random := make([]byte, randomLength)
	if _, err := rand.Read(random); err != nil {
		return "", err
	}
	sealed, err := util.EncryptMsg(random, message, receiveid, c.aesKey)
	if err != nil {
		return "", errors.New("the message could not be sealed")
	}
	return string(sealed), nil
}
