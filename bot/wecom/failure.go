package wecom

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"anyuebot/bot"
)

// The reasons for which a parcel does not arrive, as [bot.Attempt.Why]. Each is
// one of [bot.OutWhys], under which wording says what the office can do about
// it.
const (
	WhyAddress   = "ip"        // this machine's address is not on the application's list; Detail is the address
	WhySecret    = "secret"    // corp id or secret are wrong
	WhyAgent     = "agent"     // the agent id is wrong, or the application is switched off or lacks a permission
	WhyMember    = "member"    // no such userid, or out of the application's sight
	WhyScope     = "scope"     // the member is out of the application's visible scope
	WhyLicense   = "license"   // the member has no licence for the interface
	WhyBusy      = "busy"      // the platform is busy
	WhyLimit     = "limit"     // its limits, or our own that stand before them, are reached
	WhyNetwork   = "network"   // the platform cannot be reached, or something else answers in its place
	WhyRobot     = "robot"     // the group's robot was removed, or its key is wrong
	WhyContent   = "content"   // the platform does not take what is in the message
	WhyFile      = "file"      // the file cannot be read, is empty or larger than the platform takes
	WhyUsed      = "used"      // the one late answer to a message is used up, and there is no other road
	WhyRoad      = "road"      // no road leads there
	WhyUnwritten = "unwritten" // nobody in that conversation has written to the bot, or the bot is not in it
	WhyBot       = "bot"       // the bot's id or the secret of its long connection is wrong
	WhyElsewhere = "elsewhere" // another connection has taken the bot over
	WhyUnknown   = "unknown"   // an errcode that stands in no list of ours
)

// The errcodes that mean something to more than the table of judgeCode (pages
// 90313 and 101463).
const (
	codeBusy        = -1
	codeMediaID     = 40007
	codeFrequency   = 45009
	codeConcurrency = 45033
	codeAddress     = 60020
	codeStreamLate  = 846608
	codeUnusable    = 846609 // the long connection stands, and takes nothing
)

// pause is how long the platform's shortest block lasts (page 90312).
const pause = 60 * time.Second

// A Failure is a call that the platform did not do. It is safe to show and to
// log: it holds no secret, no member and none of the platform's words.
type Failure struct {
	Call   string // path of the call, as "message/send"
	Fate   bot.Fate
	Code   int64 // errcode, 0 for none
	Status int   // HTTP, where it says more than the errcode
	Why    string
	Detail string // fills the blank of Why's sentence

	wait    time.Duration
	limited bool
	unsure  bool
	// quiet means that the platform itself asked for nothing more till wait has
	// passed.
	quiet bool
}

func (f *Failure) Error() string {
	switch {
	case f.Code != 0:
		return fmt.Sprintf("wecom: %s: errcode %d (%s)", f.Call, f.Code, f.Why)
	case f.Status != 0:
		return fmt.Sprintf("wecom: %s: HTTP status %d (%s)", f.Call, f.Status, f.Why)
	case f.unsure:
		return fmt.Sprintf("wecom: %s: sent, and no answer came (%s)", f.Call, f.Why)
	}
	return fmt.Sprintf("wecom: %s: %s", f.Call, f.Why)
}

// attempt is the failure as the outbox takes it.
func (f *Failure) attempt(via string) bot.Attempt {
	return bot.Attempt{
		Fate: f.Fate, Code: f.Code, Why: f.Why, Detail: f.Detail, Via: via,
		Wait: f.wait, Limited: f.limited, Unsure: f.unsure,
	}
}

// unseen is the failure of a call that shows nothing to anybody, so that it does
// not matter whether it arrived. It is a copy: a failure may be shared by all
// who waited for one call, and never changes.
func (f *Failure) unseen() *Failure {
	c := *f
	c.unsure = false
	return &c
}

// reached reports whether the platform counts a message, as far as can be told.
func (f *Failure) reached() bool {
	return f.Call != callToken && (f.unsure || f.Code != 0 || f.Status != 0)
}

// stale reports whether the platform no longer takes the access token.
func (f *Failure) stale() bool {
	return f != nil && (f.Code == 40014 || f.Code == 42001 || f.Code == 41001)
}

// verdict is what an errcode means for what was sent.
type verdict struct {
	fate bot.Fate
	why  string
}

