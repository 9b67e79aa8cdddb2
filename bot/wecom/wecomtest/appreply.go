package wecomtest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// accept reads the body of a reply as the platform does (page 90241), refuses
// what that does not allow, and shows the rest.
func (a *App) accept(s *appSent, body []byte, answer *AppAnswer) error {
	if len(body) == 0 {
		return nil
	}
	if len(body) > maxReply {
		return bad("it has over %d bytes", maxReply)
	}
	plain, err := a.unwrap(body)
	if err != nil {
		return err
	}
	xml, err := parseXML(plain)
	if err != nil {
		return err
	}
	kind, err := xml.words("MsgType")
	if err != nil {
		return err
	}
	inside := map[string]string{"text": "Content", "update_button": "Button", "update_template_card": "TemplateCard"}[kind]
	if inside == "" || (kind == "text") == (s.on == onCard) {
		return bad("a %s may not be answered by MsgType %q", s.on, kind)
	}
	if xml.name != "xml" {
		return bad("it is %s and not xml", xml.name)
	}
	if err := xml.has([]string{"ToUserName", "FromUserName", "CreateTime", "MsgType", inside}, nil, nil); err != nil {
		return err
	}
	if err := a.addressed(xml, s.from); err != nil {
		return err
	}
	var change func(Card) Card
	switch kind {
	case "text":
		answer.Text, err = xml.words("Content")
		if err != nil {
			return err
		}
		return bounded(answer.Text, maxText)
	case "update_button":
		change, err = replaced(xml.kid("Button"), answer)
	default:
		change, err = turnedApp(xml.kid("TemplateCard"), answer)
	}
	if err != nil {
		return err
	}
	if a.cfg.API != nil && s.task != "" {
		a.cfg.API.turn(s.task, s.from, change)
	}
	return nil
}

// unwrap checks the envelope and opens it (page 90238). Its nonce is free.
func (a *App) unwrap(body []byte) ([]byte, error) {
	xml, err := parseXML(body)
	if err != nil {
		return nil, err
	}
	if xml.name != "xml" {
		return nil, bad("it is %s and not xml", xml.name)
	}
	names := []string{"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
	if err := xml.has(names, nil, nil); err != nil {
		return nil, err
	}
	words := map[string]string{}
	for _, name := range names {
		if words[name], err = xml.words(name); err != nil {
			return nil, err
		}
		if words[name] == "" {
			return nil, bad("%s is empty", name)
		}
	}
	if err := a.fresh("TimeStamp", words["TimeStamp"]); err != nil {
		return nil, err
	}
	if words["MsgSignature"] != a.sealer.sign(words["TimeStamp"], words["Nonce"], words["Encrypt"]) {
		return nil, bad("MsgSignature is wrong")
	}
	plain, err := a.sealer.openFor(words["Encrypt"], a.cfg.CorpID)
	if err != nil {
		return nil, bad("%v", err)
	}
	return plain, nil
}

func (a *App) fresh(name, seconds string) error {
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return bad("%s is no whole number", name)
	}
	if off := a.cfg.Now().Sub(time.Unix(at, 0)).Abs(); off > maxDrift {
		return bad("%s is %v off", name, off)
	}
	return nil
}

// addressed checks that a reply goes back to who wrote.
func (a *App) addressed(xml element, from string) error {
	for name, want := range map[string]string{"ToUserName": from, "FromUserName": a.cfg.CorpID} {
		got, err := xml.words(name)
		if err != nil {
			return err
		}
		if got != want {
			return bad("%s is not the callback's other side", name)
		}
	}
	at, err := xml.words("CreateTime")
	if err != nil {
		return err
	}
	return a.fresh("CreateTime", at)
}

func replaced(button element, answer *AppAnswer) (func(Card) Card, error) {
	if err := button.has([]string{"ReplaceName"}, nil, nil); err != nil {
		return nil, err
	}
	var err error
	if answer.Button, err = button.words("ReplaceName"); err != nil {
		return nil, err
	}
	if answer.Button == "" {
		return nil, bad("ReplaceName is empty")
	}
	words := answer.Button
	return func(old Card) Card {
		old.Replaced = words
		return old
	}, nil
}

// turnedApp reads a card in XML. It is the same card as in JSON under other
// names, so that it is checked as that.
func turnedApp(xml element, answer *AppAnswer) (func(Card) Card, error) {
	fields, err := cardFields(xml)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return nil, bad("the card cannot be read")
	}
	card, err := readCard(raw, appUpdate)
	if err != nil {
		return nil, err
	}
	answer.Card = &card
	return func(old Card) Card {
		card.Task = old.Task
		return card
	}, nil
}

// cardFields gives the elements of a card their names in JSON. What has no
// such name keeps its own, and is refused for it.
func cardFields(xml element) (map[string]any, error) {
	names := map[string]string{
		"CardType": "card_type", "MainTitle": "main_title", "Title": "title", "Desc": "desc", "Source": "source",
		"IconUrl": "icon_url", "DescColor": "desc_color", "SubTitleText": "sub_title_text", "TaskId": "task_id",
		"HorizontalContentList": "horizontal_content_list", "KeyName": "keyname", "Value": "value",
		"CardAction": "card_action", "Type": "type", "Url": "url", "ButtonList": "button_list",
		"Text": "text", "Style": "style", "Key": "key", "ReplaceText": "replace_text",
	}
	lists := []string{"ButtonList", "HorizontalContentList"}
	numbers := " DescColor Type Style "
	if err := xml.has(nil, namesOf(xml), lists); err != nil {
		return nil, err
	}
	fields := map[string]any{}
	for _, kid := range xml.kids {
		name, known := names[kid.name]
		if !known {
			name = kid.name
		}
		var field any = kid.text
		switch {
		case len(kid.kids) > 0:
			inner, err := cardFields(kid)
			if err != nil {
				return nil, err
			}
			field = inner
		case strings.Contains(numbers, " "+kid.name+" "):
			n, err := strconv.Atoi(strings.TrimSpace(kid.text))
			if err != nil {
				return nil, bad("%s is no number", kid.name)
			}
			field = n
		}
		if holds(lists, kid.name) {
			list, _ := fields[name].([]any)
			field = append(list, field)
		}
		fields[name] = field
	}
	return fields, nil
}

func namesOf(e element) []string {
	var names []string
	for _, kid := range e.kids {
		names = append(names, kid.name)
	}
	return names
}
