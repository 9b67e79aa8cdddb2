package main

import (
	"slices"
	"strings"
)

// knownKeys are the names that the configuration file may hold.
func knownKeys() []string {
	var keys []string
	for _, s := range settings() {
		keys = append(keys, s.key())
		if s.secret {
			keys = append(keys, s.key()+"_file")
		}
	}
	slices.Sort(keys)
	return keys
}

// meant goes on after a name that the file may not hold: with the one that was
// probably meant, or with all there are.
func meant(key string) string {
	name := strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(key, "-", "_")), "anyue_")
	keys := knownKeys()
	for _, k := range keys {
		if name == k || almost(name, k) {
			return "，是不是 " + k + "？"
		}
	}
	for _, s := range settings() {
		if name == s.key()+"_file" {
			return "：只有密码性质的才能从文件读，这一项请直接写 " + s.key()
		}
	}
	return "。可用的有：" + strings.Join(keys, "、")
}

// slip is an environment variable that begins like ours and is none.
type slip struct {
	name  string
	meant string // the name that was probably meant; "" if that is anybody's guess
}

func (s slip) String() string {
	if s.meant == "" {
		return "环境变量 " + s.name + " 不是配置项，没有使用。名称见 README 的“配置”"
	}
	return "环境变量 " + s.name + " 不是配置项，是不是 " + s.meant + "？"
}

// slips are the environment variables that somebody set for us in vain.
func slips(c console) []slip {
	known := map[string]bool{configEnv: true}
	for _, key := range knownKeys() {
		known["ANYUE_"+strings.ToUpper(key)] = true
	}
	var odd []slip
	for _, pair := range c.environ() {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "ANYUE_") || known[name] || value == "" {
			continue
		}
		s := slip{name: name}
		for k := range known {
			if almost(name, k) && (s.meant == "" || k < s.meant) {
				s.meant = k
			}
		}
		odd = append(odd, s)
	}
	slices.SortFunc(odd, func(a, b slip) int { return strings.Compare(a.name, b.name) })
	return odd
}

// almost reports whether one letter more, less or other makes a into b, or two
// neighbours changed places.
func almost(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		return i < len(a) && (a[i+1:] == b[i+1:] || swapped)
	case 1:
		return a[i:] == b[i+1:]
	}
	return false
}
