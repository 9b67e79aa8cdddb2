package main

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestClock follows the campaign's clock through a rehearsal.
func TestClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if real := newClock(time.Time{}, time.Now); !real.now().Equal(time.Now()) {
			t.Errorf("without a start it is %s, the real time is %s", real.now(), time.Now())
		}
		at := func(text string) time.Time {
			when, err := time.Parse("2006-01-02 15:04:05", text)
			if err != nil {
				t.Fatal(err)
			}
			return when
		}
		c := newClock(at("2021-06-01 09:00:00"), time.Now)
		shows := func(want string) {
			t.Helper()
			if got := c.now(); !got.Equal(at(want)) {
				t.Errorf("it is %s, want %s", got, want)
			}
		}
		shows("2021-06-01 09:00:00")
		time.Sleep(90 * time.Second)
		shows("2021-06-01 09:01:30")
		if !c.jump(at("2021-06-01 14:30:00")) {
			t.Error("it does not go forward")
		}
		shows("2021-06-01 14:30:00")
		time.Sleep(time.Second)
		shows("2021-06-01 14:30:01")
		// Who pressed the same button later changes nothing, nor does who would go back.
		for _, to := range []string{"2021-06-01 14:30:00", "2021-06-01 14:30:01", "2021-05-01 00:00:00"} {
			if c.jump(at(to)) {
				t.Errorf("it went to %s", to)
			}
		}
		shows("2021-06-01 14:30:01")
	})
}

// TestClock_together: of many who put it forward to the same instant one does, and
// nobody ever sees it go back.
func TestClock_together(t *testing.T) {
	start := time.Date(2021, 6, 1, 9, 0, 0, 0, time.UTC)
	c := newClock(start, time.Now)
	var everybody sync.WaitGroup
	moved := make([]int, 8)
	for i := range moved {
		everybody.Go(func() {
			for day := range 200 {
				before := c.now()
				if c.jump(start.AddDate(0, 0, day+1)) {
					moved[i]++
				}
				if after := c.now(); after.Before(before) || after.Before(start.AddDate(0, 0, day+1)) {
					t.Errorf("it went from %s to %s", before, after)
				}
			}
		})
	}
	everybody.Wait()
	all := 0
	for _, n := range moved {
		all += n
	}
	if all > 200 || !c.now().Before(start.AddDate(0, 0, 201)) {
		t.Errorf("%d jumps to 200 instants, it is %s", all, c.now())
	}
}
