package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"anyuebot/bot"
)

// officeMost is the most members of the office that one message is written to,
// well within [bot.MaxDeliveries] together with what else a turn sends.
const officeMost = 12

// toOffice puts a message to each member of the office in the place of one that
// is to the office, and leaves out whoever the turn is of: they read the answer.
// Members without a record get one with the turn, for the outbox goes by it.
func (a *App) toOffice(turn Turn, by bot.Person, sends []bot.Send, c *bot.Changes) ([]bot.Send, error) {
	if !slices.ContainsFunc(sends, func(s bot.Send) bool { return s.Office }) {
		return sends, nil
	}
	members, err := a.members(turn)
	if err != nil {
		return nil, err
	}
	var list []bot.Send
	for _, send := range sends {
		if !send.Office {
			list = append(list, send)
			continue
		}
		send.Office = false
		for _, m := range members {
			if m.ID == by.ID {
				continue
			}
			send.Person = m.ID
			list = append(list, send)
			if !slices.ContainsFunc(c.People, func(p bot.Person) bool { return p.ID == m.ID }) && fresh(m) {
				c.People = append(c.People, m)
			}
		}
	}
	return list, nil
}

// fresh reports whether a person's record holds nothing but who they are, so
// that to write it is to make it.
func fresh(p bot.Person) bool { return len(p.Units) == 0 && len(p.Acting) == 0 && !p.Member }

// configured are the userids of the office that configuration names.
func (a *App) configured() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a.office)), func(userID string) bool { return userID == "" })
}

// members are those of the office: whom configuration names, then whom a message
// made one.
func (a *App) members(turn Turn) ([]bot.Person, error) {
	var list []bot.Person
	for _, userID := range a.configured() {
		p, err := turn.Known(userID)
		if err != nil {
			return nil, fmt.Errorf("person: %w", err)
		}
		list = append(list, p)
	}
	people, err := turn.People()
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	list = append(list, a.enrolled(people)...)
	return list[:min(len(list), officeMost)], nil
}

// enrolled are those of some people whom a message made members of the office and
// configuration does not.
func (a *App) enrolled(people []bot.Person) []bot.Person {
	return slices.DeleteFunc(slices.Clone(people), func(p bot.Person) bool { return !p.Member || a.office[strings.ToLower(p.UserID)] })
}

// member reports whether a person is one of the office.
func (a *App) member(p bot.Person) bool { return p.Member || a.office[strings.ToLower(p.UserID)] }

// configuredPeople are those whom configuration makes members of the office, as a
// record of them begins.
func (a *App) configuredPeople() []bot.Person {
	var list []bot.Person
	for _, userID := range a.configured() {
		list = append(list, bot.Person{ID: a.c.Outbox.PersonID(userID), UserID: userID})
	}
	return list[:min(len(list), officeMost)]
}

// officeIDs are the [bot.Person] IDs of the members of the office, as members has
// them.
func (a *App) officeIDs(view OutboxView) ([]string, error) {
	people, err := view.People()
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	var ids []string
	for _, p := range append(a.configuredPeople(), a.enrolled(people)...) {
		ids = append(ids, p.ID)
	}
	return ids[:min(len(ids), officeMost)], nil
}
