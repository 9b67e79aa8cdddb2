package wecomtest

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"
)

// shape is what a value of JSON must look like. It is read token by token
// because the standard decoder forgives: fields it does not know, a second one
// of the same name, another spelling.
type shape struct {
	kind        shapeKind
	least, most int64        // bytes of a string, items of a list, bounds of a number
	over        int          // the errcode of what is too long or too large, 0 for the usual one
	chars       string       // what a string may be made of, "" for anything
	oneOf       []string     // what a string may be, nil for anything
	fields      []shapeField // of an object
	item        *shape       // of a list
}

type shapeField struct {
	name string
	must bool
	of   shape
}

type shapeKind string

const (
	aString shapeKind = "a string"
	aNumber shapeKind = "a whole number"
	aBool   shapeKind = "true or false"
	aList   shapeKind = "a list"
	aObject shapeKind = "an object"
	aCard   shapeKind = "a card" // looked at by readCard
)

func textOf(least, most int64) shape   { return shape{kind: aString, least: least, most: most} }
func numberOf(least, most int64) shape { return shape{kind: aNumber, least: least, most: most} }
func contentOf(most int64) shape {
	return shape{kind: aString, least: 1, most: most, over: codeTooLong}
}
func oneOf(these ...string) shape { return shape{kind: aString, most: 64, oneOf: these} }
func yesNo() shape                { return shape{kind: aBool} }
func listOf(least, most int64, item shape) shape {
	return shape{kind: aList, least: least, most: most, item: &item}
}
func fieldsOf(f ...shapeField) shape { return shape{kind: aObject, fields: f} }

func must(name string, of shape) shapeField { return shapeField{name, true, of} }
func may(name string, of shape) shapeField  { return shapeField{name, false, of} }

// check holds a whole document to a shape.
func (s shape) check(data []byte) *fault {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if f := s.read(dec, "frame"); f != nil {
		return f
	}
	if _, err := dec.Token(); err != io.EOF {
		return broken(codeNotJSON, "a frame goes on behind its end")
	}
	return nil
}

func (s shape) read(dec *json.Decoder, at string) *fault {
	if s.kind == aCard {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return broken(codeNotJSON, "%s is not JSON", at)
		}
		if _, err := readCard(raw, botCard); err != nil {
			return faultOf(err)
		}
		return nil
	}
	t, err := dec.Token()
	if err != nil {
		return broken(codeNotJSON, "%s is not JSON", at)
	}
	other := broken(codeParameter, "%s is not %s", at, s.kind)
	var size int64
	switch v := t.(type) {
	case string:
		if s.kind != aString {
			return other
		}
		size = int64(len(v))
		if s.oneOf != nil && !slices.Contains(s.oneOf, v) {
			return broken(codeParameter, "%s is none of %s", at, strings.Join(s.oneOf, ", "))
		}
		if s.chars != "" && strings.Trim(v, s.chars) != "" {
			return broken(codeParameter, "%s has a character that it must not have", at)
		}
	case json.Number:
		if s.kind != aNumber {
			return other
		}
		if size, err = strconv.ParseInt(v.String(), 10, 64); err != nil {
			return other
		}
	case bool:
		if s.kind != aBool {
			return other
		}
		return nil
	case json.Delim:
		switch {
		case v == '{' && s.kind == aObject:
			return s.readFields(dec, at)
		case v == '[' && s.kind == aList:
			for ; dec.More(); size++ {
				if f := s.item.read(dec, at+"[]"); f != nil {
					return f
				}
			}
			if _, err := dec.Token(); err != nil {
				return broken(codeNotJSON, "%s is not JSON", at)
			}
		default:
			return other
		}
	default: // null
		return other
	}
	if size < s.least || size > s.most {
		code := s.over
		if code == 0 {
			code = codeParameter
		}
		if size == 0 && s.kind == aString {
			code = codeEmpty
		}
		return broken(code, "%s has a length or size of %d, which is not within %d to %d", at, size, s.least, s.most)
	}
	return nil
}

