package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
	"anyuebot/bot/web"
)

// goOn puts the clock of a demo that is started again to where it was, as far as the
// store tells: what has happened must not lie ahead.
func (s *service) goOn(ctx context.Context) error {
	view, err := s.store().View(ctx)
	if err != nil {
		return err
	}
	defer view.Close()
	kept, err := view.Reminding()
	if err != nil {
		return err
	}
	for _, slot := range kept.Done {
		s.clock.jump(slot.At)
	}
	last, err := view.NewestLog(bot.LogQuery{Most: 1})
	if err != nil {
		return err
	}
	for _, e := range last {
		s.clock.jump(e.At)
	}
	return nil
}

// next is the moment of the ladder that the page offers to go on to.
func (d *demoRun) next(ctx context.Context) web.Moment {
	view, err := d.service.store().View(ctx)
	if err != nil {
		d.service.log.Error("the next reminder is not known", "error", err)
		return web.Moment{}
	}
	defer view.Close()
	kept, err := view.Reminding()
	if err != nil {
		d.service.log.Error("the next reminder is not known", "error", err)
		return web.Moment{}
	}
	now := d.service.now().In(d.service.zone)
	var m web.Moment
	var words []string
	for _, step := range remind.Coming(d.service.notice, kept, now, len(d.service.notice.Ladder.Rungs)) {
		if m.At.IsZero() {
			m.At = step.At
		}
		if !step.At.Equal(m.At) {
			break
		}
		words = append(words, audience(step.Rung.To)+"（"+owed(d.service.notice, step.Rung.Owes)+"）")
	}
	m.What = strings.Join(words, "、")
	return m
}

// calmTime is how long a jump waits for what is on its way.
const calmTime = 5 * time.Second

// jump puts the clock forward to the next moment of the ladder and has the service
// look at it at once. What is still on its way arrives before, as it would have. Who
// asks for a moment that another tab has gone on to gets it.
func (d *demoRun) jump(ctx context.Context, to time.Time) error {
	d.jumps.Lock()
	defer d.jumps.Unlock()
	if !to.After(d.service.now()) {
		return nil
	}
	if !d.next(ctx).At.Equal(to) {
		return errors.New("这不是下一次提醒的时刻，请刷新页面再试。")
	}
	limited, cancel := context.WithTimeout(ctx, calmTime)
	defer cancel()
	if err := d.calm(limited); err != nil && limited.Err() == nil {
		return fmt.Errorf("没有快进：%w", err)
	}
	d.service.clock.jump(to)
	if err := d.service.app.Tick(ctx); err != nil {
		return fmt.Errorf("到了这个时刻，提醒没有发成：%w", err)
	}
	return nil
}

// calm waits till nothing is to be sent at once.
func (d *demoRun) calm(ctx context.Context) error {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		busy, err := d.busy(ctx)
		if err != nil || !busy {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
	}
}

func (d *demoRun) busy(ctx context.Context) (bool, error) {
	view, err := d.service.store().View(ctx)
	if err != nil {
		return false, err
	}
	defer view.Close()
	whole, err := view.Unexpanded()
	busy := len(whole) > 0
	if err != nil {
		return busy, err
	}
	soon := time.Now().Add(time.Second)
	err = view.Open(func(out bot.Delivery) error {
		// One that is held or put off waits for more than this.
		busy = busy || out.State == bot.DeliverySending || out.State == bot.DeliveryPending && out.Due.Before(soon)
		return nil
	})
	return busy, err
}
