package prompts

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"anyuebot/bot"
)

// Bounds that no honest notice comes near. The parser's time grows with the
// square of the tokens and its stack with the nesting, so both are counted
// before it runs.
const (
	maxBytes   = 1 << 20
	maxTokens  = 20_000
	maxNesting = 8
)

// value is a node of a YAML file that remembers where it stands. The methods
// that read it report what is wrong with it and return the zero value, so that
// reading goes on and every problem is found. A value that is absent (its
// absence is reported where it is asked for) reads as zero without a word.
type value struct {
	file     string
	line     int
	node     ast.Node
	problems *problems
}

// parse reads one file. The returned value is absent if the file can't be read
// as YAML or holds nothing.
func parse(file string, data []byte, p *problems) value {
	doc := value{file: file, line: 1, problems: p}
	if !readable(doc, data) {
		return doc
	}
	tokens := lexer.Tokenize(string(data))
	if !acceptable(doc, tokens) {
		return doc
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		doc.syntax(err)
		return doc
	}
	if len(tree.Docs) > 0 {
		doc.node = tree.Docs[0].Body
	}
	return doc
}

// readable holds the bytes to what any editor on any system shows alike.
func readable(doc value, data []byte) bool {
	p, file := doc.problems, doc.file
	lineAt := func(i int) int { return 1 + bytes.Count(data[:i], []byte("\n")) }
	switch {
	case len(data) > maxBytes:
		p.add(file, 0, FileTooLarge, "文件超过1 MiB。请检查是否放错了文件。")
	case len(bytes.TrimSpace(data)) == 0:
		p.add(file, 0, FileEmpty, "文件是空的。请补上内容；不打算改它就删去，改用内置的一份。")
	case bytes.HasPrefix(data, []byte("\uFEFF")):
		p.add(file, 1, FileEncoding, "文件开头有BOM标记。请另存为“UTF-8（无BOM）”。")
	case !utf8.Valid(data):
		i := 0
		for i < len(data) {
			r, size := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			i += size
		}
		p.add(file, lineAt(i), FileEncoding, "这一行不是UTF-8文字。请另存为“UTF-8（无BOM）”。")
	default:
		i := bytes.IndexFunc(data, func(r rune) bool {
			return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f
		})
		if i < 0 {
			return true
		}
		p.add(file, lineAt(i), FileEncoding, "这一行有看不见的控制字符。请删去后重新输入这一行。")
	}
	return false
}

// acceptable refuses the parts of YAML that a notice has no use for, above all
// those by which a small file grows without bound.
func acceptable(doc value, tokens token.Tokens) bool {
	if len(tokens) > maxTokens {
		doc.problems.add(doc.file, 0, FileTooLarge, "文件内容过多（超过%d个词）。请检查是否放错了文件。", maxTokens)
		return false
	}
	ok, flow, dashes, dashLine := true, 0, 0, 0
	refuse := func(t *token.Token, what string) {
		doc.at(t.Position.Line).fail(Unsupported, "%s", what)
		ok = false
	}
	for _, t := range tokens {
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			refuse(t, "不支持YAML的引用（& * <<）。请写出全文；文字以这些符号开头的，请加引号。")
		case token.TagType, token.DirectiveType:
			refuse(t, "不支持YAML的标记（! %）。文字以这些符号开头的，请加引号。")
		case token.DocumentHeaderType, token.DocumentEndType:
			refuse(t, "不支持分隔线（--- 或 ...）。一个文件只放一份内容，请删去这一行。")
		case token.MappingKeyType:
			refuse(t, "不支持单独的问号。文字是问号的，请加引号。")
		case token.SequenceStartType, token.MappingStartType:
			if flow++; flow == maxNesting+1 {
				refuse(t, "括号套得太深。请改为一行一项。")
			}
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType:
			if t.Position.Line != dashLine {
				dashes, dashLine = 0, t.Position.Line
			}
			if dashes++; dashes == maxNesting+1 {
				refuse(t, "短横线太多。请改为一行一项。")
			}
		}
	}
	return ok
}

func (v value) syntax(err error) {
	message := err.Error()
	if at := yaml.Error(nil); errors.As(err, &at) {
		message = at.GetMessage()
		if t := at.GetToken(); t != nil && t.Position != nil {
			v = v.at(t.Position.Line)
		}
	}
	v.fail(Syntax, "格式有误（%s）。请检查缩进、冒号后的空格和成对的引号、括号，缩进只用空格。", message)
}

func (v value) at(line int) value {
	v.line = line
	return v
}

func (v value) fail(code Code, format string, args ...any) {
	v.problems.add(v.file, v.line, code, format, args...)
}

func (v value) absent() bool { return v.node == nil }

// child is a node below v; from is the line to name it by.
func (v value) child(node ast.Node, line int) value {
	v.node, v.line = node, line
	return v
}

