package store

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"anyuebot/bot"
)

// TestRecordsComeBack encodes and decodes random records of every type.
func TestRecordsComeBack(t *testing.T) {
	roundTrip[bot.Unit](t, "unit")
	roundTrip[bot.Person](t, "person", cmpopts.IgnoreFields(bot.Person{}, "Office", "Standing"))
	roundTrip[bot.Session](t, "session", cmpopts.IgnoreFields(bot.File{}, "Problem", "Words"))
	roundTrip[fileRecord](t, "file", cmpopts.IgnoreFields(bot.File{}, "Problem", "Words"))
	roundTrip[pointerRecord](t, "filehash")
	packed(t, "report", packReport, reportRecord.unpack)
	packed(t, "version", packSubmission, submissionRecord.unpack, cmpopts.IgnoreFields(bot.File{}, "Problem", "Words"), cmpopts.IgnoreFields(bot.Submission{}, "KeptAs"))
	roundTrip[secretRecord](t, "key")
	roundTrip[rosterRecord](t, "roster")
	roundTrip[noticeRecord](t, "notice")
	roundTrip[claimRecord](t, "claim")
	roundTrip[logRecord](t, "log")
	roundTrip[restoringRecord](t, "restoring")
	roundTrip[bot.Delivery](t, "delivery", cmpopts.IgnoreFields(bot.File{}, "Problem", "Words"))
	roundTrip[bot.Docket](t, "docket", cmpopts.IgnoreFields(bot.File{}, "Problem", "Words"))
	roundTrip[bot.Book](t, "book")
	roundTrip[bot.Reminding](t, "reminding")
	roundTrip[bot.Broadcast](t, "broadcast")
	roundTrip[bot.Chat](t, "chat")
	roundTrip[bot.Halt](t, "halt")
	roundTrip[leaseRecord](t, "lease")
}

// roundTrip is for records that are stored as they are, packed for those that
// have a form of their own. A field added to a noun and forgotten in that form
// fails here.
func roundTrip[T any](t *testing.T, name string, opts ...cmp.Option) {
	same := func(record T) T { return record }
	packed(t, name, same, same, opts...)
}

func packed[T, R any](t *testing.T, name string, pack func(T) R, unpack func(R) T, opts ...cmp.Option) {
	t.Run(name, func(t *testing.T) {
		c, err := newCodec()
		if err != nil {
			t.Fatal(err)
		}
		instants := rapid.Custom(func(rt *rapid.T) time.Time {
			if rapid.Bool().Draw(rt, "zero") {
				return time.Time{}
			}
			at := time.Unix(rapid.Int64Range(1, 4e9).Draw(rt, "s"), rapid.Int64Range(0, 1e9-1).Draw(rt, "ns"))
			return at.In(time.FixedZone("", rapid.IntRange(-12, 14).Draw(rt, "zone")*3600))
		})
		records := rapid.MakeCustom[T](rapid.MakeConfig{
			Types: map[reflect.Type]*rapid.Generator[any]{reflect.TypeFor[time.Time](): instants.AsAny()},
		})
		opts := append(opts, cmpopts.EquateEmpty())
		rapid.Check(t, func(rt *rapid.T) {
			record := records.Draw(rt, "record")
			value, err := c.encode("k", pack(record))
			if err != nil {
				rt.Fatal(err)
			}
			var stored R
			if err := c.decode("k", value, &stored); err != nil {
				rt.Fatal(err)
			}
			have := unpack(stored)
			if diff := cmp.Diff(record, have, opts...); diff != "" {
				rt.Fatal(diff)
			}
			again, err := c.encode("k", pack(have))
			if err != nil || !slices.Equal(value, again) {
				rt.Fatalf("encoded again it differs (%v):\n% x\n% x", err, value, again)
			}
		})
	})
}

// TestKeys: names come back, different names make different keys, and reports
// sort as their versions do.
func TestKeys(t *testing.T) {
	k := keys{notice: escape("n/1")}
	name := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("ab/%2F! \x00山"))))
	report := rapid.Custom(func(rt *rapid.T) bot.ReportKey {
		return bot.ReportKey{Unit: name.Draw(rt, "unit"), Form: name.Draw(rt, "form"), Period: name.Draw(rt, "period")}
	})
	rapid.Check(t, func(rt *rapid.T) {
		a, b := report.Draw(rt, "a"), report.Draw(rt, "b")
		kind, names, err := k.split(k.report(a))
		if want := []string{a.Form, a.Period, a.Unit}; err != nil || kind != kindReport || !slices.Equal(names, want) {
			rt.Fatalf("%q came back as %v %q, %v", k.report(a), kind, names, err)
		}
		if (a == b) != (k.report(a) == k.report(b)) {
			rt.Fatalf("%q and %q", k.report(a), k.report(b))
		}
		if a != b && strings.Compare(k.report(a), k.report(b)) != strings.Compare(k.version(a, 999_999), k.version(b, 1)) {
			rt.Fatalf("%q and %q sort differently from their versions", k.report(a), k.report(b))
		}
		if !strings.HasPrefix(k.report(a), k.every(kindReport, a.Form, a.Period)) {
			rt.Fatalf("%q is outside its period", k.report(a))
		}
		if strings.HasPrefix(k.report(a), k.every(kindReport, b.Form, b.Period)) != (a.Form == b.Form && a.Period == b.Period) {
			rt.Fatalf("%q in the period of %q", k.report(a), k.report(b))
		}
	})
}

func TestLogKeysRise(t *testing.T) {
	k := keys{notice: "n"}
	at := time.Date(2021, 6, 30, 23, 59, 59, 999_999_999, time.FixedZone("CST", 8*3600))
	first, second := k.log(at, "z"), k.log(at.Add(1).UTC(), "a")
	if first >= second {
		t.Errorf("%q does not come before %q", first, second)
	}
}

func TestUnescapeRefuses(t *testing.T) {
	for _, part := range []string{"a%", "a%2", "a%zz", "%-1"} {
		if name, err := unescape(part); err == nil {
			t.Errorf("%q came out as %q", part, name)
		}
	}
}
