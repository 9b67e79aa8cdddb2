package bot

import (
	"regexp"
	"slices"
	"strings"
)

// What people say to a message that asks nothing of them at once, as a reminder.

// agreesLightly reports whether somebody only takes note, as people answer a
// reminder: 好的. 确认 and 对 mean that something is to be so.
func agreesLightly(text string) bool {
	return slices.Contains([]string{"好的", "好", "可以", "嗯", "嗯嗯", "行", "没问题", "ok"}, strings.ToLower(bare(text)))
}

// willDoIt is what is said behind 好的 when nothing more is meant: 马上填, 明天报.
var willDoIt = regexp.MustCompile(`^(我|我们)?(这就|马上|尽快|抓紧|立即|立刻|稍后|一会儿?|等会儿?|待会儿?|今天|明天|今晚|上午|下午|晚上)(去|就|来)?(填|报|交|办|弄|发|落实|安排|处理|填报|报送|提交)?(上|好|了|的)?$`)

func willDo(text string) bool { return willDoIt.MatchString(bare(text)) }
