package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestTry(t *testing.T) {
	path := os.Getenv("TRY")
	if path == "" {
		t.Skip()
	}
	w := newWorld(t, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n周家镇,乡镇,zhou\n县妇联,部门,fulian\n三嘉乡,乡镇,\n榆林子镇,乡镇,\n")
	f, _ := os.Open(path)
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		who, text, _ := strings.Cut(sc.Text(), ": ")
		text = strings.ReplaceAll(text, "\\n", "\n")
		if strings.HasPrefix(text, "@file ") {
			b, _ := os.ReadFile(text[6:])
			text = string(b)
		}
		r, err := w.say(t.Context(), who, true, text)
		fmt.Printf(">>> %s: %s\n%s\n", who, text, r)
		if err != nil {
			fmt.Println("ERR", err)
		}
	}
}
