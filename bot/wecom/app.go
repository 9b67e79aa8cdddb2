package wecom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"anyuebot/bot"
)

// Downloads fetches what members send to the application, by its media_id
// (page 90254).
type Downloads interface {
	// Download returns a medium and the name its sender gave it, "" for none. The
	// caller closes body.
	Download(ctx context.Context, mediaID string) (name string, body io.ReadCloser, err error)
}

// AppConfig is one 自建应用 with its callback.
type AppConfig struct {
	CorpID  string // the company's id
	AgentID int64  // the application's
	Token   string // from the application's settings, as is
	AESKey  string // the EncodingAESKey: 43 letters and digits
	Words   Words  // without Working, which is never said here

	// Files keeps, and Downloads fetches, what members send beside words. Without
	// them everything of the kind counts as lost.
	Files     Files
	Downloads Downloads
	// Late takes the reply to a message that came too late for any of the
	// platform's tries, to bring it to the member as a message of its own; after
	// a press its Card belongs in the place of the pressed one, by the code in
	// m.Press (page 94888). It is called once for a message, from any goroutine.
	// It may be nil.
	Late func(ctx context.Context, m bot.Message, reply bot.Reply)

	// Now, Answer and Turn are as in [Config].
	Now          func() time.Time
	Answer, Turn time.Duration
}

// App is the handler behind the application's callback address, as [Aibot] is
// behind the bot's: what is said of refusals and of the log there is true here.
//
// A passive reply cannot be unfinished (page 90241). So a request whose turn
// takes longer than Answer gets 503, and the platform sends the message again,
// three times in all (page 90238); each time it joins the turn that is under
// way. What comes too late for the last is handed to Late.
type App struct {
	*endpoint
	corp      string
	agent     int64
	files     Files
	downloads Downloads
	late      func(ctx context.Context, m bot.Message, reply bot.Reply)
	handing   sync.WaitGroup // replies on their way to Late
}

// NewApp makes the handler. Its errors say what is wrong with the
// configuration and never repeat a secret.
func NewApp(cfg AppConfig, turns Turns, log *slog.Logger) (*App, error) {
	cfg.Words.Working = cfg.Words.Lost
	if err := cfg.Words.check(); err != nil {
		return nil, err
	}
	// Without it anybody's messages would be ours: an empty receiveid is that of
	// a bot.
	if strings.TrimSpace(cfg.CorpID) == "" {
		return nil, errors.New("wecom: the application's callback needs the company's id")
	}
	if cfg.AgentID <= 0 {
		return nil, errors.New("wecom: the application's callback needs its AgentID")
	}
	e, err := newEndpoint("wecom app callback", settings{
		token: cfg.Token, aesKey: cfg.AESKey, words: cfg.Words,
		now: cfg.Now, answer: cfg.Answer, turn: cfg.Turn,
	}, turns, log)
	if err != nil {
		return nil, err
	}
	a := &App{
		endpoint: e, corp: cfg.CorpID, agent: cfg.AgentID,
		files: cfg.Files, downloads: cfg.Downloads, late: cfg.Late,
	}
	e.receiver, e.unwrap, e.take = cfg.CorpID, unwrapXML, a.take
	if a.late != nil {
		e.runs.overdue = a.overdue
	}
	return a, nil
}

// Close lets no new turn start, waits for those under way and hands the
// replies that nobody has fetched yet to Late. If ctx ends first the turns are
// told to stop and an error says how many there were.
func (a *App) Close(ctx context.Context) error {
	err := a.runs.close(ctx)
	a.handAll(ctx)
	return err
}

// unwrapXML takes the sealed message out of a body.
func unwrapXML(body []byte) (string, error) {
	root, err := parseXML(body)
	if err != nil {
		return "", errors.New("the body: " + err.Error())
	}
	fields, err := root.fields()
	if err != nil {
		return "", errors.New("the body: " + err.Error())
	}
	return strings.TrimSpace(fields["Encrypt"]), nil
}

func (a *App) take(x exchange, plain []byte) outcome {
	call, err := parseApp(plain, a.agent)
	switch {
	case errors.Is(err, errAgent):
		return refuse(http.StatusForbidden, err)
	case err != nil:
		return refuse(http.StatusBadRequest, err)
	case call.trigger == onNothing:
		return outcome{status: http.StatusOK, kind: call.kind, what: "nothing to say"}
	}
	return a.message(x, call)
}

// message runs the turn and answers with what it says if that comes in time.
func (a *App) message(x exchange, call callback) outcome {
	id := a.runs.turns.ID(call.message)
	reply, kept, sent := a.runs.take(id)
	out := outcome{status: http.StatusOK, kind: call.kind, message: hash(call.message.ID), stream: hash(id)}
	switch {
	case sent:
		out.what = "answered by a message" // an empty 200 ends it
		return out
	case !kept:
		var ended ending
		reply, out, ended = a.turn(x, id, call, a.ready(call))
		switch ended {
		case without:
			return out
		case tooLate:
			out.status, out.what = http.StatusServiceUnavailable, "put off"
			return out
		}
	}
	words := fitted(x.r.Context(), a.log, reply.Text, call.message.Limit, id)
	out.what = "answered"
	switch {
	case call.trigger == onPress && reply.Card != nil:
		// The words of a press are not for here: they leave as a message.
		a.send(x, appUpdate(reply.Card, call.message.Press.Task), call, &out)
	case call.trigger != onPress && words != "":
		a.send(x, appText(words), call, &out)
	default:
		out.what = "nothing to say"
	}
	return out
}

func (a *App) send(x exchange, p appPayload, call callback, out *outcome) {
	body, err := a.codec.appEnvelop(p, a.corp, call.message.From, x.nonce, a.now())
	a.write(x, body, err, out)
}

// ready fetches what came with a message, or is nil.
func (a *App) ready(call callback) readyFunc {
	if len(call.media) == 0 {
		return nil
	}
	return func(ctx context.Context, m *bot.Message) error {
		files := make([]bot.File, len(call.media))
		var all errgroup.Group
		for i, ref := range call.media {
			all.Go(func() (err error) {
				files[i], err = a.download(ctx, ref)
				return err
			})
		}
		if err := all.Wait(); err != nil {
			return err
		}
		m.Files = files
		return nil
	}
}

func (a *App) download(ctx context.Context, ref mediaRef) (bot.File, error) {
	if a.files == nil || a.downloads == nil || strings.TrimSpace(ref.id) == "" || len(ref.id) > idLimit {
		return bot.File{Problem: bot.FileLost}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, filePatience)
	defer cancel()
	name, body, err := a.downloads.Download(ctx, ref.id)
	if err != nil {
		a.log.LogAttrs(ctx, slog.LevelWarn, "wecom media not fetched",
			slog.String("kind", string(ref.kind)), slog.String("type", fmt.Sprintf("%T", err)))
		return bot.File{Problem: bot.FileLost}, nil
	}
	defer func() { _ = body.Close() }()
	return keep(ctx, a.files, clean(name), body, ref.kind)
}
