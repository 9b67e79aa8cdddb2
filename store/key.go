package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
)

// kind is the second part of a key: what sort of record it holds.
type kind string

const (
	kindKey     kind = "key"
	kindNotice  kind = "notice"
	kindRoster  kind = "roster"
	kindUnit    kind = "unit"
	kindPerson  kind = "person"
	kindSession kind = "session"
	kindReport  kind = "report"
	kindVersion kind = "version"
	kindLog     kind = "log"
	kindClaim   kind = "claim"
	kindDocket  kind = "docket"
	kindBook    kind = "book"
	kindFiled   kind = "filed"

	kindOut       kind = "out"
	kindSent      kind = "sent"
	kindBroadcast kind = "broadcast"
	kindChat      kind = "chat"
	kindHalt      kind = "halt"
	kindLease     kind = "lease"
	kindReminding kind = "reminding"
)

// restoringKey stands outside every campaign; all other keys have a '/'.
const restoringKey = "restoring"

// versionDigits makes version numbers sort as numbers.
const versionDigits = 6

// logTime makes instants sort as text; all are written in UTC.
const logTime = "20060102T150405.000000000"

// keys makes the keys of one campaign. Whatever belongs to a unit stands under
// what the unit is kept under, see [unitNames].
type keys struct {
	notice string // escaped
	names  unitNames
}

func (k keys) join(kind kind, names ...string) string {
	var b strings.Builder
	b.WriteString(k.notice)
	b.WriteByte('/')
	b.WriteString(string(kind))
	for _, name := range names {
		b.WriteByte('/')
		b.WriteString(escape(name))
	}
	return b.String()
}

// all and every are prefixes: of the campaign, and of one kind of record within
// it that names has narrowed down.
func (k keys) all() string { return k.notice + "/" }

func (k keys) every(kind kind, names ...string) string { return k.join(kind, names...) + "/" }

func (k keys) secret() string            { return k.join(kindKey) }
func (k keys) notes() string             { return k.join(kindNotice) }
func (k keys) roster() string            { return k.join(kindRoster) }
func (k keys) unit(name string) string   { return k.join(kindUnit, k.names.id(name)) }
func (k keys) person(id string) string   { return k.join(kindPerson, id) }
func (k keys) session(id string) string  { return k.join(kindSession, id) }
func (k keys) claim(claim string) string { return k.join(kindClaim, claim) }

// A report's key ends in '/', so that reports sort as their versions do.
func (k keys) report(r bot.ReportKey) string {
	return k.join(kindReport, r.Form, r.Period, k.names.id(r.Unit)) + "/"
}

func (k keys) version(r bot.ReportKey, n int) string {
	return k.join(kindVersion, r.Form, r.Period, k.names.id(r.Unit), fmt.Sprintf("%0*d", versionDigits, n))
}

func (k keys) versions(r bot.ReportKey) string {
	return k.every(kindVersion, r.Form, r.Period, k.names.id(r.Unit))
}

func (k keys) docket(r bot.ReportKey) string {
	return k.join(kindDocket, r.Form, r.Period, k.names.id(r.Unit))
}

func (k keys) book(p bot.FormPeriod) string { return k.join(kindBook, p.Form, p.Period) }

// filed marks when it last changed which versions of a form and period count.
func (k keys) filed(form, period string) string { return k.join(kindFiled, form, period) }

func (k keys) log(at time.Time, claim string) string {
	return k.join(kindLog, stamp(at, claim))
}

// stamp names a commit, rising with time; unstamp takes apart the one name of a
// key that is such a stamp.
func stamp(at time.Time, claim string) string { return at.UTC().Format(logTime) + "-" + claim }

func unstamp(names []string) (at time.Time, claim string, ok bool) {
	if len(names) != 1 || len(names[0]) <= len(logTime) {
		return time.Time{}, "", false
	}
	at, err := time.Parse(logTime, names[0][:len(logTime)])
	return at, names[0][len(logTime)+1:], err == nil
}

// out and sent are the two places of a delivery: while it is open, and for ever
// after. One that belongs to no broadcast stands under the empty name.
func (k keys) out(broadcast, id string) string  { return k.join(kindOut, broadcast, id) }
func (k keys) sent(broadcast, id string) string { return k.join(kindSent, broadcast, id) }

func (k keys) delivery(d bot.Delivery) string {
	if d.State.Ended() {
		return k.sent(d.Broadcast, d.ID)
	}
	return k.out(d.Broadcast, d.ID)
}

// The second part of a broadcast's key: is there more to expand?
const (
	broadcastOpen = "open"
	broadcastDone = "done"
)

func (k keys) broadcast(id string, done bool) string {
	if done {
		return k.join(kindBroadcast, broadcastDone, id)
	}
	return k.join(kindBroadcast, broadcastOpen, id)
}

// The one record of the reminders ends in '/', so that whatever goes over all
// records of a kind finds it as well.
func (k keys) reminding() string { return k.every(kindReminding) }

func (k keys) chat(id string) string    { return k.join(kindChat, id) }
func (k keys) halt(via string) string   { return k.join(kindHalt, via) }
func (k keys) lease(name string) string { return k.join(kindLease, name) }

// split takes a key of the campaign apart, its names unescaped.
func (k keys) split(key string) (kind, []string, error) {
	rest, ok := strings.CutPrefix(key, k.all())
	if !ok {
		return "", nil, fmt.Errorf("%w: key %q is not of this campaign", ErrRecord, key)
	}
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	names := make([]string, 0, len(parts)-1)
	for _, part := range parts[1:] {
		name, err := unescape(part)
		if err != nil {
			return "", nil, fmt.Errorf("%w: key %q: %w", ErrRecord, key, err)
		}
		names = append(names, name)
	}
	return kind(parts[0]), names, nil
}

// escape makes a name one part of a key, readable and never empty. A '%' alone
// stands for the empty name, since any other is followed by two digits.
func escape(name string) string {
	if name == "" {
		return "%"
	}
	if !strings.ContainsFunc(name, special) {
		return name
	}
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; special(rune(c)) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func special(c rune) bool { return c == '/' || c == '%' || c < ' ' || c == 0x7f }

func unescape(part string) (string, error) {
	if part == "%" {
		return "", nil
	}
	if !strings.Contains(part, "%") {
		return part, nil
	}
	var b strings.Builder
	for i := 0; i < len(part); i++ {
		if part[i] != '%' {
			b.WriteByte(part[i])
			continue
		}
		if i+2 >= len(part) {
			return "", fmt.Errorf("escape cut short in %q", part)
		}
		c, err := strconv.ParseUint(part[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("escape in %q: %w", part, err)
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}
