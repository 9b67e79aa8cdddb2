package wecom

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
)

// encrypted is content as the platform stores it (page 100719).
func encrypted(t testing.TB, content []byte, aesKey string) []byte {
	t.Helper()
	block, iv, err := newBlock(aesKey)
	if err != nil {
		t.Fatal(err)
	}
	pad := padBlock - len(content)%padBlock
	out := append(bytes.Clone(content), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	return out
}

func decrypt(t testing.TB, sealed []byte, slow bool) ([]byte, error) {
	block, iv, err := newBlock(sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	var from io.Reader = bytes.NewReader(sealed)
	if slow {
		from = iotest.OneByteReader(from)
	}
	return io.ReadAll(newMediaReader(from, block, iv))
}

func TestDecryptingWhileReading(t *testing.T) {
	long := bytes.Repeat([]byte("安全生产月"), 3*mediaChunk/15+1)
	for _, n := range []int{0, 1, 15, 16, 31, 32, 33, 63, 64, 1000, mediaChunk - 1, mediaChunk, mediaChunk + 1, mediaChunk + 31, mediaChunk + 32,
		2*mediaChunk - 1, 2 * mediaChunk, 2*mediaChunk + 32, 3 * mediaChunk} {
		for _, slow := range []bool{false, true} {
			got, err := decrypt(t, encrypted(t, long[:n], sampleKey), slow)
			if err != nil || !bytes.Equal(got, long[:n]) {
				t.Errorf("%d bytes, one by one %v: got %d, %v", n, slow, len(got), err)
			}
		}
	}
}

func TestDamagedMedia(t *testing.T) {
	content := bytes.Repeat([]byte{200}, mediaChunk+100)
	whole := encrypted(t, content, sampleKey)
	for name, sealed := range map[string][]byte{
		"nothing":            nil,
		"a byte":             {1},
		"cut inside a block": whole[:len(whole)-5],
		"cut at a block":     whole[:mediaChunk],
		"cut to one block":   whole[:16],
		"another key":        encrypted(t, content, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
		"not encrypted":      bytes.Repeat([]byte("<html>404</html>"), 4),
	} {
		if got, err := decrypt(t, sealed, false); !errors.Is(err, errCipher) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	// Every byte of the padding counts, not the last alone.
	block, iv, _ := newBlock(sampleKey)
	plain := append(make([]byte, 32), bytes.Repeat([]byte{32}, 32)...)
	plain[40] = 31
	sealed := make([]byte, len(plain))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, plain)
	if got, err := decrypt(t, sealed, false); !errors.Is(err, errCipher) {
		t.Errorf("false padding: %d bytes, %v", len(got), err)
	}
	// A download that ends early may end where an end would be.
	early := io.MultiReader(bytes.NewReader(whole), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := io.ReadAll(newMediaReader(early, block, iv)); !errors.Is(err, errCipher) {
		t.Errorf("cut short of its length: %v", err)
	}
	if _, err := io.ReadAll(newMediaReader(iotest.ErrReader(io.ErrClosedPipe), block, iv)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a broken line: %v", err)
	}
}

func FuzzMediaReader(f *testing.F) {
	f.Add([]byte("活动5场"), 1)
	f.Add([]byte{}, 0)
	f.Add(bytes.Repeat([]byte{32}, 96), 33)
	f.Fuzz(func(t *testing.T, content []byte, cut int) {
		whole := encrypted(t, content, sampleKey)
		if got, err := decrypt(t, whole, len(content) < 200); err != nil || !bytes.Equal(got, content) {
			t.Errorf("got %d bytes of %d, %v", len(got), len(content), err)
		}
		if cut >= 0 && cut < len(whole) {
			_, _ = decrypt(t, whole[cut:], false)
			if got, err := decrypt(t, whole[:cut], false); err == nil && len(got) >= cut {
				t.Errorf("cut to %d bytes it holds %d", cut, len(got))
			}
		}
		_, _ = decrypt(t, content, false)
	})
}

func TestFileName(t *testing.T) {
	gbk := "\xc3\xf7\xcf\xb8.xlsx" // 明细
	for header, want := range map[string]string{
		``:                             "",
		`attachment`:                   "",
		`attachment; filename="a.txt"`: "a.txt",
		`attachment; filename=a b.txt`: "a b.txt",
		`attachment; filename="___.xlsx"; filename*=UTF-8''%E6%B1%87%E6%80%BB.xlsx`: "汇总.xlsx",
		`attachment; filename*=utf-8'zh'%E6%B1%87%E6%80%BB.xlsx; filename="x"`:      "汇总.xlsx",
		`attachment; filename*=汇总.xlsx`:                                             "汇总.xlsx",
		`attachment; filename*=; filename="b.txt"`:                                  "b.txt",
		`attachment; FileName="%E6%B1%87%E6%80%BB.xlsx"`:                            "汇总.xlsx",
		`attachment; filename="100%完成.xlsx"`:                                        "100%完成.xlsx",
		`attachment; filename="汇总.xlsx"`:                                            "汇总.xlsx",
		`attachment; filename=汇总.xlsx`:                                              "汇总.xlsx",
		`attachment; filename="=?UTF-8?B?5rGH5oC7Lnhsc3g=?="`:                       "汇总.xlsx",
		`attachment; filename="` + gbk + `"`:                                        "明细.xlsx",
		`attachment; filename*=GBK''` + url.PathEscape(gbk):                         "明细.xlsx",
		`attachment; filename="a;b.txt"`:                                            "a;b.txt",
		`attachment; filename="a\"b.txt"`:                                           `a"b.txt`,
		`attachment; filename="C:\\报表\\六月.docx"`:                                    "六月.docx",
		`attachment; filename="C:\报表\六月.docx"`:                                      "六月.docx",
		`attachment; filename="../../etc/passwd"`:                                   "passwd",
		`attachment; filename="%2e%2e%2f%2e%2e%2fshadow"`:                           "shadow",
		`attachment; filename="a/"`:                                                 "",
		`attachment; filename=".."`:                                                 "",
		`attachment; filename=" . "`:                                                "",
		"attachment; filename=\"a\x00\x1b\u202excod.exe\ufeff\"":                    "axcod.exe",
		"attachment; filename=\"一\u3000二\".txt":                                     `"一 二".txt`,
		`attachment; filename="` + strings.Repeat("安", 100) + `.xlsx"`:              strings.Repeat("安", 83) + ".xlsx",
		`attachment; filename="a.` + strings.Repeat("安", 100) + `"`:                 "a." + strings.Repeat("安", 84),
		`;;;=;"`: "",
	} {
		if got := fileName(header); got != want {
			t.Errorf("%s\n got %q\nwant %q", header, got, want)
		}
	}
}

// disk keeps what it is given in memory.
type disk struct {
	broken error
	kept   map[string][]byte // by hash
}

func (d *disk) Keep(ctx context.Context, name string, r io.Reader, most int64) (bot.File, error) {
	if d.broken != nil {
		return bot.File{}, d.broken
	}
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return bot.File{}, err
	case int64(len(content)) > most:
		return bot.File{Name: name, Problem: bot.FileTooLarge}, nil
	case len(content) == 0:
		return bot.File{Name: name, Problem: bot.FileEmpty}, nil
	}
	sum := sha256.Sum256(content)
	f := bot.File{Hash: hex.EncodeToString(sum[:]), Name: name, Size: int64(len(content))}
	if d.kept == nil {
		d.kept = map[string][]byte{}
	}
	d.kept[f.Hash] = content
	return f, ctx.Err()
}

// cloud answers requests, in place of the world.
type cloud func(*http.Request) (*http.Response, error)

func (c cloud) RoundTrip(r *http.Request) (*http.Response, error) { return c(r) }

func mediaAnswer(status int, body io.Reader, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: -1}
	if b, ok := body.(*bytes.Reader); ok {
		resp.ContentLength = int64(b.Len())
	}
	for i := 0; i < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

func newTestMedia(t *testing.T, files Files, c cloud, log io.Writer) *Media {
	t.Helper()
	m, err := NewMedia(MediaConfig{
		Files: files, Hosts: []string{"127.0.0.1:9000", "Proxy.example"}, Client: &http.Client{Transport: c}, AESKey: sampleKey,
		Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const somewhere = "https://ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com/s3cret?sign=s3cret"

func TestFetch(t *testing.T) {
	content := []byte("%PDF-1.4 活动5场")
	sum := sha256.Sum256(content)
	want := bot.File{Hash: hex.EncodeToString(sum[:]), Name: "汇总.pdf", Size: int64(len(content))}
	const named = `attachment; filename*=UTF-8''%E6%B1%87%E6%80%BB.pdf`
	whole := func() *http.Response {
		return mediaAnswer(200, bytes.NewReader(encrypted(t, content, sampleKey)), "Content-Disposition", named)
	}
	ownKey := base64.RawStdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	tries := 0
	for name, c := range map[string]struct {
		ref   mediaRef
		cloud cloud
		want  bot.File
	}{
		"a file": {mediaRef{}, func(*http.Request) (*http.Response, error) { return whole(), nil }, want},
		"with a key of its own": {mediaRef{key: ownKey}, func(*http.Request) (*http.Response, error) {
			return mediaAnswer(200, bytes.NewReader(encrypted(t, content, ownKey)), "Content-Disposition", named), nil
		}, want},
		"with a padded key": {mediaRef{key: ownKey + "="}, func(*http.Request) (*http.Response, error) {
			return mediaAnswer(200, bytes.NewReader(encrypted(t, content, ownKey)), "Content-Disposition", named), nil
		}, want},
		"with half a key":    {mediaRef{key: "s3cret"}, nil, bot.File{Problem: bot.FileDamaged}},
		"without an address": {mediaRef{url: "-"}, nil, bot.File{Problem: bot.FileLost}},
		"expired":            {mediaRef{}, status(403), bot.File{Problem: bot.FileExpired}},
		"removed":            {mediaRef{}, status(404), bot.File{Problem: bot.FileExpired}},
		"refused":            {mediaRef{}, status(400), bot.File{Problem: bot.FileLost}},
		"never well":         {mediaRef{}, status(502), bot.File{Problem: bot.FileLost}},
		"well again": {mediaRef{}, func(*http.Request) (*http.Response, error) {
			if tries++; tries == 1 {
				return mediaAnswer(503, strings.NewReader("")), nil
			}
			return whole(), nil
		}, want},
		"no line": {mediaRef{}, func(*http.Request) (*http.Response, error) { return nil, errors.New("s3cret") }, bot.File{Problem: bot.FileLost}},
		"a line that breaks": {mediaRef{}, func(*http.Request) (*http.Response, error) {
			return mediaAnswer(200, io.MultiReader(bytes.NewReader(make([]byte, 64)), iotest.ErrReader(errors.New("s3cret")))), nil
		}, bot.File{Problem: bot.FileLost}},
		"damaged": {mediaRef{}, func(*http.Request) (*http.Response, error) {
			return mediaAnswer(200, strings.NewReader("<html>s3cret</html>"), "Content-Disposition", named), nil
		}, bot.File{Name: "汇总.pdf", Problem: bot.FileDamaged}},
		"empty": {mediaRef{}, func(*http.Request) (*http.Response, error) {
			return mediaAnswer(200, bytes.NewReader(encrypted(t, nil, sampleKey))), nil
		}, bot.File{Problem: bot.FileEmpty}},
		"too large, and says so": {mediaRef{kind: bot.MediaImage}, func(*http.Request) (*http.Response, error) {
			resp := mediaAnswer(200, iotest.ErrReader(errors.New("read all the same")), "Content-Disposition", named)
			resp.ContentLength = imageMost + 33
			return resp, nil
		}, bot.File{Name: "汇总.pdf", Problem: bot.FileTooLarge}},
		"too large, without a word": {mediaRef{kind: bot.MediaImage}, func(*http.Request) (*http.Response, error) {
			return mediaAnswer(200, io.LimitReader(bytes.NewReader(encrypted(t, make([]byte, imageMost+1), sampleKey)), 1<<30)), nil
		}, bot.File{Problem: bot.FileTooLarge}},
		"as large as may be": {mediaRef{kind: bot.MediaImage}, func(*http.Request) (*http.Response, error) {
			return mediaAnswer(200, bytes.NewReader(encrypted(t, make([]byte, imageMost), sampleKey))), nil
		}, bot.File{Hash: zeros(imageMost), Size: imageMost}},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			if c.cloud == nil {
				c.cloud = func(*http.Request) (*http.Response, error) { t.Error("asked for"); return nil, errors.New("no") }
			}
			if c.ref.kind == "" {
				c.ref.kind = bot.MediaFile
			}
			switch c.ref.url {
			case "":
				c.ref.url = somewhere
			case "-":
				c.ref.url = ""
			}
			got, err := newTestMedia(t, &disk{}, c.cloud, &log).fetch(t.Context(), []mediaRef{c.ref})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]bot.File{c.want}, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(log.String(), "s3cret") {
				t.Errorf("the log gives it away: %s", &log)
			}
			if c.want.Problem == "" && log.Len() > 0 || !strings.Contains(log.String(), string(c.want.Problem)) {
				t.Errorf("the log says: %s", &log)
			}
		})
	}
}

func status(code int) cloud {
	return func(*http.Request) (*http.Response, error) {
		return mediaAnswer(code, strings.NewReader("<Error>s3cret</Error>")), nil
	}
}

func zeros(n int) string {
	sum := sha256.Sum256(make([]byte, n))
	return hex.EncodeToString(sum[:])
}

func TestFetchKeepsTheOrder(t *testing.T) {
	m := newTestMedia(t, apart{}, func(r *http.Request) (*http.Response, error) {
		return mediaAnswer(200, bytes.NewReader(encrypted(t, []byte(r.URL.Path), sampleKey))), nil
	}, io.Discard)
	refs := make([]mediaRef, 9)
	for i := range refs {
		refs[i] = mediaRef{kind: bot.MediaImage, url: fmt.Sprintf("https://a.myqcloud.com/%d", i)}
	}
	got, err := m.fetch(t.Context(), refs)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range got {
		if want := sha256.Sum256(fmt.Appendf(nil, "/%d", i)); f.Hash != hex.EncodeToString(want[:]) {
			t.Errorf("%d is %+v", i, f)
		}
	}
	var none *Media
	if got, err := none.fetch(t.Context(), refs[:2]); err != nil || len(got) != 2 || got[1].Problem != bot.FileLost {
		t.Errorf("without Media: %+v, %v", got, err)
	}
}

// apart keeps every file on a disk of its own, so that several may come at once.
type apart struct{}

func (apart) Keep(ctx context.Context, name string, r io.Reader, most int64) (bot.File, error) {
	return (&disk{}).Keep(ctx, name, r, most)
}

func TestFetchOnABrokenDisk(t *testing.T) {
	full := errors.New("no space left")
	m := newTestMedia(t, &disk{broken: full}, func(*http.Request) (*http.Response, error) {
		return mediaAnswer(200, bytes.NewReader(encrypted(t, []byte("x"), sampleKey))), nil
	}, io.Discard)
	if got, err := m.fetch(t.Context(), []mediaRef{{kind: bot.MediaFile, url: somewhere}}); !errors.Is(err, full) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFetchGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newTestMedia(t, &disk{}, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, io.Discard)
		for kind, patience := range map[bot.Media]time.Duration{bot.MediaImage: 30 * time.Second, bot.MediaVideo: time.Minute} {
			began := time.Now()
			got, err := m.fetch(t.Context(), []mediaRef{{kind: kind, url: somewhere}})
			if took := time.Since(began); err != nil || got[0].Problem != bot.FileLost || took != patience {
				t.Errorf("%s: %+v, %v after %v", kind, got, err, took)
			}
		}
	})
}

func TestWhereMediaMayComeFrom(t *testing.T) {
	m := newTestMedia(t, &disk{}, nil, io.Discard)
	for address, want := range map[string]bool{
		somewhere:                                          true,
		"https://qyapi.weixin.qq.com/media/1":              true,
		"https://a.work.weixin.qq.com:443/x":               true,
		"https://wework.qpic.cn/x":                         true,
		"https://A.MyQCloud.com/x":                         true,
		"http://a.myqcloud.com/x":                          false,
		"https://a.myqcloud.com:8443/x":                    false,
		"https://a.myqcloud.com.evil.example/x":            false,
		"https://evilmyqcloud.com/x":                       false,
		"https://myqcloud.com/x":                           false,
		"https://a.myqcloud.com./x":                        false,
		"https://user@a.myqcloud.com/x":                    false,
		"https://a.myqcloud.com@evil.example/x":            false,
		"https://evil.example/.myqcloud.com":               false,
		"https://evil.example?.myqcloud.com":               false,
		"https://evil.example#.myqcloud.com":               false,
		"https://127.0.0.1/x":                              false,
		"https://[::1]/x":                                  false,
		"https://169.254.169.254/latest/meta-data":         false,
		"https://2130706433/x":                             false,
		"https://localhost/x":                              false,
		"file:///etc/passwd":                               false,
		"//a.myqcloud.com/x":                               false,
		"https:a.myqcloud.com":                             false,
		"ftp://a.myqcloud.com/x":                           false,
		"http://127.0.0.1:9000/x":                          true,
		"http://127.0.0.1:9001/x":                          false,
		"http://127.0.0.1/x":                               false,
		"http://proxy.example/x":                           true,
		"https://PROXY.example/x":                          true,
		"http://a.proxy.example/x":                         false,
		"https://xn--myqcloud-com-evil.example/.weixin.qq": false,
	} {
		at, err := url.Parse(address)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if got := m.allowed(at); got != want {
			t.Errorf("%s: allowed %v", address, got)
		}
	}
}

func TestRedirects(t *testing.T) {
	for to, want := range map[string]bot.FileProblem{
		"https://b.myqcloud.com/end":  "",
		"https://evil.example/end":    bot.FileLost,
		"http://b.myqcloud.com/end":   bot.FileLost,
		"http://169.254.169.254/end":  bot.FileLost,
		"https://b.myqcloud.com/loop": bot.FileLost,
	} {
		asked := 0
		m := newTestMedia(t, &disk{}, func(r *http.Request) (*http.Response, error) {
			if asked++; asked > 20 {
				t.Fatal("for ever")
			}
			if offPlatform(r.URL) {
				t.Errorf("asked %s", r.URL)
			}
			if r.URL.Path == "/end" {
				return mediaAnswer(200, bytes.NewReader(encrypted(t, []byte("x"), sampleKey))), nil
			}
			return mediaAnswer(302, strings.NewReader(""), "Location", to), nil
		}, io.Discard)
		got, err := m.fetch(t.Context(), []mediaRef{{kind: bot.MediaFile, url: "https://a.myqcloud.com/start"}})
		if err != nil || got[0].Problem != want {
			t.Errorf("%s: %+v, %v", to, got, err)
		}
	}
}

func offPlatform(at *url.URL) bool {
	return at.Scheme != "https" || !strings.HasSuffix(at.Host, ".myqcloud.com")
}

func TestNewMediaChecksItsConfiguration(t *testing.T) {
	if _, err := NewMedia(MediaConfig{AESKey: sampleKey}); err == nil {
		t.Error("taken without Files")
	}
	if _, err := NewMedia(MediaConfig{Files: &disk{}, AESKey: "s3cret"}); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("a bad key: %v", err)
	}
	m, err := NewMedia(MediaConfig{Files: &disk{}})
	if err != nil {
		t.Fatal(err)
	}
	// Over the long connection every address has its key, or there is none.
	if got, err := m.fetch(t.Context(), []mediaRef{{kind: bot.MediaFile, url: somewhere}}); err != nil || got[0].Problem != bot.FileDamaged {
		t.Errorf("without a key: %+v, %v", got, err)
	}
}
