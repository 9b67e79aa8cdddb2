package wecomtest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
)

const (
	maxRobotText     = 2048    // bytes (page 91770)
	maxRobotMarkdown = 4096    // bytes (page 91770)
	maxRobotPicture  = 2 << 20 // bytes before base64 (page 91770)
)

// webhookSend has a robot say something in its group (page 91770).
func (a *API) webhookSend(v *visit) (func() outcome, error) {
	if err := v.json(); err != nil {
		return nil, err
	}
	s, media, err := readRobotMessage(v.body)
	if err != nil {
		return nil, err
	}
	key := v.query.Get("key")
	return func() outcome {
		chat, ok := a.cfg.Robots[key]
		if !ok {
			return refused(codeRobot, v.ip)
		}
		if a.robots[key] == nil {
			a.robots[key] = &pace{}
		}
		if !a.robots[key].allows(a.cfg.Now(), ofRobot()...) {
			return refused(codeFrequency, v.ip)
		}
		if media != "" {
			file := a.mediumOf(media, "file", key)
			if file == nil {
				return refused(codeMedia, v.ip)
			}
			s.File = file
		}
		s.Group, s.robot = chat, key
		a.show(s, "")
		return accepted(nil)
	}, nil
}

func readRobotMessage(body []byte) (s Shown, media string, err error) {
	kind, err := kindOf(body)
	if err != nil {
		return s, "", err
	}
	s = Shown{Via: "robot", Kind: kind}
	most, names, more := 0, []string{"content"}, []string(nil)
	switch kind {
	case "text":
		most, more = maxRobotText, []string{"mentioned_list", "mentioned_mobile_list"}
	case "markdown", "markdown_v2":
		most = maxRobotMarkdown
	case "file":
		names = []string{"media_id"}
	case "image":
		names = []string{"base64", "md5"}
	default:
		return s, "", coded(codeMsgType, "msgtype %q is none that this program sends", kind)
	}
	outer, err := object(body, "the body", "msgtype", kind)
	if err != nil {
		return s, "", err
	}
	inner, err := loose(outer[kind], kind, names, more)
	if err != nil {
		return s, "", err
	}
	switch kind {
	case "file":
		return s, media, value(inner, "media_id", &media)
	case "image":
		s.File, err = robotPicture(inner)
		return s, "", err
	}
	if err := value(inner, "content", &s.Text); err != nil {
		return s, "", err
	}
	var mobiles []string
	if err := optional(inner, "mentioned_list", &s.Mention); err != nil {
		return s, "", err
	}
	if err := optional(inner, "mentioned_mobile_list", &mobiles); err != nil {
		return s, "", err
	}
	for _, id := range append(mobiles, s.Mention...) {
		if id == "" {
			return s, "", bad("a mention is empty")
		}
	}
	return s, "", bounded(s.Text, most)
}

func robotPicture(inner map[string]json.RawMessage) (*Attachment, error) {
	var encoded, sum string
	if err := value(inner, "base64", &encoded); err != nil {
		return nil, err
	}
	if err := value(inner, "md5", &sum); err != nil {
		return nil, err
	}
	content, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, bad("image.base64 is not base64")
	}
	if len(content) > maxRobotPicture {
		return nil, coded(codeLargeMedia, "the picture has %d bytes, more than %d", len(content), maxRobotPicture)
	}
	if got := md5.Sum(content); sum != hex.EncodeToString(got[:]) {
		return nil, bad("image.md5 is not that of the picture")
	}
	return &Attachment{Content: content}, isPicture(content)
}

// RemoveRobot takes a robot out of its group: its key leads nowhere from then
// on.
func (a *API) RemoveRobot(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.cfg.Robots, key)
}

// webhookUpload takes a file that one robot alone may send (page 91770). That
// it is empty is found out before the key is looked at.
func (a *API) webhookUpload(v *visit) (func() outcome, error) {
	if kind := v.query.Get("type"); kind != "file" {
		return nil, coded(codeMediaType, "type %q is none that this program sends", kind)
	}
	m, err := readUpload(v, "file")
	if err != nil {
		return nil, err
	}
	m.robot = v.query.Get("key")
	return func() outcome {
		if _, ok := a.cfg.Robots[m.robot]; !ok {
			return refused(codeRobot, v.ip)
		}
		return a.keep(m)
	}, nil
}
