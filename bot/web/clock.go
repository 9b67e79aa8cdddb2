package web

import (
	"context"
	"net/http"
	"time"
)

// wallLayout is how the script gets an instant: as the campaign's clocks show it,
// without a zone, so that a browser anywhere shows the same.
const wallLayout = "2006-01-02T15:04:05.000"

// clock is the campaign's time as the script gets it.
type clock struct {
	Now  string `json:"now"`
	Next string `json:"next,omitempty"` // "" if there is nothing to go on to
	What string `json:"what,omitempty"` // happens then
	To   string `json:"to,omitempty"`   // what the button posts
}

func (c *Chat) time(ctx context.Context) clock {
	next := c.cfg.Next(ctx)
	t := clock{Now: c.cfg.Now().Format(wallLayout)}
	if !next.At.IsZero() {
		t.Next, t.What, t.To = next.At.Format(wallLayout), next.What, next.At.Format(time.RFC3339Nano)
	}
	return t
}

// jump puts the campaign's clock forward: {"to": the "to" of a clock}. Who asks for
// a moment that has come already, because another tab was faster, is answered the
// same. All tabs get the new time; what falls on it comes with their events.
func (c *Chat) jump(w http.ResponseWriter, r *http.Request) {
	var in struct {
		To time.Time `json:"to"`
	}
	if !c.read(w, r, &in) {
		return
	}
	if c.cfg.Jump == nil {
		refuse(w, http.StatusNotFound, "这里的时间不能快进。")
		return
	}
	// A tab that is closed meanwhile must not leave half of it.
	err := c.cfg.Jump(c.ctx, in.To)
	c.log.nudge()
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