func (s shape) readFields(dec *json.Decoder, at string) *fault {
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return broken(codeNotJSON, "%s is not JSON", at)
		}
		if seen[name] {
			return broken(codeParameter, "%s has field %q twice", at, name)
		}
		seen[name] = true
		known := false
		for _, f := range s.fields {
			if f.name != name {
				continue
			}
			known = true
			if f := f.of.read(dec, at+"."+name); f != nil {
				return f
			}
		}
		if !known {
			return broken(codeParameter, "%s has a field %q", at, name)
		}
	}
	if _, err := dec.Token(); err != nil {
		return broken(codeNotJSON, "%s is not JSON", at)
	}
	for _, f := range s.fields {
		if f.must && !seen[f.name] {
			return broken(codeParameter, "%s has no field %q", at, f.name)
		}
	}
	return nil
}

// longShape is the shape of a frame of a command; of some, msgtype decides
// what is in it.
func longShape(cmd, msgtype string) (shape, *fault) {
	var body shape
	switch cmd {
	case "ping":
		return fieldsOf(must("cmd", textOf(1, 64)), must("headers", reqHead())), nil
	case "aibot_subscribe":
		body = fieldsOf(must("bot_id", textOf(1, 256)), must("secret", textOf(1, 256)))
	case "aibot_respond_msg":
		inner, ok := longKind(msgtype)
		if !ok {
			return shape{}, broken(codeMsgType, "a callback may not be answered by msgtype %q", msgtype)
		}
		body = fieldsOf(must("msgtype", textOf(1, 64)), must(msgtype, inner))
	case "aibot_respond_welcome_msg":
		switch msgtype {
		case "text":
			body = fieldsOf(must("msgtype", textOf(1, 64)), must("text", fieldsOf(must("content", contentOf(maxText)))))
		case "template_card":
			body = fieldsOf(must("msgtype", textOf(1, 64)), must("template_card", shape{kind: aCard}))
		default:
			return shape{}, broken(codeMsgType, "enter_chat may not be answered by msgtype %q", msgtype)
		}
	case "aibot_respond_update_msg":
		body = fieldsOf(must("response_type", oneOf("update_template_card")),
			may("userids", listOf(1, 1000, textOf(1, 64))), must("template_card", shape{kind: aCard}))
	case "aibot_send_msg":
		inner, ok := longKind(msgtype)
		if !ok || msgtype == "stream" {
			return shape{}, broken(codeMsgType, "msgtype %q may not be sent", msgtype)
		}
		// A chat_type of 0, or none, would leave the platform guessing.
		body = fieldsOf(must("chatid", textOf(1, 128)), must("chat_type", numberOf(1, 2)),
			must("msgtype", textOf(1, 64)), must(msgtype, inner))
	case "aibot_upload_media_init":
		body = fieldsOf(must("type", oneOf("file", "image", "voice", "video")),
			must("filename", textOf(1, 256)), must("total_size", numberOf(0, 1<<40)), must("total_chunks", numberOf(1, 100)),
			may("md5", shape{kind: aString, least: 32, most: 32, chars: "0123456789abcdef"}))
	case "aibot_upload_media_chunk":
		body = fieldsOf(must("upload_id", textOf(1, 256)), must("chunk_index", numberOf(0, 99)), must("base64_data", textOf(1, longRead)))
	case "aibot_upload_media_finish":
		body = fieldsOf(must("upload_id", textOf(1, 256)))
	default:
		return shape{}, broken(codeParameter, "there is no command %q for a client", cmd)
	}
	return fieldsOf(must("cmd", textOf(1, 64)), must("headers", reqHead()), must("body", body)), nil
}

func reqHead() shape { return fieldsOf(must("req_id", textOf(1, 256))) }

func longFeedback() shapeField { return may("feedback", fieldsOf(must("id", textOf(1, 256)))) }

// longKind is the shape of a message that answers a message; all but a stream
// can also be sent unasked. Pictures inside a stream, and a stream with a card,
// the documents deny to the long connection.
func longKind(msgtype string) (shape, bool) {
	media := must("media_id", textOf(1, 512))
	switch msgtype {
	case "stream":
		return fieldsOf(must("id", textOf(1, maxID)), must("finish", yesNo()), must("content", contentOf(maxStream)), longFeedback()), true
	case "markdown":
		return fieldsOf(must("content", contentOf(maxStream)), longFeedback()), true
	case "template_card":
		return shape{kind: aCard}, true
	case "file", "image", "voice":
		return fieldsOf(media), true
	case "video":
		return fieldsOf(media, may("title", textOf(1, 128)), may("description", textOf(1, 512))), true
	}
	return shape{}, false
}
