package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// OutWhys lists the causes that an [Attempt], a [Delivery] or a [Halt] can name
// and the office is told. Wording has the mend for each under "out.<cause>".
func OutWhys() []string {
	return []string{
		"ip", "secret", "agent", "member", "scope", "busy", "limit", "network", "robot", "content",
		"license", "file", "used", "unwritten", "bot", "elsewhere", outUnknown,
		OutRoad, OutLate, OutUnsure, OutGone, OutChanged,
	}
}

// outUnknown stands for a cause that has no sentence.
const outUnknown = "unknown"

// mend is what to do about a cause, in the office's words.
func (n *Notice) mend(why, detail string, code int64) string {
	if !slices.Contains(OutWhys(), why) {
		why = outUnknown
	}
	if detail == "" {
		detail = n.phrase("out.detail", nil)
	}
	return n.phrase("out."+why, args{"detail": clip(detail, 60), "code": strconv.FormatInt(code, 10)})
}

// Alarm tells the office which roads take nothing, since when in the campaign's
// zone, the mend of each, and what to do after it. It may name an address of the
// office's own: it is for private chat.
func Alarm(n *Notice, halts []Halt, zone *time.Location) (say []Effect) {
	for _, h := range halts {
		say = append(say, Effect{Key: "halt", Args: args{"via": n.road(h.Via), "time": Instant(h.Since.In(zone)), "mend": n.mend(h.Why, h.Detail, h.Code)}})
	}
	if len(say) > 0 {
		say = append(say, Effect{Key: "halt.how"})
	}
	return say
}

// halts tells the office which roads take nothing, since when, and the mend; in
// a group only that there are some.
func (t *turn) halts() {
	if !t.v.Person.Office {
		return
	}
	if len(t.v.Halts) > 0 && !t.m.Private() {
		t.tell("halt.count", args{"n": strconv.Itoa(len(t.v.Halts))})
		return
	}
	t.say = append(t.say, Alarm(t.n, t.v.Halts, t.now.Location())...)
}

// road names an [Attempt.Via] in words.
func (n *Notice) road(via string) string {
	road, _, _ := strings.Cut(via, ":")
	switch road {
	case "app", "robot", "long", "reply":
		return n.phrase("via."+road, nil)
	}
	return n.phrase("via.other", nil)
}

// delivery tells the office what became of what it last sent.
func (t *turn) delivery() {
	t.halts()
	sent := t.v.Sent
	if sent == nil {
		t.tell("delivery.none", nil)
		return
	}
	t.tell("delivery", args{"kind": t.sentWhat(sent.Broadcast), "at": t.instant(sent.Broadcast.At), "time": t.instant(t.now)})
	c := sent.Counts
	t.tell("delivery.counts", args{
		"accepted": strconv.Itoa(c[DeliveryAccepted]), "refused": strconv.Itoa(c[DeliveryRefused]),
		"waiting": strconv.Itoa(c[DeliveryPending] + c[DeliverySending] + c[DeliveryDeferred] + c[DeliveryHeld]),
		"gaveup":  strconv.Itoa(c[DeliveryGaveUp]), "dropped": strconv.Itoa(c[DeliveryDropped]),
	})
	if !sent.Broadcast.Done {
		t.tell("delivery.going", nil)
	}
	var lost, twice []Delivery
	for _, d := range sent.Missed {
		if d.State == DeliveryAccepted {
			twice = append(twice, d)
		} else {
			lost = append(lost, d)
		}
	}
	t.tellLost(lost)
	if more := c[DeliveryRefused] + c[DeliveryGaveUp] - len(lost); len(lost) > 0 && more > 0 {
		t.tell("delivery.more", args{"n": strconv.Itoa(more)})
	}
	t.tellTwice(twice, sent.Twice)
	t.tellUnbound(sent.Unreached)
	if len(lost) > 0 {
		t.tell("delivery.phone", nil)
	}
}

// tellTwice tells to whom a message may have come twice: so many in all, of
// whom some are listed.
func (t *turn) tellTwice(listed []Delivery, n int) {
	switch {
	case n == 0:
	case t.m.Private() && len(listed) > 0:
		t.tell("delivery.unsure", args{"n": strconv.Itoa(n), "units": t.recipients(listed)})
		if n > len(listed) {
			t.tell("delivery.more", args{"n": strconv.Itoa(n - len(listed))})
		}
	default:
		t.tell("delivery.unsure.count", args{"n": strconv.Itoa(n)})
	}
}

// sentWhat names a broadcast so that it can be told from another of the same
// minute; but what went to some units only is not for a group.
func (t *turn) sentWhat(b Broadcast) string {
	if b.Text != "" && (b.Units == nil && b.Kinds == nil || t.m.Private()) {
		return t.phrase("delivery."+string(b.Kind)+".text", args{"text": clip(strings.TrimSpace(strings.TrimPrefix(b.Text, everyone)), 15)})
	}
	return t.phrase("delivery."+string(b.Kind), nil)
}

// tellLost tells by cause who was not reached. Names are not for a group.
func (t *turn) tellLost(lost []Delivery) {
	var whys []string
	by := map[string][]Delivery{}
	for _, d := range lost {
		if by[d.Why] == nil {
			whys = append(whys, d.Why)
		}
		by[d.Why] = append(by[d.Why], d)
	}
	for _, why := range whys {
		list := by[why]
		a := args{"n": strconv.Itoa(len(list)), "mend": t.n.mend(why, t.detail(why), list[0].Code)}
		key := "delivery.lost"
		if why == OutUnsure {
			key = "delivery.maybe"
		}
		if !t.m.Private() {
			t.tell(key+".count", a)
			continue
		}
		a["units"] = t.recipients(list)
		t.tell(key, a)
	}
}

// detail fills a mend's blank from the halt with the same cause.
func (t *turn) detail(why string) string {
	for _, h := range t.v.Halts {
		if h.Why == why {
			return h.Detail
		}
	}
	return ""
}

// recipients names whom deliveries were for: units, or groups.
func (t *turn) recipients(list []Delivery) string {
	var names []string
	for _, d := range list {
		switch {
		case d.Group != "":
			chat := Chat{}
			for _, c := range t.v.Chats {
				if c.ID == d.Group {
					chat = c
				}
			}
			names = append(names, t.phrase("delivery.group", args{"group": t.groupName(chat)}))
		case len(d.Units) > 0:
			names = append(names, strings.Join(d.Units, "、"))
		default:
			names = append(names, t.phrase("delivery.person", nil))
		}
	}
	return strings.Join(names, "、")
}

// resume asks for another try of the roads that were given up.
func (t *turn) resume() {
	if len(t.v.Halts) == 0 {
		t.tell("resume.none", nil)
		return
	}
	var roads []string
	for _, h := range t.v.Halts {
		roads = append(roads, t.n.road(h.Via))
	}
	t.out.Resume = true
	t.log("resume", LogEntry{Number: len(roads)})
	t.tell("resumed", args{"roads": strings.Join(roads, "、")})
}
