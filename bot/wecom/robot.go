package wecom

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	wecontext "github.com/silenceper/wechat/v2/work/context"
	grouprobot "github.com/silenceper/wechat/v2/work/robot"

	"anyuebot/bot"
)

// RobotsConfig is how group robots are reached.
type RobotsConfig struct {
	Base   string // address in place of the platform's; "" for that
	Client *http.Client
	Log    *slog.Logger
}

// Robots writes to groups by their robots (page 91770). A robot's key is all
// it takes: there is no token, and the robot hears nothing. Errors are
// [*Failure]; neither they nor the log hold a key.
type Robots struct {
	line *line
	log  *slog.Logger
}

// NewRobots makes no request.
func NewRobots(cfg RobotsConfig) (*Robots, error) {
	l, err := newLine(cfg.Base, cfg.Client)
	if err != nil {
		return nil, err
	}
	cfg.Log = cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
	return &Robots{line: l, log: cfg.Log}, nil
}

// robotMessage is a message to the robot's group.
type robotMessage struct {
	MsgType string         `json:"msgtype"`
	Text    *mentionedBody `json:"text,omitempty"`
	Mark    *textBody      `json:"markdown,omitempty"`
	MarkV2  *textBody      `json:"markdown_v2,omitempty"`
	File    *mediaBody     `json:"file,omitempty"`
}

type mentionedBody struct {
	Content   string   `json:"content"`
	Mentioned []string `json:"mentioned_list,omitempty"`
}

const (
	robotTextLimit = 2048 // bytes
	robotMarkLimit = 4096
)

// robotWords puts a text into the kind of message that can show it. Calling on
// members is a text's alone to do for everybody and on clients of every age;
// tables are markdown_v2's.
func robotWords(text string, mention []string) robotMessage {
	switch {
	case len(mention) > 0 || !dressed(text) && !tabled(text) && len(text) <= robotTextLimit:
		words, _ := fit(undressed(text), robotTextLimit)
		return robotMessage{MsgType: msgText, Text: &mentionedBody{Content: words, Mentioned: mention}}
	case tabled(text):
		words, _ := fit(text, robotMarkLimit)
		return robotMessage{MsgType: "markdown_v2", MarkV2: &textBody{words}}
	}
	words, _ := fit(text, robotMarkLimit)
	return robotMessage{MsgType: msgMarkdown, Mark: &textBody{words}}
}

func (r *Robots) send(ctx context.Context, key string, m robotMessage) *Failure {
	a := r.line.through(ctx, callTime, func(_ context.Context, marker string) {
		client := grouprobot.NewClient(&wecontext.Context{})
		// What it returns is no error where the platform refuses; the answer
		// tells.
		_, _ = client.RobotBroadcast(marked(key, marker), m)
	})
	return r.noted(ctx, judge("webhook/send", a))
}

// upload makes a file a medium that this robot alone can send, for 3 days. The
// library has no call for it.
func (r *Robots) upload(ctx context.Context, key, name string, size int64, open func() (io.ReadCloser, error)) (string, *Failure) {
	const call = "webhook/upload_media"
	content, err := open()
	if err != nil {
		return "", r.noted(ctx, unreadable(call, err))
	}
	defer content.Close()
	head, tail, kind, err := form(name, size)
	if err != nil {
		return "", r.noted(ctx, turnedDown(call, WhyFile))
	}
	// A content that is shorter or longer than it was said to be must not pass
	// for the file.
	exact := &exactly{r: content, left: size}
	body := io.MultiReader(bytes.NewReader(head), exact, bytes.NewReader(tail))
	to := r.line.address("/cgi-bin/"+call, url.Values{"key": {key}, "type": {"file"}}.Encode())
	a := r.line.call(ctx, uploadTime, request{
		method: http.MethodPost, to: to, kind: kind, body: body, length: int64(len(head)) + size + int64(len(tail)),
	})
	if exact.err != nil {
		return "", r.noted(ctx, unreadable(call, exact.err))
	}
	if failure := judge(call, a); failure != nil {
		return "", r.noted(ctx, failure.unseen())
	}
	var said struct {
		MediaID string `json:"media_id"`
	}
	a.read(&said)
	if said.MediaID == "" {
		return "", r.noted(ctx, &Failure{Call: call, Fate: bot.FateLater, Why: WhyUnknown})
	}
	return said.MediaID, nil
}

// Check tells whether the key is that of a living robot, without a word in its
// group: it uploads a file of a few bytes, which nobody sees and which the
// platform forgets after 3 days.
func (r *Robots) Check(ctx context.Context, key string) error {
	const probe = "anyuebot check\n"
	_, failure := r.upload(ctx, key, "check.txt", int64(len(probe)), func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(probe)), nil
	})
	return asError(failure)
}

func (r *Robots) noted(ctx context.Context, f *Failure) *Failure {
	note(ctx, r.log, f)
	return f
}
