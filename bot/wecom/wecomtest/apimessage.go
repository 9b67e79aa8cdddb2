package wecomtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	maxRecipients = 1000  // of one message (page 90236)
	maxAppText    = 2048  // bytes of a text or markdown (page 90236)
	repeatSeconds = 1800  // how long a repeat is looked for by default (page 90236)
	maxRepeat     = 14400 // and at most
	codeLife      = 72 * time.Hour
)

// cardCode takes one update of a card (page 94888).
type cardCode struct {
	agent int
	task  string // key in API.tasks
	until time.Time
	used  bool
}

// appMessage is a message/send that passed.
type appMessage struct {
	to       []string // as they were written; "@all" for all
	agent    int
	shown    Shown // of any recipient
	media    string
	task     *Card
	repeat   time.Duration // 0 for no check
	mediaFor string
}

// messageSend sends an application's message to members (page 90236).
func (a *API) messageSend(v *visit) (func() outcome, error) {
	if err := v.json(); err != nil {
		return nil, err
	}
	m, err := readAppMessage(v.body)
	if err != nil {
		return nil, err
	}
	return func() outcome { return a.deliver(v, m) }, nil
}

func readAppMessage(body []byte) (appMessage, error) {
	var m appMessage
	kind, err := kindOf(body)
	if err != nil {
		return m, err
	}
	names := []string{"touser", "msgtype", "agentid", kind}
	more := []string{"toparty", "totag", "enable_duplicate_check", "duplicate_check_interval"}
	switch kind {
	case "text":
		more = append(more, "safe", "enable_id_trans")
	case "image", "file":
		more = append(more, "safe")
	case "markdown":
	case "template_card":
		more = append(more, "enable_id_trans")
	default:
		return m, coded(codeMsgType, "msgtype %q is none that this program sends", kind)
	}
	fields, err := loose(body, "the body", names, more)
	if err != nil {
		return m, err
	}
	if m.to, err = recipients(fields); err != nil {
		return m, err
	}
	if err := value(fields, "agentid", &m.agent); err != nil {
		return m, coded(codeAgent, "agentid is no number")
	}
	for _, name := range []string{"safe", "enable_id_trans"} {
		if _, err := flag(fields, name); err != nil {
			return m, err
		}
	}
	if m.repeat, err = repeatCheck(fields); err != nil {
		return m, err
	}
	m.shown = Shown{Via: "app", Kind: kind}
	return m, m.readContent(fields[kind])
}

// readContent reads what stands under the message's kind.
func (m *appMessage) readContent(raw json.RawMessage) error {
	kind := m.shown.Kind
	switch kind {
	case "text", "markdown":
		inner, err := object(raw, kind, "content")
		if err != nil {
			return err
		}
		if err := value(inner, "content", &m.shown.Text); err != nil {
			return err
		}
		return bounded(m.shown.Text, maxAppText)
	case "template_card":
		card, err := readCard(raw, appCard)
		if err != nil {
			return err
		}
		m.task, m.shown.Card = &card, &card
		return nil
	}
	inner, err := object(raw, kind, "media_id")
	if err != nil {
		return err
	}
	m.mediaFor = kind
	return value(inner, "media_id", &m.media)
}

func recipients(fields map[string]json.RawMessage) ([]string, error) {
	for _, name := range []string{"toparty", "totag"} {
		var other string
		if err := optional(fields, name, &other); err != nil {
			return nil, err
		}
		if other != "" {
			return nil, bad("%s: this program writes to members only", name)
		}
	}
	var all string
	if err := value(fields, "touser", &all); err != nil {
		return nil, err
	}
	to := strings.Split(all, "|")
	if len(to) > maxRecipients {
		return nil, bad("touser has %d ids, more than %d", len(to), maxRecipients)
	}
	seen := map[string]bool{}
	for _, id := range to {
		low := strings.ToLower(id)
		if id == "" || strings.TrimSpace(id) != id || id == "@all" && len(to) > 1 || seen[low] {
			return nil, bad("touser is no list of different ids with | between them")
		}
		seen[low] = true
	}
	return to, nil
}

