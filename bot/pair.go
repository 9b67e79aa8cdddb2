package bot

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Pairing joins a group with its robot: the office gives the robot's key in
// private and gets a code, which it then types in the group. The platform links
// the two nowhere.
type Pairing struct {
	Robot string    `cbor:"1,keyasint"` // key of the group robot; a secret, never said
	Code  string    `cbor:"2,keyasint"` // six digits
	Until time.Time `cbor:"3,keyasint"` // the last instant at which it works
	Name  string    `cbor:"4,keyasint,omitempty"`
}

const (
	pairingTime = 15 * time.Minute
	codeDigits  = 6
)

// pair carries out 配对. In the private chat it takes a robot's key, in a group
// the code. Whatever looks like a key is never said back.
func (t *turn) pair() {
	var key, code string
	var name []string
	for _, word := range strings.Fields(fold(t.in.Rest)) {
		k, ok := robotKey(word)
		switch {
		case ok:
			key = k
		case code == "" && len(name) == 0 && isCode(word):
			code = word
		default:
			name = append(name, word)
		}
	}
	called := clip(strings.Join(name, " "), 30)
	switch {
	case t.m.Media == MediaVoice:
		t.tell("pair.how", nil)
	case key != "" && !t.m.Private():
		t.tell("pair.exposed", nil)
	case len(key) > keyRunes:
		t.pairs(true)
	case key != "":
		t.pairing(key, called)
	case t.m.Private() && code != "":
		t.tell("pair.private", nil)
	case t.m.Private():
		t.pairs(called != "")
	case code != "":
		t.pairByCode(code, called)
	default:
		t.pairHere("", called)
	}
}

// pairing keeps a robot's key till its code is typed in the group.
func (t *turn) pairing(key, name string) {
	n, err := strconv.ParseUint(t.v.Chance, 16, 64)
	if err != nil {
		t.tell("pair.how", nil)
		return
	}
	code := fmt.Sprintf("%0*d", codeDigits, n%1_000_000)
	t.s.Pairing = &Pairing{Robot: key, Code: code, Until: t.now.Add(pairingTime), Name: name}
	t.tell("pair.code", args{"code": code, "minutes": strconv.Itoa(int(pairingTime / time.Minute))})
}

// pairByCode pairs this group with the robot whose key was given in private.
func (t *turn) pairByCode(code, name string) {
	p := t.s.Pairing
	switch {
	case p == nil:
		t.tell("pair.nocode", nil)
	case t.now.After(p.Until):
		t.s.Pairing = nil
		t.tell("pair.expired", nil)
	case code != p.Code:
		t.tell("pair.wrong", nil)
	default:
		t.s.Pairing = nil
		if name == "" {
			name = p.Name
		}
		t.pairHere(p.Robot, name)
	}
}

// pairHere pairs the group that the message came from. Without a robot it is
// written to over the long connection alone.
func (t *turn) pairHere(robot, name string) {
	chat := Chat{ID: t.m.Group, Name: name, Robot: robot, By: t.v.Person.ID, At: t.now}
	for _, c := range t.v.Chats {
		switch {
		case c.ID == chat.ID:
			if chat.Name == "" {
				chat.Name = c.Name
			}
			if chat.Robot == "" {
				chat.Robot = c.Robot
			}
		case robot != "" && c.Robot == robot:
			t.tell("pair.used", args{"group": t.groupName(c)})
			return
		}
	}
	t.out.Chats = append(t.out.Chats, chat)
	t.log("pair", LogEntry{Text: chat.Name})
	t.tell("paired", args{"group": t.groupName(chat)})
	if chat.Robot == "" && t.v.Reach.Group != "long" {
		t.tell("pair.norobot", nil)
	}
}

// pairs tells how to pair, and which groups are.
func (t *turn) pairs(odd bool) {
	if odd {
		t.tell("pair.odd", nil)
	}
	t.tell("pair.how", nil)
	for _, c := range t.v.Chats {
		key := "pair.chat"
		if c.Robot == "" {
			key = "pair.chat.norobot"
		}
		t.tell(key, args{"group": t.groupName(c)})
	}
	if len(t.v.Chats) == 0 {
		t.tell("pair.none", nil)
	}
}

// keyRunes is the most characters that are taken for a robot's key.
const keyRunes = 64

// robotKey finds what may be a group robot's key in what was pasted: the key
// alone or the whole address that the console shows, with whatever marks and
// words stand around it.
func robotKey(word string) (string, bool) {
	const least = 8
	if _, after, ok := strings.Cut(word, "key="); ok {
		word = after
	}
	for run := range strings.FieldsFuncSeq(word, func(r rune) bool { return !isLetter(r) && !isDigit(r) && r != '-' && r != '_' }) {
		if len(run) >= least && strings.ContainsFunc(run, isLetter) && strings.ContainsFunc(run, isDigit) {
			return run, true
		}
	}
	return "", false
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// isCode reports whether a word is, or was meant as, a pairing code.
func isCode(word string) bool {
	return len(word) >= 4 && strings.Trim(word, "0123456789") == ""
}
