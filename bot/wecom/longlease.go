package wecom

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

const (
	leaseKept  = 30 * time.Second // how long a lease holds without being renewed
	leaseRenew = 10 * time.Second
	leaseAsk   = 5 * time.Second // for one renewal, and the margin before a lease that was not renewed ends
)

// lease waits till this process may hold the bot. The context it returns ends
// when it no longer may.
func (l *Long) lease(ctx context.Context) (context.Context, func()) {
	for {
		asked := time.Now()
		held, err := l.claim(ctx)
		if held && err == nil {
			return l.renew(ctx, asked)
		}
		if err != nil && ctx.Err() == nil {
			l.log.LogAttrs(ctx, slog.LevelError, "wecom long connection: the lease cannot be had", slog.String("type", fmt.Sprintf("%T", err)))
		}
		if !sleep(ctx, leaseRenew) {
			return ctx, func() {}
		}
	}
}

// renew keeps a lease that was asked for at the given time, and returns what
// gives it back.
func (l *Long) renew(ctx context.Context, asked time.Time) (context.Context, func()) {
	lease, lose := context.WithCancel(ctx)
	// Who cannot ask any more no longer knows whether another has it.
	over := time.AfterFunc(time.Until(asked.Add(leaseKept-leaseAsk)), lose)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for sleep(lease, leaseRenew) {
			asked := time.Now()
			held, err := l.claim(lease)
			switch {
			case err == nil && held:
				if over.Stop() {
					over.Reset(time.Until(asked.Add(leaseKept - leaseAsk)))
				}
			case err == nil:
				lose()
			case lease.Err() == nil:
				l.log.LogAttrs(ctx, slog.LevelWarn, "wecom long connection: the lease was not renewed", slog.String("type", fmt.Sprintf("%T", err)))
			}
		}
		if ctx.Err() == nil {
			l.log.LogAttrs(ctx, slog.LevelWarn, "wecom long connection: the lease is lost")
		}
	}()
	return lease, func() {
		over.Stop()
		lost := lease.Err() != nil && ctx.Err() == nil
		lose()
		<-done
		if !lost {
			release, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseAsk)
			defer cancel()
			l.cfg.Release(release)
		}
	}
}

func (l *Long) claim(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseAsk)
	defer cancel()
	return l.cfg.Claim(ctx)
}

// sleep waits for a time; false if ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
