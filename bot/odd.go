package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Figures are one unit's counted answers, as they are held against the others'.
type Figures struct {
	Unit    string
	Kind    string // of the unit
	Entries []Entry
	Reasons []Reason
	Notes   []Note
}

// Alike are units whose answers to the items of a check across units are the same.
type Alike struct {
	Check  *Check
	Values map[int]int64
	Units  []string
}

// Alike finds the checks across units that hold: two or more units with the same
// numbers for all of a check's items, none of them 0.
func (f *Form) Alike(all []Figures) []Alike {
	var found []Alike
	for i := range f.Checks {
		c := &f.Checks[i]
		if len(c.Across) == 0 {
			continue
		}
		var groups []Alike
		for _, u := range all {
			values := u.numbers(c.Across)
			if values == nil {
				continue
			}
			at := slices.IndexFunc(groups, func(g Alike) bool {
				return !slices.ContainsFunc(c.Across, func(item int) bool { return g.Values[item] != values[item] })
			})
			if at < 0 {
				at = len(groups)
				groups = append(groups, Alike{Check: c, Values: values})
			}
			groups[at].Units = append(groups[at].Units, u.Unit)
		}
		for _, g := range groups {
			if len(g.Units) > 1 {
				found = append(found, g)
			}
		}
	}
	return found
}

// numbers are the answers to some items; nil unless each is a number above 0.
func (u Figures) numbers(items []int) map[int]int64 {
	values := make(map[int]int64, len(items))
	for _, e := range u.Entries {
		if slices.Contains(items, e.Item) && e.Value.Kind == Number && e.Value.Number > 0 {
			values[e.Item] = e.Value.Number
		}
	}
	if len(values) < len(items) {
		return nil
	}
	return values
}

// Outlier is a figure far above those of units of the same kind.
type Outlier struct {
	Unit, Kind string
	Item       int
	Value      int64
	Median     int64
	Quarter    int64 // three quarters of the units of this kind have at most this
	Of         int   // how many units of this kind gave a number
}

const (
	// outlierUnits is the fewest units of a kind that are held against each
	// other: with fewer, ranks say nothing.
	outlierUnits = 8
	// outlierLeast is the least figure that is ever pointed out. Most honest
	// counts lie between 0 and 5.
	outlierLeast = 6
)

// Outliers finds figures far above those of units of the same kind, by ranks
// alone: counts are small and mostly 0, so that a mean and its deviation say
// nothing, and one slip would hide the next.
//
// With the n numbers of an item sorted, M is the one of rank ⌈n/2⌉ and Q the one
// of rank ⌈3n/4⌉. A figure x is pointed out if x ≥ 6, x > 3·Q and
// x − Q > 3·(Q − M): above three times what three quarters of the units have at
// most, and by more than three times as far above it as it lies above the middle.
// Units that answered with no number are not counted, and kinds with fewer than
// eight numbers are passed over.
func (f *Form) Outliers(all []Figures) []Outlier {
	type one struct {
		unit  string
		value int64
	}
	type of struct {
		kind string
		item int
	}
	numbers := map[of][]one{}
	var kinds []string
	for _, u := range all {
		if !slices.Contains(kinds, u.Kind) {
			kinds = append(kinds, u.Kind)
		}
		for _, e := range u.Entries {
			if e.Value.Kind == Number {
				k := of{u.Kind, e.Item}
				numbers[k] = append(numbers[k], one{u.Unit, e.Value.Number})
			}
		}
	}
	var found []Outlier
	for _, field := range f.Fields {
		for _, kind := range kinds {
			list := numbers[of{kind, field.Item}]
			n := len(list)
			if field.Kind != KindCount || n < outlierUnits {
				continue
			}
			ranked := slices.Clone(list)
			slices.SortFunc(ranked, func(a, b one) int { return cmp.Compare(a.value, b.value) })
			m, q := ranked[(n+1)/2-1].value, ranked[(3*n+3)/4-1].value
			for _, u := range list {
				if x := u.value; x >= outlierLeast && x > 3*q && x-q > 3*(q-m) {
					found = append(found, Outlier{Unit: u.unit, Kind: kind, Item: field.Item, Value: x, Median: m, Quarter: q, Of: n})
				}
			}
		}
	}
	return found
}

