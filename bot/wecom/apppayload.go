package wecom

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"anyuebot/bot"
)

// errAgent means that a callback is meant for another application of the
// company, whose address and keys were set to ours.
var errAgent = errors.New("the callback is meant for another AgentID")

// parseApp reads a decrypted callback of the application (pages 90239 and
// 90240). An error names the field at fault and none of its content.
func parseApp(plain []byte, agent int64) (callback, error) {
	root, err := parseXML(plain)
	if err != nil {
		return callback{}, errors.New("the callback: " + err.Error())
	}
	in, err := root.fields()
	if err != nil {
		return callback{}, errors.New("the callback: " + err.Error())
	}
	if id := strings.TrimSpace(in["AgentID"]); id != "" && id != strconv.FormatInt(agent, 10) {
		return callback{}, errAgent
	}
	m := bot.Message{
		Channel: "app", Bot: strconv.FormatInt(agent, 10), ID: in["MsgId"], From: in["FromUserName"],
		Limit: welcomeLimit, Cards: bot.CardsApart,
	}
	switch in["MsgType"] {
	case "":
		return callback{}, errors.New("the callback has no MsgType")
	case "event":
		return parseAppEvent(root, in, m)
	}
	if err := checkID("MsgId", m.ID); err != nil {
		return callback{}, err
	}
	if err := checkID("FromUserName", m.From); err != nil {
		return callback{}, err
	}
	var media []mediaRef
	switch in["MsgType"] {
	case "text":
		m.Media, m.Text = bot.MediaText, trimSpace(in["Content"])
	case "voice":
		// There are words only if the company has turned the recognition on.
		m.Media, m.Text = bot.MediaVoice, trimSpace(in["Recognition"])
	case "image":
		m.Media = bot.MediaImage
	case "file": // not on page 90239, but the platform's own plugin expects it
		m.Media = bot.MediaFile
	case "video":
		m.Media = bot.MediaVideo
	default: // a location, a link, and what may be added
		m.Media = bot.MediaOther
	}
	switch m.Media {
	case bot.MediaVoice, bot.MediaImage, bot.MediaFile, bot.MediaVideo:
		media = []mediaRef{{kind: m.Media, id: in["MediaId"]}}
	}
	return callback{trigger: onMessage, message: m, media: media, kind: string(m.Media)}, nil
}

func parseAppEvent(root element, in map[string]string, m bot.Message) (callback, error) {
	event := in["Event"]
	switch event {
	case "subscribe", "enter_agent", "template_card_event":
	default:
		return callback{trigger: onNothing, kind: "event"}, nil // a menu's entries, and whatever else there is
	}
	if err := checkID("FromUserName", m.From); err != nil {
		return callback{}, err
	}
	if strings.TrimSpace(in["CreateTime"]) == "" {
		return callback{}, errors.New("the callback has no CreateTime")
	}
	m.ID = eventID(root)
	if event == "template_card_event" {
		return pressOf(func() (bot.Message, error) { return m, nil }, in["EventKey"],
			bot.Press{Task: in["TaskId"], Code: in["ResponseCode"]})
	}
	m.Media = bot.MediaEnter
	return callback{trigger: onEnter, message: m, kind: string(m.Media)}, nil
}

// eventID makes an id for an event, which the platform gives none. It tells
// events to know again by who and when (page 90238), but somebody may press two
// buttons within a second: so everything in it counts, save the code to update
// the card with, which a second try may bring anew.
func eventID(root element) string {
	h := sha256.New()
	root.sum(h)
	return "event-" + hex.EncodeToString(h.Sum(nil)[:16])
}

func (e element) sum(h io.Writer) {
	if e.name == "ResponseCode" {
		return
	}
	parts := slices.Clone(e.parts)
	slices.SortStableFunc(parts, func(a, b element) int { return cmp.Compare(a.name, b.name) })
	text := e.text
	if len(parts) > 0 {
		text = nil // what stands between parts is layout
	}
	for _, s := range [][]byte{[]byte(e.name), text} {
		_ = binary.Write(h, binary.BigEndian, uint32(len(s))) // a hash takes everything
		_, _ = h.Write(s)
	}
	_ = binary.Write(h, binary.BigEndian, uint32(len(parts)))
	for _, part := range parts {
		part.sum(h)
	}
}
