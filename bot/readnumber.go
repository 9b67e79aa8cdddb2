package bot

import "strings"

// This file reads one written number: 12, １２, 1,234, 1.2万, 1万2345, 十二,
// 一百二, 壹拾贰. It knows nothing of measure words or sentences.

// numeral is one written number and how far it can be trusted.
type numeral struct {
	trust trust
	value int64 // exact: the number; doubtful: the reading worth offering
	why   Why   // cause, when the number is not exact

	group rune // the mark between its groups of three, 0 if it has none
	lead  int  // digits in the first group
	full  bool // written in Arabic digits alone, without 万 and the like
	day   bool // 6.16: a month and a day as likely as a fraction
}

type trust uint8

const (
	exact    trust = iota + 1 // one reading
	doubtful                  // one likely reading, to be offered
	vague                     // a number word without a number worth offering
	refused                   // read well, and no count
)

func (u numeral) doubt(why Why) numeral {
	u.trust, u.why = doubtful, why
	return u
}

func vagueNumeral(why Why) numeral   { return numeral{trust: vague, why: why} }
func refusedNumeral(why Why) numeral { return numeral{trust: refused, why: why} }

// digitOf and unitOf are the Chinese numerals, everyday and capital (the forms
// of cheques and stamped tables, in simplified and traditional writing).
var (
	digitOf = runeValues("零〇", 0, "一壹弌", 1, "二贰弍貳", 2, "两兩", 2, "三叁弎參叄", 3, "四肆", 4,
		"五伍", 5, "六陆陸", 6, "七柒", 7, "八捌", 8, "九玖", 9)
	unitOf = runeValues("十拾", 10, "百佰", 100, "千仟", 1000, "万萬", 10_000, "亿億", 100_000_000)
	tensOf = runeValues("廿", 2, "卅", 3, "卌", 4) // one character for a digit and 十
)

func runeValues(pairs ...any) map[rune]int64 {
	m := map[rune]int64{}
	for i := 0; i < len(pairs); i += 2 {
		for _, r := range pairs[i].(string) {
			m[r] = int64(pairs[i+1].(int))
		}
	}
	return m
}

const capitals = "壹弌贰弍貳叁弎參叄肆伍陆陸柒捌玖拾佰仟"

// isArabic tells the Arabic digits; other scripts' digits are not read.
func isArabic(r rune) bool { return '0' <= r && r <= '9' }

func isChineseNumeral(r rune) bool {
	if _, ok := digitOf[r]; ok {
		return true
	}
	if _, ok := unitOf[r]; ok {
		return true
	}
	_, ok := tensOf[r]
	return ok
}

func isFigure(r rune) bool { return isArabic(r) || isChineseNumeral(r) }

// isGroupMark tells the marks between groups of three digits: the comma of
// either keyboard.
func isGroupMark(r rune) bool { return r == ',' || r == '，' }

// scanNumeral reads the number that begins at rs[i], which must be a numeral,
// and returns it with the place after it. The whole run of number characters
// is one number or none: a reader that stops half-way is how 1.2万 becomes 1.
func scanNumeral(rs []rune, i int) (numeral, int) {
	j := i
	arabic, chinese := false, false
	for j < len(rs) {
		if isArabic(rs[j]) {
			arabic = true
			j = arabicEnd(rs, j)
			continue
		}
		if !isChineseNumeral(rs[j]) {
			break
		}
		chinese = true
		j++
	}
	switch {
	case arabic && chinese:
		return bounded(readMixed(rs[i:j])), j
	case arabic:
		return bounded(readArabic(rs[i:j])), j
	}
	return bounded(readChinese(rs[i:j])), j
}

// bounded refuses what no count may hold, and offers it neither.
func bounded(u numeral) numeral {
	if (u.trust == exact || u.trust == doubtful) && u.value > MaxCount {
		return refusedNumeral(WhyTooLarge)
	}
	return u
}

// arabicEnd is the end of the Arabic number at i with its groups and decimals.
// A comma belongs to the number only where every group after it has exactly
// three digits; otherwise the digits around it are numbers of their own.
func arabicEnd(rs []rune, i int) int {
	digits := func(k int) int {
		for k < len(rs) && isArabic(rs[k]) {
			k++
		}
		return k
	}
	end := digits(i)
	if end-i <= 3 && rs[i] != '0' {
		k := end
		for k+1 < len(rs) && isGroupMark(rs[k]) && rs[k] == rs[end] && isArabic(rs[k+1]) {
			next := digits(k + 1)
			if next-k-1 != 3 {
				k = end
				break
			}
			k = next
		}
		// 1,234，567 with two sorts of comma is not one number.
		if k+1 < len(rs) && isGroupMark(rs[k]) && isArabic(rs[k+1]) {
			k = end
		}
		end = k
	}
	for end+1 < len(rs) && rs[end] == '.' && isArabic(rs[end+1]) {
		end = digits(end + 1)
	}
	return end
}

