package bot_test

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/bot/transcript"
	"anyuebot/prompts"
)

// world is a county in memory around the conversation: everything that a turn
// leaves behind is encoded and decoded before the next one sees it.
type world struct {
	t         fataler
	n         *bot.Notice
	now       time.Time
	office    []string
	units     []bot.Unit
	confirmed time.Time
	people    map[string]bot.Person // by userid
	kept      map[string][]byte     // sessions, reports and versions, encoded
	chats     []bot.Chat
	sent      *bot.Sent
	halts     []bot.Halt
	reach     bot.Reach
	chance    string
	log       []bot.LogEntry
	files     []bot.Received
	resumed   int
	reminded  map[string]int
	week      map[string]int // reminders of this week, by unit
	recent    []bot.Sent
	called    map[string]string // what the address book calls a userid

	cards   map[string][]bot.Card // shown to a userid
	replies map[string][]string
	tasks   int
	last    bot.Speech
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func loadNotice(t testing.TB) *bot.Notice {
	t.Helper()
	n, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func newWorld(t fataler, n *bot.Notice, roster string) *world {
	w := &world{
		t: t, n: n, now: time.Date(2021, 6, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*3600)), office: []string{"office", "office2"},
		people: map[string]bot.Person{}, kept: map[string][]byte{}, cards: map[string][]bot.Card{}, replies: map[string][]string{},
		reach: bot.Reach{Person: "app", Group: "robot", Files: true}, chance: "000f1206", reminded: map[string]int{}, week: map[string]int{},
	}
	for i, line := range strings.Split(strings.TrimSpace(roster), "\n") {
		row := strings.Split(line, ",")
		if i == 0 || len(row) < 3 {
			continue
		}
		u := bot.Unit{Name: row[0], Kind: row[1], Order: i}
		if row[2] != "" {
			p := w.person(row[2])
			p.Units = append(p.Units, u.Name)
			w.people[row[2]] = p
			u.Liaison = p.ID
		}
		w.units = append(w.units, u)
	}
	return w
}

func (w *world) person(userid string) bot.Person {
	p, ok := w.people[userid]
	if !ok {
		p = bot.Person{ID: "p-" + userid, UserID: userid}
		w.people[userid] = p
	}
	p.Office = slices.Contains(w.office, userid)
	return p
}

// keep and find put a record through its encoding.
func (w *world) keep(key string, record any) {
	w.t.Helper()
	enc, err := cbor.EncOptions{Time: cbor.TimeRFC3339NanoUTC}.EncMode()
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	b, err := enc.Marshal(record)
	if err != nil {
		w.t.Fatalf("%s: %v", key, err)
	}
	w.kept[key] = b
}

func (w *world) find(key string, record any) bool {
	w.t.Helper()
	b, ok := w.kept[key]
	if !ok {
		return false
	}
	if err := cbor.Unmarshal(b, record); err != nil {
		w.t.Fatalf("%s: %v", key, err)
	}
	return true
}

func (w *world) session(userid string) bot.Session {
	s := bot.Session{Person: w.person(userid).ID}
	w.find("session "+userid, &s)
	return s
}

func (w *world) key(unit string) bot.ReportKey {
	return bot.ReportKey{Unit: unit, Form: w.n.Main, Period: w.n.Form(w.n.Main).Period}
}

func (w *world) report(key bot.ReportKey) (*bot.Report, *bot.Submission) {
	var r bot.Report
	if !w.find(recordName("report", key), &r) {
		return nil, nil
	}
	var s bot.Submission
	if r.Counted == 0 || !w.find(versionName(key, r.Counted), &s) {
		return &r, nil
	}
	return &r, &s
}

func recordName(what string, key bot.ReportKey) string {
	return strings.Join([]string{what, key.Form, key.Period, key.Unit}, " ")
}

func versionName(key bot.ReportKey, n int) string {
	return fmt.Sprintf("%s %03d", recordName("version", key), n)
}

func (w *world) draft(unit string) map[int]bot.Value { return w.values(w.key(unit)) }

// values is the draft of a report.
func (w *world) values(key bot.ReportKey) map[int]bot.Value {
	values := map[int]bot.Value{}
	if r, _ := w.report(key); r != nil {
		for _, e := range r.Draft {
			values[e.Item] = e.Value
		}
	}
	return values
}

// turn plays one message and returns what is to be seen of it: the words, the
// card as 〔title〕 with its buttons, the pressed card, and what others receive.
func (w *world) turn(userid string, m bot.Message) string {
	w.t.Helper()
	m.From, m.Cards = userid, bot.CardsWith
	v, in, err := app.Load(w.n, worldTurn{w, userid}, m, app.Around{Now: w.now, Office: slices.Contains(w.office, userid), Reach: w.reach, Chance: w.chance, Configured: w.office, Called: func() string { return w.called[userid] }})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	changes, speech := bot.Step(w.n, v, m, in, w.now)
	w.last = speech
	words := w.words(speech.Say)
	seen := []string{words}
	w.replies[userid] = append(w.replies[userid], words)
	if speech.Pressed != nil {
		seen = append(seen, "〔"+w.words([]bot.Effect{*speech.Pressed})+"〕")
	}
	if speech.Offer != nil {
		seen = append(seen, w.show(userid, *speech.Offer))
	}
	seen = append(seen, w.commit(userid, changes)...)
	for _, send := range speech.Sends {
		seen = append(seen, w.receive(send))
	}
	return strings.Join(seen, "\n")
}

func (w *world) words(effects []bot.Effect) string {
	w.t.Helper()
	var b strings.Builder
	for i, e := range effects {
		text, err := prompts.Render(w.n, e)
		if err != nil {
			w.t.Fatalf("%v", err)
		}
		switch {
		case e.Join == bot.Spaced:
			b.WriteString("\u3000")
		case e.Join == bot.NewLine && i > 0:
			b.WriteString("\n")
		}
		b.WriteString(text)
	}
	return b.String()
}

// show gives a card to a member and returns how it looks.
func (w *world) show(userid string, o bot.Offer) string {
	w.t.Helper()
	w.tasks++
	card := bot.Card{Task: fmt.Sprintf("%s@%d", o.Open, w.tasks), Title: w.words([]bot.Effect{o.Title})}
	if len(o.Choices) == 0 || len(o.Choices) > bot.MaxChoices || len(card.Task) > 128 {
		w.t.Fatalf("a card with %d buttons and a task of %d bytes", len(o.Choices), len(card.Task))
	}
	var labels []string
	for _, c := range o.Choices {
		if c.Label == "" || c.Say == "" || len(c.Say) > 1024 {
			w.t.Fatalf("button %+v", c)
		}
		card.Buttons = append(card.Buttons, bot.Button(c))
		labels = append(labels, c.Label)
	}
	w.cards[userid] = append(w.cards[userid], card)
	return "〔" + card.Title + "〕 " + strings.Join(labels, "｜")
}

func (w *world) commit(userid string, c bot.Changes) (seen []string) {
	if c.Session != nil {
		w.keep("session "+userid, *c.Session)
	}
	if c.Report != nil {
		w.keep(recordName("report", c.Report.Key), *c.Report)
	}
	if s := c.Submission; s != nil {
		w.keep(versionName(s.Key, s.Version), *s)
	}
	for _, r := range c.Reviewed {
		w.keep(recordName("report", r.Key), r)
	}
	for _, d := range c.Dockets {
		w.keep(recordName("docket", d.Key), d)
	}
	if b := c.Book; b != nil {
		w.keep("book "+b.Form+" "+b.Period, *b)
	}
	for _, u := range c.Units {
		if i := slices.IndexFunc(w.units, func(old bot.Unit) bool { return old.Identity() == u.Identity() }); i >= 0 {
			w.units[i] = u
		} else {
			w.units = append(w.units, u)
		}
	}
	if !c.Confirmed.IsZero() {
		w.confirmed = c.Confirmed
	}
	if c.Reminding != nil {
		w.keep("reminding", *c.Reminding)
	}
	for _, p := range c.People {
		w.people[p.UserID] = p
	}
	for _, chat := range c.Chats {
		w.chats = append(slices.DeleteFunc(w.chats, func(old bot.Chat) bool { return old.ID == chat.ID }), chat)
	}
	if c.Resume {
		w.resumed++
		w.halts = nil
	}
	w.log = append(w.log, c.Log...)
	w.files = append(w.files, c.Files...)
	if c.Broadcast != nil {
		seen = w.expand(*c.Broadcast)
	}
	return seen
}

// expand carries a broadcast out at once, as far as the conversation decides it.
func (w *world) expand(b bot.Broadcast) (seen []string) {
	w.keep("broadcast", b)
	b = bot.Broadcast{}
	w.find("broadcast", &b)
	b.ID, b.Done = "b1", true
	w.sent = &bot.Sent{Broadcast: b, Counts: map[bot.DeliveryState]int{}}
	for _, userid := range slices.Sorted(maps.Keys(w.people)) {
		to := bot.Recipient{Person: w.people[userid].At(w.now)}
		form := w.n.Form(w.n.Main)
		if b.Form != "" {
			form = w.n.Form(b.Form)
		}
		status, _ := worldTurn{w, userid}.Statuses(form.ID, form.PeriodAt(w.now))
		for _, u := range w.units {
			if slices.Contains(to.Person.Units, u.Name) {
				to.Units = append(to.Units, u)
			}
		}
		for _, s := range status {
			if slices.Contains(to.Person.Units, s.Unit) {
				to.Status = append(to.Status, s)
			}
		}
		to.Week = maps.Clone(w.week)
		if send, ok := bot.Compose(w.n, b, to, w.now); ok {
			if b.Kind == bot.BroadcastNudge {
				for _, unit := range send.Units {
					w.reminded[unit]++
					w.week[unit]++
				}
			}
			seen = append(seen, w.receive(send))
		}
	}
	for i := range w.chats {
		if send, ok := bot.Compose(w.n, b, bot.Recipient{Chat: &w.chats[i]}, w.now); ok {
			seen = append(seen, w.receive(send))
		}
	}
	return seen
}

// receive returns a message to others as it is seen.
func (w *world) receive(s bot.Send) string {
	text := w.words(s.Say)
	if len(text) > bot.ParcelLimit {
		w.t.Fatalf("%d bytes:\n%s", len(text), text)
	}
	if w.sent != nil {
		w.sent.Counts[bot.DeliveryAccepted]++
	}
	if s.File != nil {
		text += "\n〔文件〕 " + s.File.Name + " " + s.File.Hash
	}
	head := "→ " + s.Group
	if s.Office {
		head = "→ 安委办"
	}
	for userid, p := range w.people {
		if s.Person != "" && p.ID == s.Person {
			head = "→ " + userid
			if s.Offer != nil {
				text += "\n" + w.show(userid, *s.Offer)
			}
		}
	}
	return head + " " + strings.Join(s.Mention, " ") + "\n" + text
}

// act plays one message of a story.
func (w *world) act(turn transcript.Turn) (string, error) {
	if turn.From == "时钟" {
		now, err := time.ParseInLocation("2006-01-02 15:04", turn.Text, w.now.Location())
		w.now = now
		return "", err
	}
	m := bot.Message{Media: bot.MediaText, Text: turn.Text}
	if turn.Group {
		m.Group = "g1"
	}
	switch turn.How {
	case "":
	case "语音":
		m.Media = bot.MediaVoice
	case "进入":
		m.Media = bot.MediaEnter
	case "评价":
		score, err := strconv.Atoi(turn.Text)
		if err != nil {
			return "", err
		}
		m = bot.Message{Media: bot.MediaRating, Group: m.Group, Rating: bot.Rating{Score: score, Words: "不准"}}
	case "图片":
		if m.Text == "" {
			m.Media = bot.MediaImage
		}
		m.Files = []bot.File{{Hash: "aa" + hex.EncodeToString([]byte(turn.Quote)), Type: "image/jpeg", Size: 120_000}}
	case "文件":
		name, words, _ := strings.Cut(turn.Text, "\n")
		m.Media, m.Files, m.Text = bot.MediaFile, []bot.File{{Hash: "bb" + hex.EncodeToString([]byte(turn.Quote)), Name: name, Type: fileType(name), Size: 1_500_000, Words: words}}, ""
	case "引用":
		m.Quote = turn.Quote
		for _, reply := range w.replies[turn.From] {
			if strings.Contains(reply, turn.Quote) {
				m.Quote = reply
			}
		}
	case "按", "按旧":
		cards := w.cards[turn.From]
		at := len(cards) - 1
		if turn.How == "按旧" {
			at--
		}
		if at < 0 {
			return "", fmt.Errorf("no card was shown to %s", turn.From)
		}
		m.Media, m.Press, m.Text = bot.MediaPress, bot.Press{Task: cards[at].Task}, ""
		for _, b := range cards[at].Buttons {
			if b.Label == turn.Text {
				m.Text = b.Say
			}
		}
		cards[at].Buttons = nil // it turns into what was chosen
		if m.Text == "" {
			return "", fmt.Errorf("the card has no button %s: %v", turn.Text, cards[at])
		}
	default:
		return "", fmt.Errorf("%s: no such way of sending", turn.How)
	}
	return w.turn(turn.From, m), nil
}

// fileType is what the content of a file of this name is.
func fileType(name string) string {
	switch {
	case strings.HasSuffix(name, ".docx"):
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case strings.HasSuffix(name, ".pdf"):
		return "application/pdf"
	case strings.HasSuffix(name, ".mp4"):
		return "video/mp4"
	}
	return "application/zip"
}

func (w *world) say(userid, text string) string {
	w.t.Helper()
	return w.turn(userid, bot.Message{Media: bot.MediaText, Text: text})
}
