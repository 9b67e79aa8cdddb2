package wecom

import (
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"anyuebot/bot"
)

const (
	imageMost = 20 << 20  // bytes of a picture or a voice message that are taken
	fileMost  = 100 << 20 // bytes of a file or film: larger ones are not called back (page 100719)

	imagePatience = 30 * time.Second // as long as the platform's own plugin waits
	filePatience  = 60 * time.Second

	fetchTries   = 2 // a platform that stumbles once should not cost a member their file
	fetchAtOnce  = 3 // pictures of one message under way together
	maxRedirects = 3
)

// platformHosts are where the platform keeps what members send, by the ends of
// their names: its object storage, which the samples of page 100719 show, its
// own servers, and its store of pictures. Anybody can rent a name under the
// first, but an address comes in a signed callback, and what is there has to
// be encrypted with our key.
var platformHosts = []string{".myqcloud.com", ".weixin.qq.com", ".qpic.cn"}

// Files keeps what members send.
type Files interface {
	// Keep takes in content of at most so many bytes under its hash; name is
	// its sender's. What is wrong with the content is the File's Problem, with
	// no Hash then. An error means that it could not be saved. When r fails,
	// nothing is kept and it does not matter what is returned.
	Keep(ctx context.Context, name string, r io.Reader, most int64) (bot.File, error)
}

// MediaConfig is what [NewMedia] needs.
type MediaConfig struct {
	Files Files
	// Hosts are further hosts that media may come from, also without TLS and by
	// number: that of a proxy or of a double. Each as in a URL, with its port
	// unless that is the scheme's own.
	Hosts []string
	// Client carries the requests; nil for one of its own. It is copied and
	// made to follow redirects to allowed hosts only.
	Client *http.Client
	// AESKey is the callback's EncodingAESKey; "" over the long connection,
	// where every address comes with a key of its own.
	AESKey string
	Log    *slog.Logger
}

// Media fetches the pictures, files and films that members send to the
// 智能机器人. The platform hands out addresses that lead somewhere for 5 minutes
// (page 100719), so they are fetched before the turn begins. It is safe for
// concurrent use.
type Media struct {
	files  Files
	hosts  map[string]bool
	client *http.Client
	block  cipher.Block // nil without a key of the callback's
	iv     []byte
	log    *slog.Logger
}

// NewMedia makes a Media. Its errors say what is wrong with the configuration
// and never repeat a secret.
func NewMedia(cfg MediaConfig) (*Media, error) {
	m := &Media{files: cfg.Files, hosts: map[string]bool{}, client: &http.Client{}, log: cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))}
	if m.files == nil {
		return nil, errors.New("wecom: Media needs Files to keep what it fetches")
	}
	if cfg.AESKey != "" {
		var err error
		if m.block, m.iv, err = newBlock(cfg.AESKey); err != nil {
			return nil, fmt.Errorf("wecom: %w", err)
		}
	}
	for _, host := range cfg.Hosts {
		m.hosts[strings.ToLower(host)] = true
	}
	if cfg.Client != nil {
		copied := *cfg.Client
		m.client = &copied
	}
	m.client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects || !m.allowed(r.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return m, nil
}

