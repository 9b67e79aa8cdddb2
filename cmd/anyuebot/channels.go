package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/wecom"
)

// channels are the ways to and from 企业微信 that are configured; what is not
// is nil.
type channels struct {
	api    *wecom.API    // the 自建应用, to send with
	robots *wecom.Robots // group robots
	post   *wecom.Post   // picks the road of what is sent

	aibot       *wecom.Aibot // the 智能机器人 by URL callback; or
	long        *wecom.Long  // by long connection
	application *wecom.App   // the 自建应用's own callback
}

// alone is the owner's name of a process that has its store to itself: who
// comes next need not wait for its leases.
const alone = "alone"

// longLease is how long the long connection is this process's after it was
// asked for; see [wecom.LongConfig.Claim].
const longLease = 30 * time.Second

// openRoads makes what sends. It makes no request.
func (s *service) openRoads(c config) (err error) {
	if s.robots, err = wecom.NewRobots(wecom.RobotsConfig{Base: c.APIBase, Client: c.client, Log: s.log}); err != nil {
		return err
	}
	if c.appSends() {
		s.api, err = wecom.NewAPI(wecom.APIConfig{Base: c.APIBase, CorpID: c.CorpID, Secret: c.AppSecret, AgentID: c.AppAgentID, Client: c.client, Log: s.log})
		if err != nil {
			return fmt.Errorf("自建应用：%w", err)
		}
	}
	roads := wecom.PostConfig{API: s.api, Robots: s.robots, Files: kept{s}, Pressable: c.appReceives(), Log: s.log}
	if c.aibotLong() {
		roads.Long = longRoad{s}
	}
	s.post = wecom.NewPost(roads)
	return nil
}

// openDoors makes what is called back and joins it to the conversation.
func (s *service) openDoors(c config) (err error) {
	words := wecom.Words{Working: s.notice.Wording["working"], Lost: s.notice.Wording["lost"], Unavailable: s.notice.Wording["unavailable"]}
	media := func(aesKey string) (*wecom.Media, error) {
		cfg := wecom.MediaConfig{Files: s.files, AESKey: aesKey, Client: c.client, Log: s.log}
		if u, err := url.Parse(c.APIBase); err == nil {
			cfg.Hosts = append(cfg.Hosts, u.Host)
		}
		return wecom.NewMedia(cfg)
	}
	if c.AibotToken != "" || c.AibotAESKey != "" {
		// A key that is no key is the bot's to complain of.
		m, _ := media(c.AibotAESKey)
		s.aibot, err = wecom.NewAibot(wecom.Config{
			Name: c.AibotName, Token: c.AibotToken, AESKey: c.AibotAESKey, Words: words, Media: m, Identify: s.identify(),
		}, s.app, s.log)
		if err != nil {
			return fmt.Errorf("智能机器人：%w。请从管理后台重新复制", err)
		}
		s.mux.Handle(pathAibot, s.aibot)
	}
	if c.aibotLong() {
		m, err := media("")
		if err != nil {
			return err
		}
		s.long, err = wecom.NewLong(wecom.LongConfig{
			URL: c.WSURL, BotID: c.AibotID, Secret: c.AibotSecret, Name: c.AibotName, Words: words,
			Media: m, Identify: s.identify(), Files: kept{s}, HTTP: c.client,
			Claim: func(ctx context.Context) (bool, error) {
				return port{s}.Lease(ctx, leaseLong, alone, longLease, time.Now())
			},
			Release: func(ctx context.Context) {
				if _, err := (port{s}).Lease(ctx, leaseLong, alone, 0, time.Now()); err != nil {
					s.log.Warn("the lease of the long connection was not given back", "error", err)
				}
			},
			Chance: rand.Float64, Late: s.late, Stood: s.stood,
		}, s.app, s.log)
		if err != nil {
			return fmt.Errorf("智能机器人长连接：%w", err)
		}
	}
	if c.appReceives() {
		cfg := wecom.AppConfig{
			CorpID: c.CorpID, AgentID: c.AppAgentID, Token: c.AppToken, AESKey: c.AppAESKey, Words: words, Files: s.files,
			Late: s.late,
		}
		if s.api != nil {
			cfg.Downloads = s.api
		}
		if s.application, err = wecom.NewApp(cfg, s.app, s.log); err != nil {
			return fmt.Errorf("自建应用接收消息：%w。请从管理后台重新复制", err)
		}
		s.mux.Handle(pathApp, s.application)
	}
	return nil
}

// Where the platform calls back.
const (
	pathAibot = "/wecom/aibot"
	pathApp   = "/wecom/app"
)

