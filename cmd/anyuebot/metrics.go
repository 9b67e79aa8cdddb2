package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is what /metrics shows: numbers of turns, never of people.
type metrics struct {
	handler http.Handler
	turns   *prometheus.HistogramVec
	sent    *prometheus.CounterVec
}

func newMetrics() *metrics {
	r := prometheus.NewRegistry()
	m := &metrics{turns: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "anyuebot_turn_seconds", Help: "Time one inbound message took, by outcome.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
	}, []string{"outcome"}), sent: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "anyuebot_attempts_total", Help: "Attempts to send something, by road and outcome.",
	}, []string{"road", "outcome"})}
	r.MustRegister(m.turns, m.sent)
	m.handler = promhttp.HandlerFor(r, promhttp.HandlerOpts{})
	return m
}

func (m *metrics) observe(outcome string, took time.Duration) {
	m.turns.WithLabelValues(outcome).Observe(took.Seconds())
}

// observeAttempt counts by kind of road: a robot's own name is a hash of its
// key and says nothing to whoever looks at numbers.
func (m *metrics) observeAttempt(via, outcome string) {
	road, _, _ := strings.Cut(via, ":")
	m.sent.WithLabelValues(road, outcome).Inc()
}