func repeatCheck(fields map[string]json.RawMessage) (time.Duration, error) {
	on, err := flag(fields, "enable_duplicate_check")
	if err != nil {
		return 0, err
	}
	seconds := repeatSeconds
	if err := optional(fields, "duplicate_check_interval", &seconds); err != nil {
		return 0, err
	}
	if seconds < 1 || seconds > maxRepeat {
		return 0, bad("duplicate_check_interval is %d, not 1 to %d", seconds, maxRepeat)
	}
	if !on {
		return 0, nil
	}
	return time.Duration(seconds) * time.Second, nil
}

func (a *API) deliver(v *visit, m appMessage) outcome {
	app, no := a.authorized(v)
	if no != nil {
		return *no
	}
	if app.AgentID != m.agent {
		return refused(codeOtherAgent, v.ip)
	}
	if m.mediaFor != "" {
		file := a.mediumOf(m.media, m.mediaFor, "")
		if file == nil {
			return refused(codeMedia, v.ip)
		}
		m.shown.File = file
	}
	to, invalid, unlicensed := a.resolve(app, m.to)
	rest := map[string]any{
		"invaliduser": strings.Join(invalid, "|"), "invalidparty": "", "invalidtag": "",
		"unlicenseduser": strings.Join(unlicensed, "|"),
	}
	if len(to) == 0 {
		return jsonOutcome(codeRecipients, refusedWords(codeRecipients, v.ip), rest)
	}
	now := a.cfg.Now()
	same := fmt.Sprintf("%d %s", app.AgentID, v.body)
	repeat := ""
	if m.repeat > 0 && now.Before(a.repeats.get(same)) {
		repeat = "repeat"
	}
	m.shown.MsgID = a.newID("msg")
	rest["msgid"] = m.shown.MsgID
	if m.task != nil {
		if out := a.deal(v, &m, app, repeat != ""); out != nil {
			return *out
		}
		if m.task.Type == cardButtons {
			rest["response_code"] = a.cardCode(app.AgentID, m.shown.task)
		}
	}
	if m.repeat > 0 && repeat == "" {
		a.repeats.put(same, now.Add(m.repeat), len(same))
	}
	for _, user := range to {
		s := m.shown
		s.To = user
		why := repeat
		if why == "" && !a.paceOf(app.AgentID, user).allows(now, usual()...) {
			why = "limit"
		}
		a.show(s, why)
	}
	return accepted(rest)
}

// deal notes the card of a message, or says what the message is refused with:
// no two cards of an application may have one task_id.
func (a *API) deal(v *visit, m *appMessage, app Account, repeat bool) *outcome {
	m.shown.task = fmt.Sprintf("%d %s", app.AgentID, m.task.Task)
	of := a.tasks.get(m.shown.task)
	if of == nil {
		a.tasks.put(m.shown.task, v.body, len(v.body))
		return nil
	}
	if repeat {
		return nil
	}
	out := refused(codeParameter, v.ip)
	if !bytes.Equal(of, v.body) {
		out.why = "two cards of one application have one task_id"
	}
	return &out
}

func refusedWords(code int, ip string) string {
	return fmt.Sprintf("%s, from ip: %s", errmsg(code), ip)
}

// resolve sorts ids into members who can be reached, and those who cannot,
// in lower case (page 90236).
func (a *API) resolve(app Account, ids []string) (to, invalid, unlicensed []string) {
	if len(ids) == 1 && ids[0] == "@all" {
		ids = a.visible(app)
	}
	for _, id := range ids {
		user, ok := a.member(app, id)
		switch {
		case !ok:
			invalid = append(invalid, strings.ToLower(id))
		case holds(a.cfg.Unlicensed, user):
			unlicensed = append(unlicensed, strings.ToLower(id))
		default:
			to = append(to, user)
		}
	}
	return to, invalid, unlicensed
}

func (a *API) paceOf(agent int, user string) *pace {
	key := fmt.Sprintf("%d %s", agent, user)
	if a.members[key] == nil {
		a.members[key] = &pace{}
	}
	return a.members[key]
}