// leaseLong is the lease of who keeps the long connection.
const leaseLong = "long"

// identify finds userids behind encrypted ids, if there is an application to
// ask with.
func (s *service) identify() func(context.Context, string) (string, error) {
	if s.api == nil {
		return nil
	}
	return func(ctx context.Context, id string) (string, error) {
		userID, ok, err := s.api.Identify(ctx, id)
		if !ok {
			userID = ""
		}
		return userID, err
	}
}

// called asks the address book for a member's name, if there is an application to
// ask with.
func (s *service) called() func(context.Context, string) string {
	if s.api == nil {
		return nil
	}
	return s.api.Name
}

// late brings a reply to its member that the application's callback came too
// late for.
func (s *service) late(ctx context.Context, m bot.Message, reply bot.Reply) {
	if m.Press.Code != "" && reply.Card != nil && s.api != nil {
		if err := s.api.UpdateCard(ctx, m.From, m.Press.Code, *reply.Card); err != nil {
			s.log.Warn("a pressed card keeps its buttons", "error", err)
		}
		reply.Card = nil
	}
	if err := s.app.Late(ctx, m, reply); err != nil {
		s.log.Error("a late reply is not stored", "error", err)
	}
}

// closeDoors lets no new message in and waits for the turns under way.
func (ch *channels) closeDoors(ctx context.Context) error {
	var errs []error
	if ch.aibot != nil {
		errs = append(errs, ch.aibot.Close(ctx))
	}
	if ch.application != nil {
		errs = append(errs, ch.application.Close(ctx))
	}
	if ch.long != nil {
		errs = append(errs, ch.long.Close(ctx))
	}
	return errors.Join(errs...)
}

// longRoad is the long connection as a road: it comes to be after what sends.
type longRoad struct{ s *service }

func (r longRoad) Push(ctx context.Context, p bot.Parcel) bot.Attempt { return r.s.long.Push(ctx, p) }

// kept opens what is to be sent.
type kept struct{ s *service }

func (k kept) Open(_ context.Context, hash string) (io.ReadCloser, error) {
	return k.s.files.Open(hash)
}

// halts are the roads that take nothing: as stored, and a long connection that
// waits for somebody.
func (s *service) halts(stored []bot.Halt) []bot.Halt {
	h, ok := s.longHalt()
	if !ok {
		return stored
	}
	stored = slices.DeleteFunc(stored, func(o bot.Halt) bool { return o.Via == h.Via })
	return append(stored, h)
}

func (s *service) longHalt() (bot.Halt, bool) {
	if s.long == nil {
		return bot.Halt{}, false
	}
	state := s.long.State()
	h := bot.Halt{Via: wecom.ViaLong, Code: state.Code, Since: s.now().Add(time.Until(state.Since))}
	switch state.Phase {
	case wecom.LongElsewhere:
		h.Why = wecom.WhyElsewhere
	case wecom.LongRefused:
		h.Why = wecom.WhyBot
	}
	return h, h.Why != ""
}

// stood tells the office that the bot hears nobody any more, which it would not
// find out by writing to it.
func (s *service) stood() {
	h, ok := s.longHalt()
	if !ok {
		return
	}
	if err := s.app.Alarm(context.Background(), h); err != nil {
		s.log.Error("the office is not told of the long connection", "why", h.Why, "error", err)
	}
}

// chats are the groups that can be written to: as the office has paired them,
// and as configured. Where both know a robot of a group the office's counts: it
// pairs anew when a robot is lost, and cannot change the configuration.
func (s *service) chats(stored []bot.Chat) []bot.Chat {
	seen := map[string]bool{}
	for i, chat := range stored {
		seen[chat.ID] = true
		stored[i], _ = s.chat(chat.ID, chat, true)
	}
	for id, key := range s.config.Groups {
		if !seen[id] {
			stored = append(stored, bot.Chat{ID: id, Robot: key})
		}
	}
	return stored
}

// chat is [service.chats] for one.
func (s *service) chat(id string, stored bot.Chat, ok bool) (bot.Chat, bool) {
	key, configured := s.config.Groups[id]
	if !configured {
		return stored, ok
	}
	stored.ID = id
	if stored.Robot == "" {
		stored.Robot = key
	}
	return stored, true
}

// paired are chats as they are to be stored: a key that is configured stays
// there, so that a change of the configuration is one.
func (s *service) paired(chats []bot.Chat) []bot.Chat {
	list := slices.Clone(chats)
	for i, chat := range list {
		if chat.Robot == s.config.Groups[chat.ID] {
			list[i].Robot = ""
		}
	}
	return list
}
