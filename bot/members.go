package bot

import (
	"slices"
	"strconv"
	"strings"
)

// The office is asked whether UserID is to be one of it, or no more.
const (
	ProposeJoin  ProposalKind = "join"
	ProposeLeave ProposalKind = "leave"
)

// member reads 安委办成员, alone or with 加 or 减 and a userid.
func (t *turn) member() {
	if !t.m.Private() {
		t.tell("member.private", nil)
		return
	}
	word, rest := cutWord(t.in.Rest)
	if word == "" {
		t.tellMembers()
		return
	}
	for _, sign := range []string{"加", "减"} {
		if glued, ok := strings.CutPrefix(word, sign); ok && isUserID(glued) {
			word, rest = sign, glued
		}
	}
	userID, more := cutWord(rest)
	who, known := t.v.Persons[userID]
	configured := t.configured(userID)
	switch joins, leaves := joinWord(word), leaveWord(word); {
	case !joins && !leaves, userID == "", more != "":
		t.tell("member.how", nil)
	case !known:
		t.tell("people.userid", args{"word": clip(userID, 20)})
	case joins && (configured || who.Member):
		t.tell("member.already", args{"userid": userID})
	case joins:
		t.s.Proposal = &Proposal{Kind: ProposeJoin, UserID: userID}
		t.askAgain()
	case configured:
		t.tell("member.configured", args{"userid": userID})
	case !who.Member:
		t.tell("member.not", args{"userid": userID})
	case len(t.membersLeft(who.ID)) == 0:
		t.tell("member.last", nil)
	default:
		t.s.Proposal = &Proposal{Kind: ProposeLeave, UserID: userID}
		t.askAgain()
	}
}

func (t *turn) configured(userID string) bool {
	return slices.ContainsFunc(t.v.Configured, func(id string) bool { return strings.EqualFold(id, userID) })
}

// membersLeft are the userids of the office's members without one of them.
func (t *turn) membersLeft(without string) []string {
	list := slices.Clone(t.v.Configured)
	for _, p := range t.v.People {
		if p.Member && p.ID != without && !t.configured(p.UserID) {
			list = append(list, p.UserID)
		}
	}
	return list
}

func (t *turn) tellMembers() {
	list := t.membersLeft("")
	t.tell("member.list", args{"n": strconv.Itoa(len(list))})
	for i, userID := range list {
		key := "member.line"
		if i < len(t.v.Configured) {
			key = "member.line.configured"
		}
		t.tell(key, args{"n": strconv.Itoa(i + 1), "userid": userID})
	}
	t.tell("member.foot", nil)
}

// enrolled makes somebody a member of the office, or ends it.
func (t *turn) enrolled(p *Proposal) {
	t.s.Proposal = nil
	who, known := t.v.Persons[p.UserID]
	joins := p.Kind == ProposeJoin
	if !known || who.Member == joins || !joins && len(t.membersLeft(who.ID)) == 0 {
		t.tell("member.stale", nil)
		return
	}
	t.alter(who.ID, func(p *Person) { p.Member = joins })
	t.log(string(p.Kind), LogEntry{People: []string{who.ID}})
	t.tell(string(p.Kind)+".done", args{"userid": p.UserID})
	t.sent("member")
	if who.ID == t.v.Person.ID {
		return
	}
	send := Send{Person: who.ID, Kind: "member", Say: []Effect{{Key: string(p.Kind) + ".hello", Args: args{"phone": t.n.Office.Phone}}}}
	if joins {
		send.Offer = &Offer{Open: OpenAny, Title: Effect{Key: "card.menu"}, Choices: t.n.commands(VerbProgress, VerbMissing, VerbHelp)}
	}
	t.sends = append(t.sends, send)
}
