package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anyuebot/bot/wecom/wecomtest"
)

// BenchmarkCallback measures what a member waits for: an encrypted callback
// over loopback, the turn with its durable commit, the encrypted reply. The
// platform's double works on the same processors and its share is in the
// figures. Run it with -benchtime=20000x or more.
func BenchmarkCallback(b *testing.B) {
	for _, members := range []int{1, 64} {
		b.Run(fmt.Sprintf("c%d", members), func(b *testing.B) {
			var roster strings.Builder
			roster.WriteString("单位,类别,联络员userid\n")
			for i := range members {
				fmt.Fprintf(&roster, "单位%03d,部门,m%03d\n", i, i)
			}
			w := newWorld(b, roster.String())
			server := httptest.NewServer(w.service.mux)
			defer server.Close()
			client := server.Client()
			client.Transport.(*http.Transport).MaxIdleConnsPerHost = members
			platform, err := wecomtest.New(wecomtest.Config{
				URL: server.URL + "/wecom/aibot", Token: testToken, AESKey: testKey, BotName: "安月小助手", Client: client,
			})
			if err != nil {
				b.Fatal(err)
			}
			took := make([][]time.Duration, members)
			b.ResetTimer()
			var all sync.WaitGroup
			for i := range members {
				all.Go(func() {
					from := fmt.Sprintf("m%03d", i)
					for n := i; n < b.N; n += members {
						start := time.Now()
						// Items that no check finds odd, each time another value.
						_, err := platform.Send(b.Context(), wecomtest.Msg{From: from, Text: fmt.Sprintf("改%d %d", 34+n/members%2, 1+n/members%90)})
						if err != nil {
							b.Error(err)
							return
						}
						took[i] = append(took[i], time.Since(start))
					}
				})
			}
			all.Wait()
			b.StopTimer()
			waits := slices.Concat(took...)
			if len(waits) == 0 {
				return
			}
			slices.Sort(waits)
			at := func(share float64) float64 {
				return float64(waits[int(share*float64(len(waits)-1))].Microseconds()) / 1000
			}
			b.ReportMetric(at(0.50), "p50-ms")
			b.ReportMetric(at(0.99), "p99-ms")
			b.ReportMetric(float64(len(waits))/b.Elapsed().Seconds(), "turns/s")
		})
	}
}
