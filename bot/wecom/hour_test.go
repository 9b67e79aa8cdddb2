package wecom

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/wecom/wecomtest"
)

// TestAnHourOfMischief has the platform do everything it can do wrong, while
// four workers send texts and files to members and groups. In the end all has
// arrived, or the platform has swallowed it behind an "ok"; what came twice had
// been said to be unsure, and to members nothing did.
func TestAnHourOfMischief(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := company(t)
		api.Misbehave(wecomtest.ScriptedHour(3))
		var log book
		client := direct(api)
		post := NewPost(PostConfig{API: newAPI(t, client, log.logger()), Robots: newRobots(t, client, log.logger()),
			Files: shelf{"doc": "a document"}, Log: log.logger()})

		const intents = 240
		var mu sync.Mutex
		unsure, codes := map[string]bool{}, map[int64]bool{}
		var workers sync.WaitGroup
		work := make(chan int)
		for range 4 {
			workers.Go(func() {
				for i := range work {
					p := bot.Parcel{ID: fmt.Sprint("p", i), UserID: "zhangwei", Text: fmt.Sprint("text ", i)}
					if i%3 == 0 {
						p.Group, p.Robot = "wrG", theKey
					}
					if i%5 == 0 {
						p.File = &bot.File{Hash: "doc", Name: fmt.Sprint(i, ".txt"), Size: 10}
					}
					for tries := 0; ; tries++ {
						got := post.Send(t.Context(), p)
						mu.Lock()
						unsure[p.ID] = unsure[p.ID] || got.Unsure
						codes[got.Code] = true
						mu.Unlock()
						if got.Fate == bot.FateAccepted {
							break
						}
						if got.Fate == bot.FateRefused || tries == 200 {
							t.Errorf("parcel %d: %+v", i, got)
							break
						}
						time.Sleep(max(got.Wait, 5*time.Second))
					}
				}
			})
		}
		for i := range intents {
			work <- i
			time.Sleep(10 * time.Second)
		}
		close(work)
		workers.Wait()

		seen := map[string]int{}
		count := func(s wecomtest.Shown) {
			what := s.Text
			if s.File != nil {
				what = s.File.Name
			}
			seen[s.Group+" "+what]++
		}
		for _, s := range append(api.PersonalOf("zhangwei"), api.Group("wrG")...) {
			count(s)
		}
		for _, d := range api.Dropped() {
			switch d.Why {
			case "limit":
				t.Errorf("over the limit: %+v", d.Shown)
			case "mischief":
				count(d.Shown)
			}
		}
		twice := 0
		for i := range intents {
			id, wants := fmt.Sprint("p", i), []string{fmt.Sprint("text ", i)}
			if i%5 == 0 {
				wants = append(wants, fmt.Sprint(i, ".txt"))
			}
			group := ""
			if i%3 == 0 {
				group = "wrG"
			}
			for _, want := range wants {
				n := seen[group+" "+want]
				if n == 0 || n > 1 && (group == "" || !unsure[id]) {
					t.Errorf("%q to %q came %d times", want, group, n)
				}
				if n > 1 {
					twice++
				}
			}
		}
		for _, code := range []int64{-1, 45009, 45033, 60020} {
			if !codes[code] {
				t.Errorf("an hour without %d", code)
			}
		}
		t.Logf("%d intents, %d messages twice in a group", intents, twice)
		unspoken(t, "the log", log.String())
	})
}