// judgeCode knows the codes of pages 90313 and 91770 that our calls can meet.
// An unknown one is tried again, a bounded number of times: a code invented
// next year may be a passing one.
func judgeCode(code int64) verdict {
	switch code {
	case codeBusy:
		return verdict{bot.FateLater, WhyBusy}
	case 40014, 42001, 41001: // token: still refused after it was fetched anew
		return verdict{bot.FateLater, WhyBusy}
	case codeFrequency, codeConcurrency, 45011, 45047:
		return verdict{bot.FateLater, WhyLimit}
	case codeAddress:
		return verdict{bot.FateHalted, WhyAddress}
	case 40001, 40013, 41002, 41004, 42013: // secret, corp id
		return verdict{bot.FateHalted, WhySecret}
	case 40056, 41011, 301002, 301007, // agent id wrong, missing, not the token's, deleted
		48002, 48004, 48005, 48006, 50001, 50002, 50003: // not permitted, withdrawn, switched off
		return verdict{bot.FateHalted, WhyAgent}
	case 93000, 93004, 93008: // key wrong or robot removed, stopped, not in the group
		return verdict{bot.FateHalted, WhyRobot}
	case 40003, 40031, 60111, 81013, 46004, 41009:
		return verdict{bot.FateRefused, WhyMember}
	case 60011, 60102, 60103:
		return verdict{bot.FateRefused, WhyScope}
	case 40004, 40005, 40006, 40009, 44001, 45001, 41006, codeMediaID: // kind, size, emptiness of a file
		return verdict{bot.FateRefused, WhyFile}
	case 40008, 40016, 40033, 40035, 40058, 40063, 43004, 44002, 44003, 44004,
		45002, 45003, 45004, 45005, 45007, 45008, 47001, 93017:
		return verdict{bot.FateRefused, WhyContent}
	}
	return verdict{bot.FateLater, WhyUnknown}
}

// judge turns an answer into a failure; nil if the platform did as told.
func judge(call string, a result) *Failure {
	if a.ok() {
		return nil
	}
	f := &Failure{Call: call, Fate: bot.FateLater, Why: WhyNetwork}
	switch {
	case a.large:
		return turnedDown(call, WhyFile)
	case a.status == 0:
		f.unsure = a.sent
		return f
	case a.status == http.StatusTooManyRequests:
		f.Status, f.Why, f.limited, f.quiet = a.status, WhyLimit, true, true
		f.wait = max(pause, retryAfter(a.header))
		return f
	case a.status >= 500:
		// Whoever answers so may have passed the message on before it failed.
		f.Status, f.Why, f.unsure = a.status, WhyBusy, true
		return f
	case !a.json || a.code == 0:
		// Somebody else answers in the platform's place: a proxy, a log-in
		// page. With 200 it may still have passed the message on.
		f.Status, f.unsure = a.status, a.status == http.StatusOK
		return f
	}
	f = coded(call, a.code)
	if a.from.IsValid() {
		f.Detail = a.from.String()
	}
	return f
}

// coded is the failure of a call that was answered with an errcode.
func coded(call string, code int64) *Failure {
	v := judgeCode(code)
	f := &Failure{Call: call, Code: code, Fate: v.fate, Why: v.why}
	if v.why == WhyLimit {
		f.limited, f.quiet, f.wait = true, true, pause
	}
	return f
}

// retryAfter reads the header of that name, as a number of seconds of at most
// an hour.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}

// turnedDown is a failure that no call was needed for.
func turnedDown(call, why string) *Failure {
	return &Failure{Call: call, Fate: bot.FateRefused, Why: why}
}

// halting reports whether a failure is about us and not about what was sent.
func (f *Failure) halting() bool { return f != nil && f.Fate == bot.FateHalted }

// note writes a failure to the log.
func note(ctx context.Context, log *slog.Logger, f *Failure) {
	if f == nil {
		return
	}
	level := slog.LevelWarn
	if f.halting() {
		level = slog.LevelError
	}
	log.LogAttrs(ctx, level, "wecom call failed", slog.String("call", f.Call), slog.Int64("errcode", f.Code),
		slog.Int("status", f.Status), slog.String("why", f.Why), slog.String("detail", f.Detail))
}
