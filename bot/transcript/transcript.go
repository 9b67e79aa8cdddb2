// Package transcript plays recorded conversations. One text is the test, the
// documentation and the bug report: a txtar archive with the roster, what each
// member writes and what must be answered, and the figures that must stand in
// the store and in 汇总 at the end.
//
//	-- 名册 --
//	单位,类别,联络员userid
//	山河镇,乡镇,lisi
//	-- 对话 --
//	[lisi 群] 填报
//	  （1/47）理论学习中心组学习了多少次？
//	[lisi 私聊] 3次，参与120人次
//	  ✓ 1 理论学习中心组学习 3 次
//	  ! 待确认
//	-- 附件2 山河镇 --
//	1 3
//	3 是
//	-- 汇总 --
//	1 理论学习中心组学习 3 次
//
// A line in brackets is a message; lines that begin with | go on with it. Two
// blanks begin a line that must stand in the reply, in this order; “! ” one
// that must not.
//
// A third word in the brackets says how a message was sent if not typed:
//
//	[lisi 群 按] 是                 the button “是” of the card last shown to lisi
//	[lisi 群 按旧] 是               that of the card before
//	[lisi 私聊 语音] 三次           a transcript
//	[lisi 群 引用 （3/47）] 是      typed under the last reply with these words
//	[lisi 私聊 图片]                a picture, with or without words
//	[lisi 私聊 图片 乙]             another one: the word stands for its content
//	[lisi 私聊 文件] 附件2.docx     a file of this name
//	[lisi 私聊 文件 乙] 附件2.docx  one with another content; lines that begin with
//	| are the words that stand in it
//	[lisi 私聊 进入]                the chat was opened
//	[lisi 私聊 评价] 2              an answer was rated
//
// A message from 时钟 sets the campaign's clock: [时钟 私聊] 2021-07-02 09:00
//
// The package may import the standard library and txtar; it knows the product
// only through the functions it is handed.
package transcript

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/tools/txtar"
)

// Script is one recorded conversation.
type Script struct {
	Name   string
	About  string // the comment before the first file
	Roster string // CSV
	Turns  []Turn
	Values map[string][]string // by “form unit”: lines “item value”
	Totals []string            // lines that must stand in 汇总
}

// Turn is one message and what its reply must hold.
type Turn struct {
	Line  int // in the 对话 file, from 1
	From  string
	Group bool
	How   string // how it was sent, "" if typed
	Quote string // some words of the reply that is quoted
	Text  string
	Want  []string
	Never []string
}

// Parse reads a script. Errors name the line.
func Parse(name string, data []byte) (*Script, error) {
	ar := txtar.Parse(data)
	s := &Script{Name: name, About: strings.TrimSpace(string(ar.Comment)), Values: map[string][]string{}}
	for _, f := range ar.Files {
		text := string(f.Data)
		switch {
		case f.Name == "名册":
			s.Roster = text
		case f.Name == "对话":
			if err := s.parseTurns(text); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		case f.Name == "汇总":
			s.Totals = lines(text)
		case strings.Contains(f.Name, " "):
			s.Values[f.Name] = lines(text)
		default:
			return nil, fmt.Errorf("%s: no part is called %q", name, f.Name)
		}
	}
	if len(s.Turns) == 0 {
		return nil, fmt.Errorf("%s: no conversation in it", name)
	}
	return s, nil
}

func lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func (s *Script) parseTurns(text string) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		last := len(s.Turns) - 1
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			who, said, ok := strings.Cut(line[1:], "]")
			words := append(strings.SplitN(who, " ", 4), "", "")
			from, chat, how, quote := words[0], words[1], words[2], words[3]
			if !ok || chat != "群" && chat != "私聊" || quote != "" && how != quoting && how != "图片" && how != "文件" {
				return fmt.Errorf("line %d: a message begins with [userid 群] or [userid 私聊]", n)
			}
			s.Turns = append(s.Turns, Turn{Line: n, From: from, Group: chat == "群", How: how, Quote: quote, Text: strings.TrimPrefix(said, " ")})
		case last < 0:
			return fmt.Errorf("line %d: nothing was said yet", n)
		case strings.HasPrefix(line, "|"):
			s.Turns[last].Text += "\n" + strings.TrimPrefix(strings.TrimPrefix(line, "|"), " ")
		case strings.HasPrefix(line, "  ! "):
			s.Turns[last].Never = append(s.Turns[last].Never, line[4:])
		case strings.HasPrefix(line, "  "):
			s.Turns[last].Want = append(s.Turns[last].Want, line[2:])
		default:
			return fmt.Errorf("line %d: neither a message nor a reply", n)
		}
	}
	return nil
}

// quoting is the way of sending that takes the words it quotes.
const quoting = "引用"

// Say delivers a typed message as the platform does and returns the reply.
type Say func(ctx context.Context, from string, group bool, text string) (string, error)

// Play says every message and holds the replies to what they must hold. It
// goes on after a mismatch and reports all of them.
func (s *Script) Play(ctx context.Context, say Say) error {
	return s.Act(ctx, func(ctx context.Context, t Turn) (string, error) {
		if t.How != "" {
			return "", fmt.Errorf("%s: only typed messages can be played here", t.How)
		}
		return say(ctx, t.From, t.Group, t.Text)
	})
}

// Act is Play for scripts whose messages are not all typed. What is to be seen
// beside the words, such as a card, stands in the reply on lines of its own.
func (s *Script) Act(ctx context.Context, act func(context.Context, Turn) (string, error)) error {
	var problems []error
	for _, t := range s.Turns {
		reply, err := act(ctx, t)
		if err != nil {
			return fmt.Errorf("%s: line %d: %w", s.Name, t.Line, err)
		}
		if err := t.check(reply); err != nil {
			problems = append(problems, fmt.Errorf("%s: line %d: [%s] %s\n%w", s.Name, t.Line, t.From, t.Text, err))
		}
	}
	return errors.Join(problems...)
}

func (t Turn) check(reply string) error {
	rest := strings.Split(reply, "\n")
	for _, want := range t.Want {
		found := false
		for i, line := range rest {
			if strings.Contains(line, want) {
				rest, found = rest[i+1:], true
				// Two wants may stand on one line.
				rest = append([]string{after(line, want)}, rest...)
				break
			}
		}
		if !found {
			return fmt.Errorf("  missing: %s\n  reply:\n%s", want, indent(reply))
		}
	}
	for _, never := range t.Never {
		if strings.Contains(reply, never) {
			return fmt.Errorf("  must not say: %s\n  reply:\n%s", never, indent(reply))
		}
	}
	return nil
}

func after(line, want string) string {
	_, rest, _ := strings.Cut(line, want)
	return rest
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ")
}
