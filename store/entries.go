package store

import (
	"time"

	"anyuebot/bot"
)

// Reports and versions are stored with their entries in a form of their own: a
// report has some fifty, every turn reads and writes them, and their instants
// as text alone took a third of a turn's CPU. All else is taken over by
// embedding, whose fields of the same number these stand before.
type (
	reportRecord struct {
		bot.Report
		Draft []entryRecord `cbor:"3,keyasint,omitempty"`
		Undo  []undoRecord  `cbor:"9,keyasint,omitempty"`
	}
	submissionRecord struct {
		bot.Submission
		Entries []entryRecord `cbor:"6,keyasint,omitempty"`
	}
	undoRecord struct {
		Was []entryRecord `cbor:"1,keyasint,omitempty"`
	}
	// entryRecord is a bot.Entry with its value, flat. At is in nanoseconds
	// since 1970, 0 for none.
	entryRecord struct {
		Item   int           `cbor:"1,keyasint"`
		Kind   bot.ValueKind `cbor:"2,keyasint,omitempty"`
		Number int64         `cbor:"3,keyasint,omitempty"`
		Yes    bool          `cbor:"4,keyasint,omitempty"`
		Text   string        `cbor:"5,keyasint,omitempty"`
		By     string        `cbor:"6,keyasint,omitempty"`
		At     int64         `cbor:"7,keyasint,omitempty"`
		Quote  string        `cbor:"8,keyasint,omitempty"`
		Paste  bool          `cbor:"9,keyasint,omitempty"`
		File   string        `cbor:"12,keyasint,omitempty"`
	}
)

func packReport(r bot.Report) reportRecord {
	record := reportRecord{Report: r, Draft: packEntries(r.Draft)}
	for _, u := range r.Undo {
		record.Undo = append(record.Undo, undoRecord{Was: packEntries(u.Was)})
	}
	return record
}

func (record reportRecord) unpack() bot.Report {
	r := record.Report
	r.Draft = unpackEntries(record.Draft)
	for _, u := range record.Undo {
		r.Undo = append(r.Undo, bot.Undo{Was: unpackEntries(u.Was)})
	}
	return r
}

func packSubmission(s bot.Submission) submissionRecord {
	return submissionRecord{Submission: s, Entries: packEntries(s.Entries)}
}

func (record submissionRecord) unpack() bot.Submission {
	s := record.Submission
	s.Entries = unpackEntries(record.Entries)
	return s
}

func packEntries(list []bot.Entry) []entryRecord {
	records := make([]entryRecord, 0, len(list))
	for _, e := range list {
		r := entryRecord{
			Item: e.Item, Kind: e.Value.Kind, Number: e.Value.Number, Yes: e.Value.Yes, Text: e.Value.Text,
			By: e.By, Quote: e.Quote, Paste: e.Paste, File: e.Value.File,
		}
		if !e.At.IsZero() {
			r.At = e.At.UnixNano()
		}
		records = append(records, r)
	}
	return records
}

func unpackEntries(records []entryRecord) []bot.Entry {
	if len(records) == 0 {
		return nil
	}
	list := make([]bot.Entry, 0, len(records))
	for _, r := range records {
		e := bot.Entry{
			Item: r.Item, Value: bot.Value{Kind: r.Kind, Number: r.Number, Yes: r.Yes, Text: r.Text, File: r.File},
			By: r.By, Quote: r.Quote, Paste: r.Paste,
		}
		if r.At != 0 {
			e.At = time.Unix(0, r.At).UTC()
		}
		list = append(list, e)
	}
	return list
}