// arabic is an Arabic number taken apart.
type arabic struct {
	whole, frac string // digits; frac without the point
	points      int
	group       rune
	lead        int
}

func takeArabic(rs []rune) arabic {
	var a arabic
	var b strings.Builder
	for _, r := range rs {
		switch {
		case isArabic(r):
			b.WriteRune(r)
		case r == '.':
			if a.points == 0 {
				a.whole = b.String()
				b.Reset()
			}
			a.points++
		default:
			if a.group == 0 {
				a.group, a.lead = r, b.Len()
			}
		}
	}
	if a.points == 0 {
		a.whole = b.String()
	} else {
		a.frac = b.String()
	}
	return a
}

// smallInt is the value of digits, or more than MaxCount if it is more than
// that: it can't overflow.
func smallInt(digits string) int64 {
	var v int64
	for _, r := range digits {
		v = v*10 + int64(r-'0')
		if v > MaxCount {
			return MaxCount + 1
		}
	}
	return v
}

func readArabic(rs []rune) numeral {
	a := takeArabic(rs)
	u := numeral{trust: exact, value: smallInt(a.whole), group: a.group, lead: a.lead, full: true}
	switch {
	case a.points > 1: // 1.2.3
		return vagueNumeral(WhyExtra)
	case a.points == 1:
		return readDecimal(a, u)
	case len(a.whole) > 2 && a.whole[0] == '0' || a.whole == "00":
		// 007, 0934: a code or a telephone number rather than a count.
		return u.doubt(WhyExtra)
	}
	return u
}

// readDecimal judges a number with a point: nothing behind it is a whole
// number, three digits behind it may be a foreign group mark, two may be the
// day of a month, and the rest is a fraction.
func readDecimal(a arabic, u numeral) numeral {
	zeros := strings.Trim(a.frac, "0") == ""
	switch {
	case a.group != 0:
		return refusedNumeral(WhyFraction)
	case len(a.whole) > 1 && a.whole[0] == '0':
		return vagueNumeral(WhyExtra)
	case len(a.frac) == 3 && len(a.whole) <= 3 && a.whole != "0":
		u.value = smallInt(a.whole + a.frac)
		return u.doubt(WhyGrouping)
	case zeros && len(a.frac) <= 2:
		return u
	case zeros:
		return u.doubt(WhyGrouping)
	}
	if m, d := smallInt(a.whole), smallInt(a.frac); len(a.frac) == 2 && isMonth(m) && isDay(d) {
		return numeral{trust: vague, why: WhyExtra, day: true}
	}
	return refusedNumeral(WhyFraction)
}

func isMonth(v int64) bool { return 1 <= v && v <= 12 }
func isDay(v int64) bool   { return 1 <= v && v <= 31 }

// readMixed reads Arabic digits with Chinese units: 1.2万, 3千, 1万2千, 1万2345,
// 1万零5. Parts must fall in size, and digits without a unit at the end must
// fill every place, because 1万2 is 12000 to one writer and 10002 to another.
func readMixed(rs []rune) numeral {
	var sum, last int64 // last: size of the unit before
	var zero, odd bool
	parts := 0
	for i := 0; i < len(rs); {
		if v, ok := digitOf[rs[i]]; ok && v == 0 && last > 0 && !zero {
			zero = true
			i++
			continue
		}
		if !isArabic(rs[i]) {
			return vagueNumeral(WhyExtra) // 十2, 1万二千: two ways of writing in one number
		}
		j := arabicEnd(rs, i)
		a := takeArabic(rs[i:j])
		unit, k := int64(1), j
		for k < len(rs) {
			v, ok := unitOf[rs[k]]
			if !ok || unit > 1 && (v < 10_000 || unit >= v) {
				break
			}
			unit *= v
			k++
		}
		v := smallInt(a.whole)
		switch {
		case unit > MaxCount, v > MaxCount:
			if v == 0 {
				return vagueNumeral(WhyExtra)
			}
			return refusedNumeral(WhyTooLarge)
		case last > 0 && unit >= last, a.points > 1:
			return vagueNumeral(WhyExtra)
		case unit == 1:
			if a.points > 0 || a.group != 0 {
				return vagueNumeral(WhyExtra)
			}
			return mixedTail(sum, last, a.whole, zero, odd, k == len(rs))
		}
		if a.points == 1 {
			if parts > 0 || k < len(rs) || len(a.frac) > 12 {
				return vagueNumeral(WhyExtra)
			}
			return scaled(a, unit)
		}
		// 12百, 05万, 0万, 1,234万, 3十: readable, and not how people write.
		if a.whole[0] == '0' || a.group != 0 || unit == 10 || unit < 10_000 && len(a.whole) > 1 || zero {
			odd = true
		}
		if last > 0 && v*unit >= last {
			return vagueNumeral(WhyExtra)
		}
		sum += v * unit
		if sum > MaxCount {
			return refusedNumeral(WhyTooLarge)
		}
		last, i = unit, k
		parts++
	}
	u := numeral{trust: exact, value: sum}
	if odd || zero {
		return u.doubt(WhyExtra)
	}
	return u
}

