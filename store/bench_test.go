package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/store"
	"anyuebot/store/kv"
	"anyuebot/store/kv/memkv"
)

// fullReport has all 47 items of 附件2.
func fullReport(unit, person string) bot.Report {
	r := bot.Report{Key: bot.ReportKey{Unit: unit, Form: "附件2", Period: "2021"}, State: bot.Filling}
	at := time.Date(2021, 6, 9, 4, 0, 0, 123000000, time.UTC)
	for item := range 47 {
		r.Draft = append(r.Draft, bot.Entry{Item: item + 1, Value: bot.Count(int64(item * 3)), By: person, At: at})
	}
	return r
}

func rosterOf(b *testing.B, engine kv.Store, units int) *store.Store {
	s, err := store.Open(context.Background(), engine, "bench")
	if err != nil {
		b.Fatal(err)
	}
	rows := make([]store.RosterRow, units)
	for i := range rows {
		rows[i] = store.RosterRow{Name: fmt.Sprintf("单位%06d", i), Kind: "乡镇", UserID: fmt.Sprint("u", i)}
	}
	if _, err := s.ImportRoster(context.Background(), rows, store.ImportOptions{At: time.Unix(1, 0)}); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkTurn is one answer into a full report: claim, person, session and
// report read, four records written, c members in a closed loop.
func BenchmarkTurn(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(*testing.B) kv.Store
	}{
		{"mem", func(*testing.B) kv.Store { return memkv.New() }},
		{"bolt", func(b *testing.B) kv.Store { return openBolt(b) }},
	} {
		for _, c := range []int{1, 64, 256} {
			b.Run(fmt.Sprintf("%s/c=%d", engine.name, c), func(b *testing.B) {
				s := rosterOf(b, engine.open(b), c)
				reports := make([]bot.Report, c)
				for i := range reports {
					reports[i] = fullReport(fmt.Sprintf("单位%06d", i), s.PersonID(fmt.Sprint("u", i)))
					if err := turn(s, "seed", fmt.Sprint("u", i), reports[i].Key, &reports[i]); err != nil && i == 0 {
						b.Fatal(err)
					}
				}
				var next atomic.Int64
				var wg sync.WaitGroup
				b.ResetTimer()
				start := time.Now()
				for w := range c {
					wg.Go(func() {
						for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
							if err := turn(s, fmt.Sprintf("%032x", i*7919), fmt.Sprint("u", w), reports[w].Key, nil); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "turns/s")
			})
		}
	}
}

func turn(s *store.Store, claim, userID string, key bot.ReportKey, fresh *bot.Report) error {
	t, err := s.Begin(context.Background(), claim+userID, userID)
	if err != nil {
		return err
	}
	defer t.Close()
	if _, _, err := t.Claimed(); err != nil {
		return err
	}
	session, err := t.Session()
	if err != nil {
		return err
	}
	r, _, err := t.Report(key)
	if err != nil {
		return err
	}
	if fresh != nil {
		r = fresh
	}
	now := time.Now()
	session.Key, session.Asking = key, session.Asking%47+1
	e := &r.Draft[session.Asking-1]
	was := e.Value
	e.Value.Number++
	e.At = now
	return t.Commit(bot.Changes{
		Session: &session,
		Report:  r,
		Log:     []bot.LogEntry{{At: now, By: session.Person, What: "answer", Key: key, Items: []bot.Change{{Item: e.Item, Old: was, New: e.Value}}}},
	}, now, bot.Reply{ID: claim, Text: "✓ 12 企业开展“安全红袖章”活动 5 场\n（13/47）参与多少人次？"})
}

// BenchmarkScan reads one form of all units, each with a draft of 47 items.
func BenchmarkScan(b *testing.B) {
	for _, units := range []int{100, 10_000} {
		s := rosterOf(b, memkv.New(), units)
		for i := range units {
			r := fullReport(fmt.Sprintf("单位%06d", i), s.PersonID(fmt.Sprint("u", i)))
			r.Version, r.Counted, r.State = 1, 1, bot.Submitted
			t, err := s.Begin(context.Background(), fmt.Sprint("c", i), fmt.Sprint("u", i))
			if err != nil {
				b.Fatal(err)
			}
			if err := t.Commit(bot.Changes{Report: &r, Submission: &bot.Submission{Key: r.Key, Version: 1, Entries: r.Draft}}, time.Unix(1, 0), bot.Reply{}); err != nil {
				b.Fatal(err)
			}
		}
		v, err := s.View(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		defer v.Close()
		b.Run(fmt.Sprintf("Submissions/units=%d", units), func(b *testing.B) {
			for b.Loop() {
				if err := v.Submissions("附件2", "2021", func(bot.Submission) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Statuses/units=%d", units), func(b *testing.B) {
			for b.Loop() {
				if _, err := v.Statuses("附件2", "2021"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
