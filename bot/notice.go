package bot

import (
	"strconv"
	"time"
)

// Notice is one campaign as data: its forms, dates and wording. A new year is
// a new notice and no code. Package prompts loads and checks it; the rest of
// the program treats it as read-only.
type Notice struct {
	ID     string // names the campaign in every stored key, e.g. "zhengning-2021"
	Title  string // the notice's own title
	Number string // document number, e.g. 正安办发〔2021〕10号
	Year   string // period of the yearly forms, e.g. "2021"

	Office     Office
	Nomination string // the form that names the liaison
	Main       string // the form that 填报, 汇总 and 谁没报 mean without a word
	// Cases, Summary and YearEnd are the forms behind 案例, 总结 and 年终; "" if the
	// notice has none.
	Cases     string
	Summary   string
	YearEnd   string
	Forms     []Form
	Deadlines []Deadline
	Ladder    Ladder
	Calendar  Calendar
	Kinds     []string // what 类别 in the roster may say, e.g. 乡镇
	Materials []string // what 材料 may say that it is, in the order of its numbers: at most [MaxChoices]
	Sample    []Unit   // a made-up roster for the demo and for trying out

	// Classifiers are the measure words the reader knows at all, near or not.
	Classifiers []string
	// Verbs maps each command to the words that call it, the first being the
	// one shown in help.
	Verbs map[Verb][]string
	// Wording maps each key of [WordingKeys] to its text with {blanks}.
	Wording map[string]string
}

// Office is who runs the campaign.
type Office struct {
	Name  string // 县安委办
	Phone string // printed at the end of refusals
}

// Deadline is an instant with the sentence that states it to people.
type Deadline struct {
	ID string    // e.g. "附件2"
	At time.Time // the last instant that still counts as on time
	// Aim is the instant that people are asked for and the ladder counts from, at
	// or before At: 6月30日18时.
	Aim      time.Time
	Sentence string // e.g. 请于6月30日（星期三）18时前报送，最迟不超过7月1日
}

// Form is an ordered list of fields, as printed.
type Form struct {
	ID     string // 附件2; also the form's name in commands and exports
	Title  string
	Period string // the notice's year; "" for a monthly form
	// From and To are the first and the last month of a monthly form, as 2021-06;
	// both "" for one that is reported once.
	From, To string
	// Span is the time that is reported on, in words: 2021年6月. Of a monthly form
	// it is the month.
	Span     string
	Deadline string // ID of its Deadline; "" for a monthly form, which is due with the month
	Sections []Section
	Lines    []Line
	Fields   []Field // Fields[i].Item == i+1
	Checks   []Check
	// Together are the items that one question asks for, in the order of asking;
	// what stands in none of them is asked alone, after these.
	Together []Together
}

// Together are items that are asked for in one question while none is filled, with
// an example of an answer to all of them.
type Together struct {
	Items   []int
	Example string
}

// Section is one row of the printed form.
type Section struct {
	ID    string // 一, 二 …
	Title string
}

// Line is one sentence of the form's right-hand column. Text holds the printed
// words with {N} where item N is filled in, inside the printed brackets; a
// yes/no item is written □是□否{N}.
type Line struct {
	Section string
	Text    string
}

// Kind is what sort of answer a field takes.
type Kind string

const (
	KindCount  Kind = "count"  // a whole number, 0…[MaxCount], or one of the kinds of nothing
	KindYesNo  Kind = "yesno"  // 是 or 否
	KindText   Kind = "text"   // up to [MaxText] bytes
	KindChoice Kind = "choice" // one of Choices
	KindPhone  Kind = "phone"  // landline with or without area code
	KindMobile Kind = "mobile" // 11 digits, 1[3-9]…
	KindEmail  Kind = "email"
	KindDigits Kind = "digits" // a number used as a name, Digits[0]…Digits[1] long (QQ号)
	KindUnit   Kind = "unit"   // a unit on the roster

	KindName    Kind = "name"    // somebody's name
	KindPost    Kind = "post"    // somebody's post: 副镇长
	KindAddress Kind = "address" // where post arrives
	KindWeChat  Kind = "wechat"  // 微信号
)

// MaxCount is the largest number a count may hold. The notice's largest honest
// answer is in the tens of thousands; what is beyond this is a slip.
const MaxCount = 100_000_000

// MaxText bounds a text answer in bytes, well below what one commit may hold.
const MaxText = 8 << 10

// Field is one numbered item of a form.
type Field struct {
	Item      int    // the number it goes by, from 1
	Section   string // Section.ID
	Label     string // the form's words; stands in lists
	Short     string // a few words for the echo after an answer
	Ask       string // the question, without its place
	Hint      string // how to count it: 口径
	Settled   bool   // the office has confirmed Hint; till then it is a proposal
	Kind      Kind
	Unit      string   // measure word printed on the form: 次, 场, 人次 …
	Near      []string // measure words that pass for Unit, Unit itself included
	PairsWith int      // for 参与人次: the count it belongs to; 0 if none
	Choices   []string
	Digits    [2]int   // KindDigits: least and most digits
	Least     int      // KindText: characters below which a text is put to the person first; 0 for none
	Gather    bool     // KindText: is asked till 完成, and takes up to [MaxGathered] in several messages
	Instead   []string // Gather: what stands for the whole text, as 纸质版另送; the first is stored
	Document  bool     // Gather: a Word or PDF file may stand for the text
	Optional  bool     // “无” is an answer
	GoesOn    bool     // KindText: is asked once, up to [MaxText]; words that answer none of the items behind it go on with it
	Seed      int      // the item of the main form whose value is proposed for it; 0 for none
	Cases     *FromCases
	Private   bool     // asked and shown in private chat only
	Joint     bool     // often held together with other units, one of which reports it
	Words     []string // what people call it: 咨询活动, 演练 …
}

