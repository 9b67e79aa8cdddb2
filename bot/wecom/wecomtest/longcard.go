package wecomtest

import (
	"encoding/json"
	"slices"
)

// longCard is what all cards may have (page 101032). How long a title should
// be the page only suggests, so nothing here is counted in characters.
func longCard() shape {
	key := text(1, 1024)
	options := func(most int64, more ...shapeField) shape {
		return list(1, most, fields(append([]shapeField{must("id", text(1, 128)), must("text", text(1, 256))}, more...)...))
	}
	selection := fields(must("question_key", key), may("title", text(1, 256)), may("disable", yesNo()),
		may("selected_id", text(1, 128)), must("option_list", options(10)))
	link := []shapeField{may("url", text(1, 2048)), may("appid", text(1, 256)), may("pagepath", text(1, 1024))}
	with := func(more []shapeField, f ...shapeField) shape { return fields(append(f, more...)...) }
	return fields(
		must("card_type", oneOf("text_notice", "news_notice", "button_interaction", "vote_interaction", "multiple_interaction")),
		may("source", fields(may("icon_url", text(1, 2048)), may("desc", text(1, 256)), may("desc_color", number(0, 3)))),
		may("action_menu", fields(must("desc", text(1, 256)), must("action_list", list(1, 3, fields(must("text", text(1, 256)), must("key", key)))))),
		may("main_title", fields(may("title", text(1, 1024)), may("desc", text(1, 1024)))),
		may("emphasis_content", fields(may("title", text(1, 256)), may("desc", text(1, 256)))),
		may("quote_area", with(link, may("type", number(0, 2)), may("title", text(1, 1024)), may("quote_text", text(1, 4096)))),
		may("sub_title_text", text(1, 4096)),
		may("horizontal_content_list", list(1, 6, fields(may("type", number(0, 3)), must("keyname", text(1, 256)), may("value", text(1, 1024)), may("url", text(1, 2048)), may("userid", text(1, 64))))),
		may("jump_list", list(1, 3, with(link, may("type", number(0, 3)), must("title", text(1, 256)), may("question", text(1, 200))))),
		may("card_action", with(link, must("type", number(0, 2)))),
		may("card_image", fields(must("url", text(1, 2048)), may("aspect_ratio", shape{kind: aFraction}))),
		may("image_text_area", with(link, may("type", number(0, 2)), may("title", text(1, 256)), may("desc", text(1, 256)), must("image_url", text(1, 2048)))),
		may("vertical_content_list", list(1, 4, fields(must("title", text(1, 256)), may("desc", text(1, 1024))))),
		may("button_selection", selection),
		may("button_list", list(1, 6, fields(must("text", text(1, 256)), may("style", number(1, 4)), must("key", key)))),
		may("checkbox", fields(must("question_key", key), may("disable", yesNo()), may("mode", number(0, 1)), must("option_list", options(20, may("is_checked", yesNo()))))),
		may("select_list", list(1, 3, selection)),
		may("submit_button", fields(must("text", text(1, 256)), must("key", key))),
		may("task_id", shape{kind: aString, least: 1, most: 128, chars: digits + letters + "_-@"}),
		longFeedback(),
	)
}

// cardNeeds are the fields without which a card of a type is refused.
func cardNeeds(of string) []string {
	switch of {
	case "text_notice":
		return []string{"card_action"}
	case "news_notice":
		return []string{"main_title", "card_image", "card_action"}
	case "button_interaction":
		return []string{"main_title", "button_list", "task_id"}
	case "vote_interaction":
		return []string{"main_title", "checkbox", "submit_button", "task_id"}
	default:
		return []string{"main_title", "select_list", "submit_button", "task_id"}
	}
}

// aCard is what this package looks at in a card.
type aCard struct {
	Type  string `json:"card_type"`
	Task  string `json:"task_id"`
	Title struct {
		Title string `json:"title"`
		Desc  string `json:"desc"`
	} `json:"main_title"`
	Sub     string      `json:"sub_title_text"`
	Buttons []cardPress `json:"button_list"`
	Menu    struct {
		Actions []cardPress `json:"action_list"`
	} `json:"action_menu"`
	Submit   cardPress `json:"submit_button"`
	Feedback feedback  `json:"feedback"`
}

type cardPress struct {
	Text string `json:"text"`
	Key  string `json:"key"`
}

type feedback struct {
	ID string `json:"id"`
}

// readCard holds a card to what its type needs. Its shape has been checked.
func readLongCard(raw json.RawMessage) (aCard, *fault) {
	var c aCard
	var has map[string]json.RawMessage
	if json.Unmarshal(raw, &c) != nil || json.Unmarshal(raw, &has) != nil {
		return aCard{}, broken(codeNotJSON, "a card cannot be read")
	}
	for _, name := range cardNeeds(c.Type) {
		if has[name] == nil {
			return aCard{}, broken(codeBadField, "a %s has no %s", c.Type, name)
		}
	}
	if c.Type == "text_notice" && c.Title.Title == "" && c.Sub == "" {
		return aCard{}, broken(codeBadField, "a text_notice has neither a title nor a text")
	}
	if has["action_menu"] != nil && c.Task == "" {
		return aCard{}, broken(codeBadField, "a card with a menu has no task_id")
	}
	keys := c.keys()
	slices.Sort(keys)
	if len(slices.Compact(slices.Clone(keys))) != len(keys) {
		return aCard{}, broken(codeBadField, "two keys of a card are the same")
	}
	return c, nil
}

// keys are what a press on the card can be.
func (c aCard) keys() []string {
	var keys []string
	for _, b := range c.Buttons {
		keys = append(keys, b.Key)
	}
	for _, a := range c.Menu.Actions {
		keys = append(keys, a.Key)
	}
	if c.Submit.Key != "" {
		keys = append(keys, c.Submit.Key)
	}
	return keys
}