// fetch fetches, decrypts and keeps what refs point to, one File for each and
// in their order. What cannot be had is a File with a Problem; an error means
// that nothing can be saved at the moment. A nil Media keeps nothing.
func (m *Media) fetch(ctx context.Context, refs []mediaRef) ([]bot.File, error) {
	files := make([]bot.File, len(refs))
	var all errgroup.Group
	all.SetLimit(fetchAtOnce)
	for i, ref := range refs {
		if m == nil {
			files[i].Problem = bot.FileLost
			continue
		}
		all.Go(func() (err error) {
			files[i], err = m.fetchOne(ctx, ref)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	return files, nil
}

func (m *Media) fetchOne(ctx context.Context, ref mediaRef) (bot.File, error) {
	patience := filePatience
	if ref.kind == bot.MediaImage {
		patience = imagePatience
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	block, iv, err := m.cipherOf(ref)
	if err != nil {
		return m.gone(ctx, ref, bot.FileDamaged, err.Error()), nil
	}
	resp, problem, why := m.get(ctx, ref)
	if problem != "" {
		return m.gone(ctx, ref, problem, why), nil
	}
	defer func() { _ = resp.Body.Close() }()
	name := fileName(resp.Header.Get("Content-Disposition"))
	if resp.ContentLength > mostOf(ref.kind)+padBlock {
		f := m.gone(ctx, ref, bot.FileTooLarge, "its length says so")
		f.Name = name
		return f, nil
	}
	f, err := keep(ctx, m.files, name, newMediaReader(resp.Body, block, iv), ref.kind)
	if f.Problem != "" {
		m.log.LogAttrs(ctx, slog.LevelWarn, "wecom media not kept", slog.String("kind", string(ref.kind)),
			slog.String("problem", string(f.Problem)), slog.String("host", hostOf(ref.url)))
	}
	return f, err
}

// gone is a file that could not be fetched, after saying so in the log. The
// address is not in there: whoever has it has the file.
func (m *Media) gone(ctx context.Context, ref mediaRef, problem bot.FileProblem, why string) bot.File {
	m.log.LogAttrs(ctx, slog.LevelWarn, "wecom media not fetched", slog.String("kind", string(ref.kind)),
		slog.String("problem", string(problem)), slog.String("host", hostOf(ref.url)), slog.String("reason", why))
	return bot.File{Problem: problem}
}

func (m *Media) cipherOf(ref mediaRef) (cipher.Block, []byte, error) {
	if ref.key == "" {
		if m.block == nil {
			return nil, nil, errors.New("it came without a key")
		}
		return m.block, m.iv, nil
	}
	// The long connection leaves the padding of the key's base64 away.
	key, err := base64.StdEncoding.DecodeString(strings.TrimRight(ref.key, "=") + strings.Repeat("=", -len(strings.TrimRight(ref.key, "="))&3))
	if err != nil || len(key) != keyLength {
		return nil, nil, errors.New("its key is none")
	}
	block, err := aes.NewCipher(key)
	return block, key[:aes.BlockSize], err
}

// get opens the address, once more if the platform stumbles.
func (m *Media) get(ctx context.Context, ref mediaRef) (resp *http.Response, problem bot.FileProblem, why string) {
	at, err := url.Parse(ref.url)
	if err != nil || ref.url == "" {
		return nil, bot.FileLost, "it has no address"
	}
	if !m.allowed(at) {
		return nil, bot.FileLost, "it is not on a host of the platform"
	}
	for try := 1; ; try++ {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
		if err != nil {
			return nil, bot.FileLost, "it has no address"
		}
		r.Header.Set("Accept-Encoding", "identity") // the length is that of the file
		resp, err := m.client.Do(r)
		if err == nil && resp.StatusCode == http.StatusOK {
			return resp, "", ""
		}
		again := try < fetchTries && ctx.Err() == nil
		if err != nil {
			if again {
				continue
			}
			return nil, bot.FileLost, "there was no answer" // the error would give the address away
		}
		_ = resp.Body.Close()
		switch {
		case resp.StatusCode >= 500 && again:
			continue
		case resp.StatusCode == http.StatusForbidden, resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
			return nil, bot.FileExpired, fmt.Sprintf("status %d", resp.StatusCode)
		}
		return nil, bot.FileLost, fmt.Sprintf("status %d", resp.StatusCode)
	}
}

// allowed reports whether an address is the platform's, or on one of the hosts
// that were configured. The platform's are names, not numbers, and have TLS:
// together that keeps a request from ending at a neighbour of ours, whatever
// a name is said to resolve to.
func (m *Media) allowed(at *url.URL) bool {
	host := strings.ToLower(at.Host)
	if at.Scheme != "http" && at.Scheme != "https" || at.User != nil || at.Opaque != "" {
		return false
	}
	if m.hosts[host] {
		return true
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = host, ""
	}
	if at.Scheme != "https" || port != "" && port != "443" {
		return false
	}
	for _, end := range platformHosts {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// hostOf is what the log may say of an address.
func hostOf(address string) string {
	at, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return at.Hostname()
}

func mostOf(kind bot.Media) int64 {
	if kind == bot.MediaImage || kind == bot.MediaVoice {
		return imageMost
	}
	return fileMost
}

// keep hands a content to files and sorts out what went wrong: the line, the
// content, or the disk. Only the last is an error.
func keep(ctx context.Context, files Files, name string, r io.Reader, kind bot.Media) (bot.File, error) {
	from := &watched{from: r}
	f, err := files.Keep(ctx, name, from, mostOf(kind))
	switch {
	case errors.Is(from.err, errCipher):
		return bot.File{Name: name, Problem: bot.FileDamaged}, nil
	case from.err != nil, err != nil && ctx.Err() != nil:
		return bot.File{Name: name, Problem: bot.FileLost}, nil
	case err != nil:
		return bot.File{}, err
	}
	f.Name = cmp.Or(f.Name, name)
	return f, nil
}

// watched remembers how reading ended, whatever its reader makes of it.
type watched struct {
	from io.Reader
	err  error // nil at a proper end
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
