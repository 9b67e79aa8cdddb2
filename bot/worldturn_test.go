package bot_test

import (
	"maps"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
)

// worldTurn reads a world as a turn reads the store.
type worldTurn struct {
	w      *world
	userid string
}

func (t worldTurn) Claimed() (bot.Reply, bool, error) { return bot.Reply{}, false, nil }
func (t worldTurn) Person() (bot.Person, error)       { return t.Known(t.userid) }
func (t worldTurn) Session() (bot.Session, error)     { return t.w.session(t.userid), nil }
func (t worldTurn) Chats() ([]bot.Chat, error)        { return t.w.chats, nil }
func (t worldTurn) Sent() (*bot.Sent, error)          { return t.w.sent, nil }
func (t worldTurn) Halts() ([]bot.Halt, error)        { return t.w.halts, nil }
func (t worldTurn) Close()                            {}

func (t worldTurn) Commit(bot.Changes, time.Time, bot.Reply) error { return nil }

func (t worldTurn) Known(userid string) (bot.Person, error) { return t.w.person(userid), nil }

func (t worldTurn) People() ([]bot.Person, error) {
	return slices.Collect(maps.Values(t.w.people)), nil
}

func (t worldTurn) Roster() (bot.Roster, error) {
	r := bot.Roster{Confirmed: t.w.confirmed}
	for _, u := range t.w.units {
		if u.Removed != nil {
			r.Gone = append(r.Gone, u)
		} else {
			r.Units = append(r.Units, u)
		}
	}
	return r, nil
}

func (t worldTurn) Report(key bot.ReportKey) (*bot.Report, *bot.Submission, error) {
	r, s := t.w.report(key)
	return r, s, nil
}

func (t worldTurn) Statuses(form, period string) ([]bot.Status, error) {
	var list []bot.Status
	book, _ := t.Book(bot.FormPeriod{Form: form, Period: period})
	roster, _ := t.Roster()
	for _, u := range roster.Units {
		key := bot.ReportKey{Unit: u.Name, Form: form, Period: period}
		r, v := t.w.report(key)
		docket, _ := t.Docket(key)
		list = append(list, bot.StatusOf(u.Name, bot.Filed{Report: r, Counted: v}, book, docket))
	}
	return list, nil
}

func (t worldTurn) Filed(p bot.FormPeriod) ([]bot.Filed, error) {
	var list []bot.Filed
	roster, _ := t.Roster()
	for _, u := range roster.Units {
		if r, v := t.w.report(bot.ReportKey{Unit: u.Name, Form: p.Form, Period: p.Period}); r != nil {
			list = append(list, bot.Filed{Report: r, Counted: v})
		}
	}
	return list, nil
}

func (t worldTurn) Versions(key bot.ReportKey) ([]bot.Submission, error) {
	return everyRecord[bot.Submission](t.w, recordName("version", key)+" "), nil
}

func (t worldTurn) Docket(key bot.ReportKey) (*bot.Docket, error) {
	var d bot.Docket
	if !t.w.find(recordName("docket", key), &d) {
		return nil, nil
	}
	return &d, nil
}

func (t worldTurn) Dockets() ([]bot.Docket, error) {
	return everyRecord[bot.Docket](t.w, "docket "), nil
}

func (t worldTurn) Book(p bot.FormPeriod) (*bot.Book, error) {
	var b bot.Book
	if !t.w.find("book "+p.Form+" "+p.Period, &b) {
		return nil, nil
	}
	return &b, nil
}

func (t worldTurn) NewestLog(q bot.LogQuery) ([]bot.LogEntry, error) {
	var list []bot.LogEntry
	for _, e := range slices.Backward(t.w.log) {
		if (q.Unit == "" || e.Key.Unit == q.Unit) && len(list) < q.Most {
			list = append(list, e)
		}
	}
	return list, nil
}

func (t worldTurn) Reminded() (map[string]int, error) { return t.w.reminded, nil }

func (t worldTurn) Reminding() (r bot.Reminding, err error) {
	t.w.find("reminding", &r)
	return r, nil
}

func (t worldTurn) Week(time.Time, string) (map[string]int, error) { return t.w.week, nil }

func (t worldTurn) Recent(most int) ([]bot.Sent, error) {
	return t.w.recent[:min(len(t.w.recent), most)], nil
}

func (t worldTurn) SentOf(ids ...string) (map[string]bot.Sent, error) {
	list := map[string]bot.Sent{}
	for _, s := range t.w.recent {
		if slices.Contains(ids, s.Broadcast.ID) {
			list[s.Broadcast.ID] = s
		}
	}
	return list, nil
}

func (t worldTurn) FilesOf(unit string) ([]bot.Received, error) {
	return t.received(func(r bot.Received) bool { return slices.Contains(r.Units, unit) })
}

func (t worldTurn) FilesByHash(hash string) ([]bot.Received, error) {
	return t.received(func(r bot.Received) bool { return r.File.Hash == hash })
}

func (t worldTurn) received(meant func(bot.Received) bool) (list []bot.Received, err error) {
	for _, r := range t.w.files {
		if meant(r) {
			list = append(list, r)
		}
	}
	return list, nil
}

// everyRecord decodes the kept records whose name begins so, in its order.
func everyRecord[T any](w *world, prefix string) (list []T) {
	for _, name := range slices.Sorted(maps.Keys(w.kept)) {
		var record T
		if strings.HasPrefix(name, prefix) && w.find(name, &record) {
			list = append(list, record)
		}
	}
	return list
}