// empty reports whether nothing was written, and says so.
func (v value) empty() bool {
	if v.absent() {
		return true
	}
	if _, null := v.node.(*ast.NullNode); null {
		v.fail(Empty, "这里没有内容。请填写，或删去这一行。")
		return true
	}
	return false
}

// text reads one line of text that is not empty.
func (v value) text() string {
	s := v.prose()
	if strings.ContainsAny(s, "\n\r") {
		v.fail(WrongValue, "这里只能写一行。请删去换行。")
		return ""
	}
	return s
}

// prose reads text of one or more lines that is not empty.
func (v value) prose() string {
	if v.empty() {
		return ""
	}
	var s string
	switch node := v.node.(type) {
	case *ast.StringNode:
		s = node.Value
	case *ast.LiteralNode:
		s = node.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		v.fail(WrongType, "这里应是文字，%s会读成数。请加引号，写作 \"%[1]s\"。", node.GetToken().Value)
		return ""
	default:
		v.fail(WrongType, "这里应是一句文字，不是列表或分组。")
		return ""
	}
	s = strings.TrimRight(s, "\n")
	if strings.TrimSpace(s) == "" {
		v.fail(Empty, "这里没有内容。请填写，或删去这一行。")
		return ""
	}
	if s != strings.TrimSpace(s) {
		v.fail(WrongValue, "文字首尾有多余的空格。请删去。")
	}
	return s
}

// number reads a whole number from 0. It is not ok if there is none.
func (v value) number() (n int, ok bool) {
	if v.empty() {
		return 0, false
	}
	if node, isInt := v.node.(*ast.IntegerNode); isInt {
		if n, ok := node.Value.(uint64); ok && n <= bot.MaxCount {
			return int(n), true
		}
	}
	v.fail(WrongType, "这里应是0或正整数，不加引号。")
	return 0, false
}

// yes reads true or false.
func (v value) yes() bool {
	if v.empty() {
		return false
	}
	if node, ok := v.node.(*ast.BoolNode); ok {
		return node.Value
	}
	v.fail(WrongType, "这里应是 true 或 false，不加引号。")
	return false
}

// list reads a list that is not empty.
func (v value) list() []value {
	if v.empty() {
		return nil
	}
	seq, ok := v.node.(*ast.SequenceNode)
	if !ok {
		v.fail(WrongType, "这里应是列表：一行一项，以“- ”开头，或写在方括号里。")
		return nil
	}
	if len(seq.Values) == 0 {
		v.fail(Empty, "列表是空的。请填写，或删去这一行。")
	}
	var items []value
	for _, node := range seq.Values {
		items = append(items, v.child(node, node.GetToken().Position.Line))
	}
	return items
}

// texts reads a list of strings, none of them twice.
func (v value) texts() []string {
	var texts []string
	for _, item := range v.list() {
		s := item.text()
		switch {
		case s == "":
		case slices.Contains(texts, s):
			item.fail(Duplicate, "“%s”在这个列表里写了两次。请删去一个。", s)
		default:
			texts = append(texts, s)
		}
	}
	return texts
}

// entry is a key with its value.
type entry struct {
	key string
	value
}

// entries reads a mapping in its order, each key once.
func (v value) entries() []entry {
	if v.empty() {
		return nil
	}
	m, ok := v.node.(ast.MapNode)
	if !ok {
		v.fail(WrongType, "这里应是“名字: 内容”的形式。")
		return nil
	}
	lines := make(map[string]int)
	var entries []entry
	for it := m.MapRange(); it.Next(); {
		key := it.Key().GetToken()
		line := key.Position.Line
		if first, twice := lines[key.Value]; twice {
			v.at(line).fail(KeyDuplicate, "“%s”在第%d行已经写过。请删去一处。", key.Value, first)
			continue
		}
		lines[key.Value] = line
		entries = append(entries, entry{key.Value, v.child(it.Value(), line)})
	}
	return entries
}

// object is a mapping whose keys are known beforehand.
type object struct {
	value
	byKey map[string]value
}

// object reads a mapping that must have the needed keys and may have the others.
func (v value) object(needed, others []string) object {
	o := object{v, make(map[string]value)}
	known := slices.Concat(needed, others)
	for _, e := range v.entries() {
		if !slices.Contains(known, e.key) {
			e.fail(KeyUnknown, "不认识“%s”。这里可以写：%s。", e.key, strings.Join(known, "、"))
			continue
		}
		o.byKey[e.key] = e.value
	}
	if _, ok := v.node.(ast.MapNode); !ok {
		return o
	}
	// A mapping's own token is its first colon, whose line is that of its first key.
	o.line = v.node.GetToken().Position.Line
	for _, key := range needed {
		if !o.has(key) {
			o.fail(KeyMissing, "缺少“%s”。请补上。", key)
		}
	}
	return o
}

func (o object) has(key string) bool {
	_, ok := o.byKey[key]
	return ok
}

// get returns what stands under the key, absent if nothing does.
func (o object) get(key string) value {
	if v, ok := o.byKey[key]; ok {
		return v
	}
	v := o.value
	v.node = nil
	return v
}
