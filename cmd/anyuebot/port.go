package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/store"
	"anyuebot/store/kv"
)

// port joins the store to what package app asks for.
type port struct{ *service }

func (p port) Begin(ctx context.Context, claim, userid string) (app.Turn, error) {
	p.gate.RLock()
	t, err := p.store().Begin(ctx, claim, userid)
	if err != nil {
		p.gate.RUnlock()
		return nil, err
	}
	return portTurn{t, p.service, sync.OnceFunc(p.gate.RUnlock)}, nil
}

func (p port) Reply(ctx context.Context, claim string) (bot.Reply, bool, error) {
	return p.store().Reply(ctx, claim)
}

type portTurn struct {
	*store.Turn
	s     *service
	leave func()
}

func (t portTurn) Close() {
	t.Turn.Close()
	t.leave()
}

// Commit also leaves the gate: what follows on a commit may come in by it
// again, and must not wait for a restore that waits for this turn.
func (t portTurn) Commit(ch bot.Changes, at time.Time, reply bot.Reply) error {
	defer t.leave()
	ch.Chats = t.s.paired(ch.Chats)
	err := conflict(t.Turn.Commit(ch, at, reply))
	if err == nil && ch.Resume && t.s.long != nil {
		t.s.long.Resume()
	}
	return err
}

func (t portTurn) Chats() ([]bot.Chat, error) {
	list, err := t.Turn.Chats()
	return t.s.chats(list), err
}

func (t portTurn) Halts() ([]bot.Halt, error) {
	list, err := t.Turn.Halts()
	return t.s.halts(list), err
}

// conflict makes the store's word for it the app's.
func conflict(err error) error {
	if errors.Is(err, kv.ErrConflict) {
		return fmt.Errorf("%w: %w", app.ErrConflict, err)
	}
	return err
}

// Roster files.

func (p port) Content(hash string) (io.ReadCloser, error) { return p.files.Open(hash) }

func (p port) ImportRoster(ctx context.Context, rows []bot.RosterRow, by string, at time.Time, trial bool) (bot.RosterImport, error) {
	defer p.enter()()
	return p.store().ImportRoster(ctx, rows, store.ImportOptions{At: at, By: by, Trial: trial})
}

// The outbox. Like turns it waits while a restore is under way.

func (p port) OutboxView(ctx context.Context) (app.OutboxView, error) {
	p.gate.RLock()
	v, err := p.store().View(ctx)
	if err != nil {
		p.gate.RUnlock()
		return nil, err
	}
	return portView{v, p.service, sync.OnceFunc(p.gate.RUnlock)}, nil
}

type portView struct {
	*store.View
	s     *service
	leave func()
}

func (v portView) Close() {
	v.View.Close()
	v.leave()
}

func (v portView) Chats() ([]bot.Chat, error) {
	list, err := v.View.Chats()
	return v.s.chats(list), err
}

func (v portView) Chat(id string) (bot.Chat, bool, error) {
	chat, ok, err := v.View.Chat(id)
	chat, ok = v.s.chat(id, chat, ok)
	return chat, ok, err
}

func (p port) Lease(ctx context.Context, name, owner string, ttl time.Duration, now time.Time) (bool, error) {
	defer p.enter()()
	return p.store().Lease(ctx, name, owner, ttl, now)
}

func (p port) Queue(ctx context.Context, list []bot.Delivery, people []bot.Person) error {
	defer p.enter()()
	return p.store().Queue(ctx, list, people)
}

func (p port) SaveDelivery(ctx context.Context, was, is bot.Delivery) error {
	defer p.enter()()
	return conflict(p.store().SaveDelivery(ctx, was, is))
}

func (p port) Expand(ctx context.Context, was, is bot.Broadcast, page []bot.Delivery) error {
	defer p.enter()()
	return conflict(p.store().Expand(ctx, was, is, page))
}

func (p port) Remind(ctx context.Context, was, is bot.Reminding, list []bot.Broadcast, log []bot.LogEntry) error {
	defer p.enter()()
	return conflict(p.store().Remind(ctx, was, is, list, log))
}

func (p port) Halt(ctx context.Context, h bot.Halt, tell []bot.Delivery, people []bot.Person) (bool, error) {
	defer p.enter()()
	return p.store().Halt(ctx, h, tell, people)
}

func (p port) Resume(ctx context.Context, via string) error {
	defer p.enter()()
	return p.store().Resume(ctx, via)
}

func (p port) PersonID(userID string) string { return p.store().PersonID(userID) }

func (p port) enter() (leave func()) {
	p.gate.RLock()
	return p.gate.RUnlock
}
