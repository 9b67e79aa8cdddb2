package bot

import "time"

// Book is what stands over all units' reports of one form and period. It is
// part of what every 提交 reads, so that none slips in behind 封账.
type Book struct {
	Form   string `cbor:"1,keyasint"`
	Period string `cbor:"2,keyasint"`
	// Closing is set while the form is 封账.
	Closing    *Closing    `cbor:"3,keyasint,omitempty"`
	Deductions []Deduction `cbor:"4,keyasint,omitempty"`
	// Asking is the last 要数; nil if there was none.
	Asking *Asking `cbor:"5,keyasint,omitempty"`
	Review Review  `cbor:"6,keyasint,omitzero"`
}

// Review is what the office has said over all reports at once. It is one record
// however many units there are.
type Review struct {
	// Round counts how often 通过 全部 was said; By and At are of the last time.
	// It approves every version that counted then: see [Report.Stands].
	Round int       `cbor:"1,keyasint,omitempty"`
	By    string    `cbor:"2,keyasint,omitempty"` // Person.ID
	At    time.Time `cbor:"3,keyasint,omitzero"`
	// Before is the closing that was last opened again; nil if none was.
	Before *Closing `cbor:"4,keyasint,omitempty"`
}

// Closing freezes a form and period.
type Closing struct {
	Checksum string    `cbor:"1,keyasint"` // [Totals.Checksum] of what was frozen
	By       string    `cbor:"2,keyasint"` // Person.ID
	At       time.Time `cbor:"3,keyasint"`
}

// Deduction is what the office takes off the sum of an item, such as people of
// one event that several units have counted. Units' values stay.
type Deduction struct {
	Item   int       `cbor:"1,keyasint"`
	Number int64     `cbor:"2,keyasint"`
	Reason string    `cbor:"3,keyasint"`
	By     string    `cbor:"4,keyasint"`
	At     time.Time `cbor:"5,keyasint"`
}

// Asking is that the office wants some items early (要数).
type Asking struct {
	Items []int     `cbor:"1,keyasint"`
	Until time.Time `cbor:"2,keyasint,omitzero"`
	By    string    `cbor:"3,keyasint"`
	At    time.Time `cbor:"4,keyasint"`
}

// FormPeriod names a form and one of its periods.
type FormPeriod struct{ Form, Period string }

// Filed is a report with the version that counts; either is nil if there is none.
type Filed struct {
	Report  *Report
	Counted *Submission
}
