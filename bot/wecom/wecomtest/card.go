package wecomtest

import (
	"encoding/json"
	"strings"
	"unicode/utf16"
)

const (
	maxTask     = 128  // bytes of a task_id (page 101032)
	maxKey      = 1024 // bytes of a button's key (page 101032)
	maxButtons  = 6    // of a card (page 101032)
	maxRows     = 6    // of horizontal_content_list (page 101032)
	maxLabel    = 10   // UTF-16 units of a button's text: "suggested" by page 101032, refused with error 40016 in practice
	maxFeedback = 256  // bytes of a feedback id (page 101031)

	cardButtons = "button_interaction"
	cardNotice  = "text_notice"
)

// Card is a template card as people see it.
type Card struct {
	Type    string // button_interaction or text_notice
	Task    string // task_id
	Title   string // main_title.title
	Desc    string // main_title.desc
	Text    string // sub_title_text
	Rows    [][2]string
	Buttons []Button
	// Replaced is the text of the one grey button that stands in place of all
	// others; "" while they can be pressed.
	Replaced string
	Feedback string // feedback.id
}

// Button is one button of a card.
type Button struct {
	Label string
	Key   string
	Style int // 1 to 4; 0 if the card did not say
}

// pressable finds a button that can be pressed.
func (c Card) pressable(key string) bool {
	if c.Type != cardButtons || c.Replaced != "" {
		return false
	}
	for _, b := range c.Buttons {
		if b.Key == key {
			return true
		}
	}
	return false
}

// dialect is whose cards are read. They differ in a few fields.
type dialect int

const (
	botCard   dialect = iota // of an aibot (page 101032)
	appCard                  // of an application (page 90236)
	appUpdate                // what turns an application's card into another (page 94888)
)

// readCard checks a template card of the two types this program sends.
func readCard(raw json.RawMessage, d dialect) (Card, error) {
	const what = "template_card"
	var kind struct {
		Type string `json:"card_type"`
	}
	if json.Unmarshal(raw, &kind) != nil {
		return Card{}, bad("%s is not a JSON object", what)
	}
	names := []string{"card_type", "main_title"}
	more := []string{"source", "sub_title_text", "horizontal_content_list"}
	switch kind.Type {
	case cardButtons:
		names = append(names, "button_list")
		more = append(more, "card_action")
		if d == appUpdate {
			more = append(more, "task_id", "replace_text")
		} else {
			names = append(names, "task_id")
		}
	case cardNotice:
		names = append(names, "card_action")
		more = append(more, "task_id")
	default:
		return Card{}, bad("card_type %q is none that this program sends", kind.Type)
	}
	if d == botCard {
		more = append(more, "feedback")
	}
	fields, err := loose(raw, what, names, more)
	if err != nil {
		return Card{}, err
	}
	c := Card{Type: kind.Type}
	for _, step := range []func(map[string]json.RawMessage) error{
		c.readWords, c.readTask, c.readAction, c.readRows, c.readFeedback,
		func(f map[string]json.RawMessage) error { return c.readButtons(f, d) },
	} {
		if err := step(fields); err != nil {
			return Card{}, err
		}
	}
	return c, nil
}

func (c *Card) readWords(fields map[string]json.RawMessage) error {
	title, err := loose(fields["main_title"], "main_title", []string{"title"}, []string{"desc"})
	if err != nil {
		return err
	}
	if err := value(title, "title", &c.Title); err != nil {
		return err
	}
	if c.Title == "" {
		return bad("main_title.title is empty")
	}
	if err := optional(title, "desc", &c.Desc); err != nil {
		return err
	}
	if raw, has := fields["source"]; has {
		source, err := loose(raw, "source", nil, []string{"icon_url", "desc", "desc_color"})
		if err != nil {
			return err
		}
		var words string
		var colour int
		for _, name := range []string{"icon_url", "desc"} {
			if err := optional(source, name, &words); err != nil {
				return err
			}
		}
		if err := optional(source, "desc_color", &colour); err != nil {
			return err
		}
		if colour < 0 || colour > 3 {
			return bad("source.desc_color is %d", colour)
		}
	}
	return optional(fields, "sub_title_text", &c.Text)
}

func (c *Card) readTask(fields map[string]json.RawMessage) error {
	if _, has := fields["task_id"]; !has {
		return nil
	}
	if err := value(fields, "task_id", &c.Task); err != nil {
		return err
	}
	return checkTask(c.Task)
}

func checkTask(task string) error {
	if task == "" || len(task) > maxTask {
		return bad("task_id has %d bytes", len(task))
	}
	strange := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("_-@", r)
	}
	if i := strings.IndexFunc(task, strange); i >= 0 {
		return bad("task_id has other characters than 0-9A-Za-z_-@")
	}
	return nil
}

