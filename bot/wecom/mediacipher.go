package wecom

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"io"
)

// errCipher means that what was fetched is not what somebody encrypted with
// the key at hand, or not all of it.
var errCipher = errors.New("the content is damaged or cut short")

// mediaChunk is how much is decrypted at a time, in bytes: whole blocks.
const mediaChunk = 32 << 10

// mediaReader decrypts a picture, file or film while it comes in: AES-256-CBC
// over the bare bytes, padded to 32 (page 100719). The last 32 bytes wait till
// the end has come, because only that says how much of them is padding.
type mediaReader struct {
	from io.Reader
	mode cipher.BlockMode
	buf  []byte // cap is mediaChunk plus what has to wait
	out  []byte // decrypted, to be handed out; part of buf
	wait int    // bytes at the end of buf that wait, decrypted
	err  error
}

func newMediaReader(from io.Reader, block cipher.Block, iv []byte) *mediaReader {
	return &mediaReader{from: from, mode: cipher.NewCBCDecrypter(block, iv), buf: make([]byte, 0, padBlock+mediaChunk)}
}

func (m *mediaReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(m.out) == 0 {
		if m.err != nil {
			return 0, m.err
		}
		m.fill()
	}
	n := copy(p, m.out)
	m.out = m.out[n:]
	return n, nil
}

// fill decrypts the next chunk behind the bytes that waited.
func (m *mediaReader) fill() {
	m.buf = append(m.buf[:0], m.buf[len(m.buf)-m.wait:]...)
	n, ended, err := m.read(m.buf[m.wait:cap(m.buf)])
	m.buf = m.buf[:m.wait+n]
	switch {
	case err != nil:
		m.err = err
		return
	case n%aes.BlockSize != 0:
		m.err = errCipher
		return
	}
	m.mode.CryptBlocks(m.buf[m.wait:], m.buf[m.wait:])
	if !ended {
		m.wait = min(padBlock, len(m.buf))
		m.out = m.buf[:len(m.buf)-m.wait]
		return
	}
	out, err := unpad(m.buf)
	if err != nil {
		m.err = errCipher
		return
	}
	m.out, m.err = out, io.EOF
}

// read fills p and reports whether the end has come. A download that stops
// short of its length is not an end, although it may look like one.
func (m *mediaReader) read(p []byte) (n int, ended bool, err error) {
	for n < len(p) {
		got, err := m.from.Read(p[n:])
		n += got
		switch err {
		case nil:
		case io.EOF:
			return n, true, nil
		case io.ErrUnexpectedEOF:
			return n, false, errCipher
		default:
			return n, false, err
		}
	}
	return n, false, nil
}