// mixedTail adds the digits at the end of 1万2345.
func mixedTail(sum, last int64, digits string, zero, odd, ends bool) numeral {
	if last == 0 || !ends || len(digits) > 8 {
		return vagueNumeral(WhyExtra)
	}
	tail := smallInt(digits)
	places := 0
	for v := last; v > 1; v /= 10 {
		places++
	}
	u := numeral{trust: exact, value: sum + tail}
	switch {
	case zero && digits[0] != '0' && len(digits) < places && !odd:
		return u
	case !zero && len(digits) == places && !odd:
		return u
	case len(digits) >= places || zero:
		return vagueNumeral(WhyExtra)
	case len(digits) == 1 && tail > 0:
		u.value = sum + tail*last/10
	}
	return u.doubt(WhyExtra)
}

// scaled is a decimal times its unit: 1.25万 is 12500, 1.23456万 is no count.
func scaled(a arabic, unit int64) numeral {
	frac := strings.TrimRight(a.frac, "0")
	v := smallInt(a.whole)
	part, size := int64(0), unit
	for _, r := range frac {
		if size%10 != 0 {
			return refusedNumeral(WhyFraction)
		}
		size /= 10
		part += int64(r-'0') * size
	}
	u := numeral{trust: exact, value: MaxCount + 1}
	if v <= MaxCount/unit {
		u.value = v*unit + part
	}
	switch {
	case u.value > MaxCount:
		return refusedNumeral(WhyTooLarge)
	case len(a.whole) > 1 && a.whole[0] == '0' || a.group != 0:
		return vagueNumeral(WhyExtra)
	case len(a.frac) == 3 && len(frac) < 3, unit < 100:
		// 1.200万 may be a group mark gone wrong.
		return u.doubt(WhyGrouping)
	}
	return u
}

// readChinese reads a number in Chinese numerals. It reads leniently, writes
// the value back in the standard way, and trusts it only if that gives the
// same characters: so nothing is exact but what a schoolbook would write and
// the spoken short forms below.
func readChinese(rs []rune) numeral {
	plain, capital, liang := spellOut(rs)
	units := false
	for i, r := range plain {
		_, u := unitOf[r]
		units = units || u
		if u && i == 0 && r != '十' {
			return vagueNumeral(WhyApprox) // 百八十人, 上百, 千把
		}
		if i > 0 && digitOf[r] > 0 && digitOf[plain[i-1]] > 0 && (units || len(plain) == 2 || hasUnit(plain[i:])) {
			return vagueNumeral(WhyApprox) // 三四, 五六十, 十七八, 三四百
		}
	}
	if !units {
		return readPositional(plain, liang)
	}
	if !liangFits(rs) {
		return vagueNumeral(WhyExtra) // 十两, 两十
	}
	std, short := standardForm(plain)
	v, ok := evalChinese(std)
	if !ok {
		return vagueNumeral(WhyExtra)
	}
	u := numeral{trust: exact, value: v}
	if string(std) != writeChinese(v) || short && capital {
		// Among them 壹佰贰: capitals are written out in full, so a place is missing.
		return u.doubt(WhyExtra)
	}
	return u
}

func hasUnit(rs []rune) bool {
	for _, r := range rs {
		if _, ok := unitOf[r]; ok {
			return true
		}
	}
	return false
}

// spellOut turns capital and one-character forms into everyday ones.
func spellOut(rs []rune) (plain []rune, capital, liang bool) {
	for _, r := range rs {
		capital = capital || strings.ContainsRune(capitals, r)
		liang = liang || r == '两' || r == '兩'
		if v, ok := digitOf[r]; ok {
			plain = append(plain, everydayDigits[v])
		} else if v, ok := tensOf[r]; ok {
			plain = append(plain, everydayDigits[v], '十')
		} else {
			plain = append(plain, everydayUnit(unitOf[r]))
		}
	}
	return plain, capital, liang
}