// readAction checks where a press beside the buttons leads. A notice must lead
// somewhere: its type is 1 or 2 (page 90236).
func (c *Card) readAction(fields map[string]json.RawMessage) error {
	raw, has := fields["card_action"]
	if !has {
		return nil
	}
	action, err := loose(raw, "card_action", []string{"type"}, []string{"url", "appid", "pagepath"})
	if err != nil {
		return err
	}
	var kind int
	var address, app, page string
	if err := value(action, "type", &kind); err != nil {
		return err
	}
	for name, to := range map[string]*string{"url": &address, "appid": &app, "pagepath": &page} {
		if err := optional(action, name, to); err != nil {
			return err
		}
	}
	switch {
	case kind == 1 && !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://"):
		return bad("card_action of type 1 has no url")
	case kind == 2 && app == "":
		return bad("card_action of type 2 has no appid")
	case kind < 0 || kind > 2 || kind == 0 && c.Type == cardNotice:
		return bad("card_action.type is %d", kind)
	}
	return nil
}

func (c *Card) readRows(fields map[string]json.RawMessage) error {
	var rows []json.RawMessage
	if err := optional(fields, "horizontal_content_list", &rows); err != nil {
		return err
	}
	if len(rows) > maxRows {
		return bad("horizontal_content_list has %d rows, more than %d", len(rows), maxRows)
	}
	for _, raw := range rows {
		row, err := loose(raw, "horizontal_content_list", []string{"keyname"}, []string{"value"})
		if err != nil {
			return err
		}
		var words [2]string
		if err := value(row, "keyname", &words[0]); err != nil {
			return err
		}
		if err := optional(row, "value", &words[1]); err != nil {
			return err
		}
		if words[0] == "" {
			return bad("a row of horizontal_content_list has no keyname")
		}
		c.Rows = append(c.Rows, words)
	}
	return nil
}

func (c *Card) readButtons(fields map[string]json.RawMessage, d dialect) error {
	if c.Type != cardButtons {
		return nil
	}
	var list []json.RawMessage
	if err := value(fields, "button_list", &list); err != nil {
		return err
	}
	if err := optional(fields, "replace_text", &c.Replaced); err != nil {
		return err
	}
	if len(list) == 0 || len(list) > maxButtons {
		return bad("button_list has %d buttons, not 1 to %d (error 40016)", len(list), maxButtons)
	}
	more := []string{"style"}
	if d != botCard {
		more = append(more, "type")
	}
	keys := map[string]bool{}
	for _, raw := range list {
		b, err := readButton(raw, more)
		if err != nil {
			return err
		}
		if keys[b.Key] {
			return bad("two buttons have one key")
		}
		keys[b.Key] = true
		c.Buttons = append(c.Buttons, b)
	}
	return nil
}

func readButton(raw json.RawMessage, more []string) (Button, error) {
	var b Button
	fields, err := loose(raw, "a button", []string{"text", "key"}, more)
	if err != nil {
		return b, err
	}
	if err := value(fields, "text", &b.Label); err != nil {
		return b, err
	}
	if err := value(fields, "key", &b.Key); err != nil {
		return b, err
	}
	if err := optional(fields, "style", &b.Style); err != nil {
		return b, err
	}
	leads := 0
	if err := optional(fields, "type", &leads); err != nil {
		return b, err
	}
	_, styled := fields["style"]
	switch n := len(utf16.Encode([]rune(b.Label))); {
	case n == 0 || n > maxLabel:
		return b, bad("a button's text has %d characters, not 1 to %d (error 40016)", n, maxLabel)
	case b.Key == "" || len(b.Key) > maxKey:
		return b, bad("a button's key has %d bytes, not 1 to %d", len(b.Key), maxKey)
	case styled && (b.Style < 1 || b.Style > 4):
		return b, bad("a button's style is %d, not 1 to 4", b.Style)
	case leads != 0:
		return b, bad("a button's type is %d: this program sends none that leads elsewhere", leads)
	}
	return b, nil
}

func (c *Card) readFeedback(fields map[string]json.RawMessage) error {
	var err error
	c.Feedback, err = readFeedback(fields)
	return err
}

// readFeedback reads the id under which people may rate what carries it.
func readFeedback(fields map[string]json.RawMessage) (string, error) {
	raw, has := fields["feedback"]
	if !has {
		return "", nil
	}
	feedback, err := object(raw, "feedback", "id")
	if err != nil {
		return "", err
	}
	var id string
	if err := value(feedback, "id", &id); err != nil {
		return "", err
	}
	if id == "" || len(id) > maxFeedback {
		return "", bad("feedback.id has %d bytes, not 1 to %d", len(id), maxFeedback)
	}
	return id, nil
}
