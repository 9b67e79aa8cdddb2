package main

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rule forbids a package some imports, and says why.
type rule struct {
	in     string   // package, below the module
	never  []string // import paths; a trailing slash forbids the subtree
	why    string
	onlyIn []string // if set, the only non-standard imports allowed
}

var rules = []rule{
	{in: "bot", onlyIn: []string{}, why: "the conversation is pure: it has nothing to import but the standard library"},
	{in: "bot", never: []string{"net", "net/", "os", "os/", "io/ioutil", "database/", "text/template", "html/template", "math/rand", "math/rand/v2", "crypto/rand", "syscall", "log", "log/"},
		why: "the conversation has no clock, network, disk, template or chance in it"},
	{in: "bot/app", onlyIn: []string{"anyuebot/bot", "anyuebot/bot/remind", "anyuebot/bot/report", "github.com/robfig/cron/v3", "golang.org/x/time/rate"}, why: "app declares its ports; the command joins them"},
	{in: "bot/remind", onlyIn: []string{"anyuebot/bot"}, why: "when who is due follows from values: clock and store are not its own"},
	{in: "bot/report", onlyIn: []string{"anyuebot/bot", "github.com/xuri/excelize/v2", "golang.org/x/text/"}, why: "sums and files are made from values, not from a store; excelize is the format that offices keep their lists in"},
	{in: "bot/transcript", onlyIn: []string{"golang.org/x/tools/txtar"}, why: "a transcript knows the product only by what it is handed"},
	{in: "bot/wecom", onlyIn: []string{"anyuebot/bot", "github.com/coder/websocket", "github.com/silenceper/wechat/v2/util", "github.com/silenceper/wechat/v2/credential", "github.com/silenceper/wechat/v2/work/context", "github.com/silenceper/wechat/v2/work/material", "github.com/silenceper/wechat/v2/work/message", "github.com/silenceper/wechat/v2/work/robot", "golang.org/x/sync/errgroup", "golang.org/x/sync/singleflight", "golang.org/x/text/encoding/simplifiedchinese"},
		why: "only this package speaks the platform's formats, and it speaks nothing else"},
	{in: "bot/wecom", never: []string{"testing", "net/http/httptest"}, why: "what belongs to tests is in tests"},
	{in: "bot/wecom", never: []string{"github.com/silenceper/wechat/v2", "github.com/silenceper/wechat/v2/work"}, why: "the platform library's root package changes a global logger when imported, and its package work imports that of every interface"},
	{in: "bot/wecom/wecomtest", onlyIn: []string{"github.com/coder/websocket", "github.com/silenceper/wechat/v2/util"}, never: []string{"testing", "net/http/httptest", "anyuebot/bot/wecom"}, why: "the double must not share the mistakes of what it tests, and runs in the demo"},
	{in: "bot/web", onlyIn: []string{"anyuebot/bot", "github.com/yuin/goldmark", "github.com/yuin/goldmark/"}, why: "pages show a conversation and take no part in it"},
	{in: "prompts", onlyIn: []string{"anyuebot/bot", "github.com/goccy/go-yaml", "github.com/goccy/go-yaml/", "github.com/6tail/lunar-go/HolidayUtil"}, why: "the notice is data for bot, whatever carries it; the days of the State Council come from a library and go in as plain dates"},
	{in: "store", onlyIn: []string{"anyuebot/bot", "anyuebot/store/kv", "github.com/fxamacker/cbor/v2", "github.com/mozillazg/go-pinyin"}, never: []string{"net/http"}, why: "repositories know the nouns and the engine's contract, no engine and no channel; a unit's names are spelled in pinyin wherever it comes from, and that is where it is stored"},
	{in: "store/files", onlyIn: []string{"anyuebot/bot"}, why: "content is kept under its hash, whatever names it"},
	{in: "store/kv", onlyIn: []string{}, why: "the engine's contract knows nothing of what is kept"},
	{in: "store/kv/memkv", onlyIn: []string{"anyuebot/store/kv"}, why: "an engine knows its contract alone"},
	{in: "store/kv/boltkv", onlyIn: []string{"anyuebot/store/kv", "go.etcd.io/bbolt", "go.etcd.io/bbolt/"}, why: "an engine knows its contract and its library alone"},
}

// TestImports holds the packages to the arrows they promise in their comments.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "anyuebot/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		imports[p.ImportPath] = p.Imports
	}
	matches := func(path, pattern string) bool {
		return path == pattern || strings.HasSuffix(pattern, "/") && strings.HasPrefix(path, pattern)
	}
	for _, r := range rules {
		list, ok := imports["anyuebot/"+r.in]
		if !ok {
			t.Errorf("no package %s: is its rule still needed?", r.in)
		}
		for _, path := range list {
			for _, n := range r.never {
				if matches(path, n) {
					t.Errorf("%s imports %s: %s", r.in, path, r.why)
				}
			}
			standard := !strings.Contains(strings.Split(path, "/")[0], ".") && !strings.HasPrefix(path, "anyuebot/")
			if r.onlyIn == nil || standard {
				continue
			}
			if !slices.ContainsFunc(r.onlyIn, func(ok string) bool { return matches(path, ok) }) {
				t.Errorf("%s imports %s: %s", r.in, path, r.why)
			}
		}
	}
	for path := range imports {
		ruled := path == "anyuebot/cmd/anyuebot" || strings.HasSuffix(path, "test")
		for _, r := range rules {
			ruled = ruled || path == "anyuebot/"+r.in
		}
		if !ruled {
			t.Errorf("%s has no rule: say what it may import", path)
		}
	}
}