var everydayDigits = []rune("零一二三四五六七八九")

func everydayUnit(v int64) rune {
	switch v {
	case 10:
		return '十'
	case 100:
		return '百'
	case 1000:
		return '千'
	case 10_000:
		return '万'
	}
	return '亿'
}

// liangFits: 两 stands before 百 and above, never before 十 nor as a last digit
// (there 两 is an ounce, or a slip).
func liangFits(rs []rune) bool {
	for i, r := range rs {
		if r != '两' && r != '兩' {
			continue
		}
		if i+1 == len(rs) || unitOf[rs[i+1]] < 100 {
			return false
		}
	}
	return true
}

// readPositional reads digits without units. One digit is a number; 一二〇 reads
// as 120 and is offered; what looks like a year is not even offered.
func readPositional(plain []rune, liang bool) numeral {
	if len(plain) == 1 {
		return numeral{trust: exact, value: digitOf[plain[0]]}
	}
	var v int64
	for _, r := range plain {
		if v = v*10 + digitOf[r]; v > MaxCount {
			return vagueNumeral(WhyExtra)
		}
	}
	if liang || plain[0] == '零' || len(plain) == 4 && 1900 <= v && v < 2100 {
		return vagueNumeral(WhyExtra)
	}
	return numeral{value: v}.doubt(WhyExtra)
}

// standardForm completes the short forms of speech: 一十二 is 十二, 一百十二 is
// 一百一十二, and a digit right behind 百, 千 or 万 counts the next lower place
// (一百二 is 120, 一万二 is 12000).
func standardForm(plain []rune) (std []rune, short bool) {
	for i, r := range plain {
		if r == '十' && i > 0 && (plain[i-1] == '百' || plain[i-1] == '零') {
			std = append(std, '一')
		}
		if r == '一' && i == 0 && len(plain) > 1 && plain[1] == '十' {
			continue
		}
		std = append(std, r)
	}
	n := len(std)
	if n < 2 || digitOf[std[n-1]] == 0 {
		return std, false
	}
	switch std[n-2] {
	case '百':
		return append(std, '十'), true
	case '千':
		return append(std, '百'), true
	case '万':
		return append(std, '千'), true
	case '亿':
		return append(std, '千', '万'), true
	}
	return std, false
}

// evalChinese adds up a number in everyday numerals. It takes any order that
// makes sense; [readChinese] holds the result against the standard writing.
func evalChinese(std []rune) (int64, bool) {
	var total, section int64
	digit := int64(-1)
	small, large := int64(10_000), int64(1_000_000_000_000) // units must fall
	for _, r := range std {
		if v, ok := digitOf[r]; ok {
			if digit > 0 {
				return 0, false
			}
			digit = v
			continue
		}
		unit := unitOf[r]
		if unit < 10_000 {
			if digit == 0 || digit < 0 && unit > 10 || unit >= small {
				return 0, false
			}
			small = unit
			if digit < 0 {
				digit = 1
			}
			section += digit * unit
		} else {
			if digit > 0 {
				section += digit
			}
			if section == 0 || unit >= large {
				return 0, false
			}
			small, large = 10_000, unit
			total += section * unit
			section = 0
		}
		digit = -1
		if total > MaxCount*1000 || section > MaxCount {
			return MaxCount + 1, true
		}
	}
	if digit > 0 {
		section += digit
	}
	return total + section, true
}

// writeChinese writes v the standard way.
func writeChinese(v int64) string {
	if v == 0 {
		return "零"
	}
	var b strings.Builder
	for _, part := range []struct {
		unit int64
		name string
	}{{100_000_000, "亿"}, {10_000, "万"}, {1, ""}} {
		section := v / part.unit
		v %= part.unit
		if section == 0 {
			continue
		}
		if section > 9999 {
			return ""
		}
		if b.Len() > 0 && section < 1000 {
			b.WriteString("零")
		}
		writeSection(&b, section)
		b.WriteString(part.name)
	}
	return b.String()
}

func writeSection(b *strings.Builder, v int64) {
	gap, begun := false, false
	for unit := int64(1000); unit > 0; unit /= 10 {
		d := v / unit % 10
		if d == 0 {
			gap = begun
			continue
		}
		if gap {
			b.WriteString("零")
		}
		if !(unit == 10 && d == 1 && b.Len() == 0) {
			b.WriteRune(everydayDigits[d])
		}
		if unit > 1 {
			b.WriteRune(everydayUnit(unit))
		}
		gap, begun = false, true
	}
}
