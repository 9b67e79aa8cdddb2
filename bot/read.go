package bot

// Outcome is what became of one text read against one field.
type Outcome uint8

const (
	// Taken: the text has exactly one reading, which is Value.
	Taken Outcome = iota + 1
	// Asked: the text means something, but not one thing. Nothing may be
	// stored. Propose, if not empty, holds the readings worth offering, the
	// likeliest first.
	Asked
	// Refused: the text can't be an answer to this field (a percent for a
	// count, ten digits for a mobile number).
	Refused
	// NoAnswer: the text does not speak of the field at all (收到, 今天开会吗).
	NoAnswer
)

// Reading is what the reader made of a text. It never holds a number that is
// not written in the text.
type Reading struct {
	Outcome Outcome
	Value   Value  // Taken only
	Why     Why    // Asked and Refused: which sentence to answer with
	Quote   string // the part of the text that the question is about
	Propose []Value
}

// Why names the cause of a question or a refusal. Each has a wording
// "read."+Why in the notice.
type Why string

const (
	WhyApprox     Why = "approx"     // 约, 近, 余, 多, 几十, 上百
	WhyRange      Why = "range"      // 5—8
	WhyTwo        Why = "two"        // two numbers where one is asked
	WhyCorrection Why = "correction" // 12 不对 13
	WhyGrowing    Why = "growing"    // 又, 再, 新增, 累计: add or replace?
	WhyPart       Why = "part"       // 12（其中线上5）
	WhyEach       Why = "each"       // 每次12人
	WhyClassifier Why = "classifier" // 120人 where 场 is asked
	WhyGrouping   Why = "grouping"   // 1 234; 1,23; 120，300
	WhyUnsure     Why = "unsure"     // 应该是12, 12?
	WhyNothing    Why = "nothing"    // 暂无, ／, —: 0, 不适用 or 暂不掌握?
	WhyExtra      Why = "extra"      // a number among words that are not understood
	WhyPercent    Why = "percent"    // refused
	WhyNegative   Why = "negative"   // refused
	WhyFraction   Why = "fraction"   // refused: 3.5, 1/2, 二分之一
	WhyTooLarge   Why = "toolarge"   // refused: above MaxCount
	WhyYesNo      Why = "yesno"      // neither 是 nor 否
	WhyForm       Why = "form"       // refused: not a phone, e-mail …
	WhyTooLong    Why = "toolong"    // refused: above MaxText
	WhyChoice     Why = "choice"     // none of the choices
	WhyNumber     Why = "number"     // a number where words are asked
	WhyMobile     Why = "mobile"     // a mobile where another number is asked
)

// Run is a message read as answers in order, beginning with the item asked.
type Run struct {
	// Answers are for consecutive items. All but the last are Taken.
	Answers []ItemReading
	// Sure: the Taken answers may be stored. Otherwise they are a reading to
	// put to the person first (“读作 3 次、120 人次，对吗？”).
	Sure bool
	// Rest is the text behind the last answer that was looked at, if the
	// answers ended early; "" if none was left unread.
	Rest string
}

// ItemReading is a reading with the item it is for.
type ItemReading struct {
	Item int
	Reading
}

// Read reads one text as the answer to one field. Whatever the text, it gives
// a value only if the text has exactly one reading; see [lexicon] for how a
// word comes to be understood.
func Read(n *Notice, f *Field, text string) Reading {
	switch f.Kind {
	case KindCount:
		return readCount(n, f, text)
	case KindYesNo:
		return readYesNo(n, f, text)
	case KindChoice:
		return readChoice(n, f, text)
	case KindPhone, KindMobile, KindEmail, KindDigits:
		return readContact(n, f, text)
	case KindName, KindPost, KindAddress, KindWeChat, KindUnit:
		return readWords(f, text)
	}
	return readText(n, f, text)
}