// odd is 异常: what the office should look at in the submitted figures, with what
// the units themselves said about it. It names units: in private only.
func (t *turn) odd() {
	if !t.m.Private() {
		t.tell("odd.private", nil)
		return
	}
	if rest := strings.TrimSpace(t.in.Rest); rest != "" && !t.isMain(rest) {
		t.tell("odd.how", nil)
		return
	}
	all := t.counted()
	t.tell("odd", args{"form": t.form.ID, "time": t.instant(t.now), "n": strconv.Itoa(len(all))})
	said := len(t.say)
	t.oddFlags(all)
	t.oddAlike(all)
	t.oddOutliers(all)
	t.oddUnknown(all)
	if len(t.say) == said {
		t.tell("odd.none", nil)
		return
	}
	t.tell("odd.foot", nil)
}

// counted are the figures that count, in roster order.
func (t *turn) counted() []Figures {
	versions := make(map[string]*Submission, len(t.v.Filed))
	for _, f := range t.v.Filed {
		if f.Counted != nil {
			versions[f.Counted.Key.Unit] = f.Counted
		}
	}
	var all []Figures
	for _, u := range t.v.Roster.Units {
		if s := versions[u.Name]; s != nil {
			all = append(all, Figures{Unit: u.Name, Kind: u.Kind, Entries: s.Entries, Reasons: s.Reasons, Notes: s.Notes})
		}
	}
	return all
}

// oddFlags tells the soft checks that speak, with the liaison's explanation.
func (t *turn) oddFlags(all []Figures) {
	headed := false
	for _, u := range all {
		shown := Report{Draft: u.Entries}
		for _, flag := range t.form.Flags(t.n.Year, u.Entries, u.Reasons) {
			if !headed {
				t.tell("odd.flags", nil)
				headed = true
			}
			t.tell("odd.flag", args{"unit": u.Unit, "say": shown.sentence(flag.Check, flag.Item)})
			if flag.Reason == nil {
				t.add("line.unconfirmed", nil)
			} else {
				t.vouchedLine(flag)
			}
			t.remarks([]Figures{u}, flag.Check.Items())
		}
	}
}

func (t *turn) oddAlike(all []Figures) {
	found := t.form.Alike(all)
	if len(found) > 0 {
		t.tell("odd.alike", nil)
	}
	for _, a := range found {
		values := args{}
		for item, value := range a.Values {
			values[strconv.Itoa(item)] = strconv.FormatInt(value, 10)
		}
		t.tell("odd.same", args{"units": strings.Join(a.Units, "、"), "say": Fill(a.Check.Say, values)})
		alike := slices.DeleteFunc(slices.Clone(all), func(u Figures) bool { return !slices.Contains(a.Units, u.Unit) })
		t.remarks(alike, a.Check.Across)
	}
}

func (t *turn) oddOutliers(all []Figures) {
	found := t.form.Outliers(all)
	if len(found) > 0 {
		t.tell("odd.outliers", nil)
	}
	for _, o := range found {
		f := t.form.Field(o.Item)
		t.tell("odd.outlier", t.about(f, args{
			"who": o.Unit, "kind": o.Kind, "n": strconv.Itoa(o.Of), "short": t.nameOf(f), "value": withUnit(f, Count(o.Value)),
			"median": strconv.FormatInt(o.Median, 10), "quarter": strconv.FormatInt(o.Quarter, 10),
		}))
		one := slices.DeleteFunc(slices.Clone(all), func(u Figures) bool { return u.Unit != o.Unit })
		t.remarks(one, []int{o.Item})
	}
}

// oddUnknown lists who does not know some figures yet.
func (t *turn) oddUnknown(all []Figures) {
	headed := false
	for _, u := range all {
		var items []int
		for _, e := range u.Entries {
			if e.Value.Kind == Unknown {
				items = append(items, e.Item)
			}
		}
		if len(items) == 0 {
			continue
		}
		if !headed {
			t.tell("odd.unknown", nil)
			headed = true
		}
		t.tell("odd.unknown.unit", args{"unit": u.Unit, "items": ranges(items)})
	}
}

// remarks tells what units remarked on some items.
func (t *turn) remarks(units []Figures, items []int) {
	for _, u := range units {
		for _, n := range u.Notes {
			if slices.Contains(items, n.Item) {
				t.tell("odd.note", args{"unit": u.Unit, "item": strconv.Itoa(n.Item), "text": clip(n.Text, 60)})
			}
		}
	}
}