func (a *API) cardCode(agent int, task string) string {
	code := a.newID("code") + randomHex(16)
	a.codes.put(code, &cardCode{agent: agent, task: task, until: a.cfg.Now().Add(codeLife)}, 0)
	return code
}

// updateCard turns a card that was sent into another, or its buttons into a
// grey one (page 94888).
func (a *API) updateCard(v *visit) (func() outcome, error) {
	if err := v.json(); err != nil {
		return nil, err
	}
	fields, err := loose(v.body, "the body", []string{"agentid", "response_code"},
		[]string{"userids", "atall", "enable_id_trans", "button", "template_card"})
	if err != nil {
		return nil, err
	}
	var agent int
	if err := value(fields, "agentid", &agent); err != nil {
		return nil, coded(codeAgent, "agentid is no number")
	}
	var code string
	if err := value(fields, "response_code", &code); err != nil {
		return nil, err
	}
	var users []string
	if err := optional(fields, "userids", &users); err != nil {
		return nil, err
	}
	all, err := flag(fields, "atall")
	if err != nil {
		return nil, err
	}
	if _, err := flag(fields, "enable_id_trans"); err != nil {
		return nil, err
	}
	if (len(users) > 0) == all || len(users) > maxRecipients {
		return nil, bad("there must be 1 to %d userids, or atall", maxRecipients)
	}
	change, err := readChange(fields)
	if err != nil {
		return nil, err
	}
	return func() outcome {
		app, no := a.authorized(v)
		if no != nil {
			return *no
		}
		if app.AgentID != agent {
			return refused(codeOtherAgent, v.ip)
		}
		c := a.codes.get(code)
		if c == nil || c.agent != agent || c.used || !a.cfg.Now().Before(c.until) {
			return refused(codeParameter, v.ip)
		}
		c.used = true
		if a.mute != "" {
			return accepted(map[string]any{"invaliduser": []string{}})
		}
		return accepted(map[string]any{"invaliduser": a.change(c.task, users, change)})
	}, nil
}

// readChange reads what a card is to become: another, or itself with one grey
// button.
func readChange(fields map[string]json.RawMessage) (func(Card) Card, error) {
	button, replaces := fields["button"]
	card, anew := fields["template_card"]
	if replaces == anew {
		return nil, bad("there must be either button or template_card")
	}
	if anew {
		next, err := readCard(card, appUpdate)
		return func(old Card) Card {
			next.Task = old.Task
			return next
		}, err
	}
	inner, err := object(button, "button", "replace_name")
	if err != nil {
		return nil, err
	}
	var words string
	if err := value(inner, "replace_name", &words); err != nil {
		return nil, err
	}
	if words == "" {
		return nil, bad("button.replace_name is empty")
	}
	return func(old Card) Card {
		old.Replaced = words
		return old
	}, nil
}

// change turns the card of a task into another for some users, nil for all,
// and returns who never had it.
func (a *API) change(task string, users []string, to func(Card) Card) []string {
	invalid := []string{}
	for _, user := range users {
		if !slices.ContainsFunc(a.shown, func(s Shown) bool { return s.task == task && strings.EqualFold(s.To, user) }) {
			invalid = append(invalid, strings.ToLower(user))
		}
	}
	for i, s := range a.shown {
		if s.task == task && (users == nil || holds(users, s.To)) {
			next := to(*s.Card)
			a.shown[i].Card, a.shown[i].Changed = &next, true
			a.news = append(a.news, a.shown[i])
		}
	}
	return invalid
}

// press has a member press a button of an application's card. It returns the
// card's key in a.tasks, its type and the code to change it with.
func (a *API) press(agent int, from, task, key string) (pressed, kind, code string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	pressed = fmt.Sprintf("%d %s", agent, task)
	for _, s := range a.shown {
		if s.task == pressed && strings.EqualFold(s.To, from) && s.Card.pressable(key) {
			return pressed, s.Card.Type, a.cardCode(agent, pressed), true
		}
	}
	return "", "", "", false
}

// turn changes a card for the member who pressed it.
func (a *API) turn(task, user string, to func(Card) Card) {
	a.mu.Lock()
	a.change(task, []string{user}, to)
	a.mu.Unlock()
	a.tell()
}
