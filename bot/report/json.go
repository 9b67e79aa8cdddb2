package report

import (
	"strconv"
	"time"

	"anyuebot/bot"
)

// Document is reports.json: every report's values by item number. Names and
// shape are relied on by others (design §3).
type Document struct {
	Notice  string   `json:"notice"`
	AsOf    string   `json:"as_of"` // RFC 3339
	Reports []Record `json:"reports"`
}

// Record is one report: a submitted version, or with version 0 the draft that
// stands beside it or alone.
type Record struct {
	Unit    string           `json:"unit"`
	Form    string           `json:"form"`
	Period  string           `json:"period"`
	State   bot.State        `json:"state"`
	Version int              `json:"version"`
	Values  map[string]Value `json:"values"`
}

// Value is one answer; exactly one of Number, Yes, Nothing and Text is set, and
// beside the name of a file that was sent as the answer, File.
type Value struct {
	Number      *int64  `json:"number,omitempty"`
	Yes         *bool   `json:"yes,omitempty"`
	Nothing     string  `json:"nothing,omitempty"` // 不适用 or 暂不掌握
	Text        *string `json:"text,omitempty"`
	File        string  `json:"file,omitempty"`        // SHA-256 in hex
	Unconfirmed bool    `json:"unconfirmed,omitempty"` // 待确认: trips a soft check nobody vouched for
	Note        string  `json:"note,omitempty"`
}

// Export renders reports with the versions that count, and under the books that
// stand over them. Private items are left out unless wanted.
func Export(n *bot.Notice, asOf time.Time, reports []bot.Report, version func(bot.ReportKey) *bot.Submission, book func(bot.FormPeriod) *bot.Book, private bool) Document {
	doc := Document{Notice: n.ID, AsOf: asOf.Format(time.RFC3339), Reports: []Record{}}
	for _, r := range reports {
		form := n.Form(r.Key.Form)
		if form == nil {
			continue
		}
		record := Record{Unit: r.Key.Unit, Form: r.Key.Form, Period: r.Key.Period}
		if sub := version(r.Key); sub != nil && r.Counted > 0 {
			record.State = r.Stands(book(bot.FormPeriod{Form: r.Key.Form, Period: r.Key.Period}))
			record.Version = sub.Version
			record.Values = values(n, form, sub.Entries, sub.Reasons, sub.Notes, private)
			doc.Reports = append(doc.Reports, record)
		}
		if r.Counted == 0 || r.Dirty {
			record.State, record.Version = bot.Filling, 0
			record.Values = values(n, form, r.Draft, r.Reasons, r.Notes, private)
			doc.Reports = append(doc.Reports, record)
		}
	}
	return doc
}

func values(n *bot.Notice, form *bot.Form, entries []bot.Entry, reasons []bot.Reason, notes []bot.Note, private bool) map[string]Value {
	out := make(map[string]Value, len(entries))
	flags := form.Flags(n.Year, entries, reasons)
	for _, e := range entries {
		f := form.Field(e.Item)
		if f == nil || f.Private && !private {
			continue
		}
		v := Value{}
		if e.Quote != "" {
			v.Note = bot.Fill(n.Wording["note.settled"], map[string]string{"quote": e.Quote})
		}
		switch e.Value.Kind {
		case bot.Number:
			v.Number = &e.Value.Number
		case bot.YesNo:
			v.Yes = &e.Value.Yes
		case bot.Text:
			v.Text = &e.Value.Text
		case bot.Document:
			v.Text, v.File = &e.Value.Text, e.Value.File
		default:
			v.Nothing = e.Value.String()
		}
		for _, flag := range flags {
			switch {
			case flag.Item != e.Item:
			case flag.Open():
				v.Unconfirmed = true
			default:
				v.Note = joined(v.Note, flag.Reason.Text)
			}
		}
		for _, note := range notes {
			if note.Item == e.Item {
				v.Note = joined(v.Note, note.Text)
			}
		}
		out[strconv.Itoa(e.Item)] = v
	}
	return out
}

// joined puts one remark behind another.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "；" + b
}