// FromCases is how a value follows from the unit's cases of the first month: Item
// is what is taken of each, and only those with more than 0 at Where are taken,
// 0 for all.
type FromCases struct {
	How   CasesHow
	Item  int
	Where int
}

// CasesHow is what is made of the cases.
type CasesHow string

const (
	CasesCount CasesHow = "count" // how many there are
	CasesSum   CasesHow = "sum"   // their numbers added up
	CasesList  CasesHow = "list"  // their words, numbered, one a line
)

// Check is a soft check: figures that are possible but odd. All comparisons
// must hold for it to speak. What it says is about Item.
type Check struct {
	ID     string
	Item   int       // the item that is marked 待确认
	All    []Compare // empty for a check across units or on a paste
	Say    string    // the sentence, with {N} for the value of item N
	Advice string    // how to tell apart the items that are filled twice; "" for none
	Across []int     // office only: the same non-zero values in two units
	// Paste speaks of any pasted count of at least Least that equals its own
	// item number or the notice's year.
	Paste bool
	Least int64
}

// Compare holds when Left Op Right holds and neither side is unfilled.
type Compare struct {
	Left  Term
	Op    string // one of = != < <= > >=
	Right Term
}

// Term is one side of a comparison: a constant, an item's value, the quotient
// of two items, or the number of cases told in a text item. A yes/no item
// counts as 1 or 0.
type Term struct {
	Const int64
	Item  int // 0 for a constant
	Over  int // divisor item; 0 for none
	Cases bool
}

// Form finds a form by its ID; nil if the notice has none such.
func (n *Notice) Form(id string) *Form {
	for i := range n.Forms {
		if n.Forms[i].ID == id {
			return &n.Forms[i]
		}
	}
	return nil
}

// formFor is the form of a report; the main form if there is none such.
func (n *Notice) formFor(key ReportKey) *Form {
	if f := n.Form(key.Form); f != nil {
		return f
	}
	return n.Form(n.Main)
}

// Monthly reports whether a form is reported once a month.
func (f *Form) Monthly() bool { return f.From != "" }

// monthLayout is how the period of a monthly form is written.
const monthLayout = "2006-01"

// PeriodAt is the period that a form is reported for at an instant in the
// campaign's zone: the present month of a monthly form, within its first and
// last, otherwise the notice's year.
func (f *Form) PeriodAt(now time.Time) string {
	if !f.Monthly() {
		return f.Period
	}
	return min(max(now.Format(monthLayout), f.From), f.To)
}

// Periods are all that a form is reported for, the first first.
func (f *Form) Periods() []string {
	if !f.Monthly() {
		return []string{f.Period}
	}
	var list []string
	for month, err := time.Parse(monthLayout, f.From); err == nil && month.Format(monthLayout) <= f.To; month = month.AddDate(0, 1, 0) {
		list = append(list, month.Format(monthLayout))
	}
	return list
}

// Spans tells in words which time a period of the form is about: 2021年6月.
func (f *Form) Spans(period string) string {
	month, err := time.Parse(monthLayout, f.Month(period))
	if err != nil || !f.Monthly() {
		return f.Span
	}
	words := month.Format("2006年1月")
	if n := nth(period); n > 1 {
		words += "第" + strconv.Itoa(n) + "起"
	}
	return words
}

// Due is the last instant at which a report still counts as on time: the form's
// deadline, or the end of the month of a monthly form, unless the office granted
// more; d is what it keeps beside the report, nil for nothing. Zero if there is
// no deadline.
func (n *Notice) Due(key ReportKey, d *Docket, zone *time.Location) time.Time {
	if d != nil && d.Extension != nil {
		return d.Extension.Until
	}
	f := n.formFor(key)
	if month, err := time.ParseInLocation(monthLayout, f.Month(key.Period), zone); err == nil && f.Monthly() {
		return month.AddDate(0, 1, 0).Add(-1)
	}
	if d := n.Deadline(f.Deadline); d != nil {
		return d.At
	}
	return time.Time{}
}

// Deadline finds a deadline by its ID; nil if the notice has none such.
func (n *Notice) Deadline(id string) *Deadline {
	for i := range n.Deadlines {
		if n.Deadlines[i].ID == id {
			return &n.Deadlines[i]
		}
	}
	return nil
}

// change is how an item of this form is corrected by number, for an example:
// item 12, which everybody knows from 帮助, if it is a count, else the last count
// there is, else the last item.
func (f *Form) change() string {
	if known := f.Field(12); known != nil && known.Kind == KindCount {
		return "12 5"
	}
	for i := len(f.Fields) - 1; i >= 0; i-- {
		if f.Fields[i].Kind == KindCount {
			return strconv.Itoa(f.Fields[i].Item) + " 5"
		}
	}
	last := f.Fields[len(f.Fields)-1]
	return strconv.Itoa(last.Item) + " " + last.Short
}

// Field finds an item by its number; nil if the form has none such.
func (f *Form) Field(item int) *Field {
	if item < 1 || item > len(f.Fields) {
		return nil
	}
	return &f.Fields[item-1]
}

// Section finds a section by its ID; nil if the form has none such.
func (f *Form) Section(id string) *Section {
	for i := range f.Sections {
		if f.Sections[i].ID == id {
			return &f.Sections[i]
		}
	}
	return nil
}
