package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"anyuebot/bot"
	"anyuebot/store"
)

// forgotten is what a deletion of personal data comes to.
type forgotten struct {
	Records map[string]int // deleted or stripped, by kind
	Files   int
	Words   int // userids, names, numbers and addresses that were looked for afterwards
	Found   int // how many of them stand somewhere still
}

// forget deletes the personal data of a finished campaign for good, and proves it
// by a search of the bytes.
func forget(ctx context.Context, c console, args []string) error {
	fs := flagSet("forget")
	read := configFlags(fs, c)
	campaign := fs.String("campaign", "", "存储里的另一次活动，写它的通知 ID；默认是现在的通知")
	confirm := fs.String("confirm", "", "确认清除，写这次活动的通知 ID")
	rest, err := parse(fs, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return usageError{"多出了“" + rest[0] + "”"}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	notice, err := loadNotice(cfg)
	if err != nil {
		return err
	}
	if *campaign == "" {
		*campaign = notice.ID
	}
	if *confirm != *campaign {
		fmt.Fprintf(c.err, "将清除活动 %s 的个人信息：账号、联络员登记的内容、对话、电话记录、收发的消息和收到的文件，不能恢复。\n"+
			"各单位报的数、各版提交时间和是否按时都保留；日志只保留时间和事项。清除后这次活动不能再填报。\n"+
			"先备份要留存的材料，再加上 --confirm %s\n", *campaign, *campaign)
		return errReported
	}
	var result forgotten
	if err := doJSON(ctx, cfg, "forget", url.Values{"campaign": {*campaign}}, nil, &result); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(result.Records)) {
		fmt.Fprintf(c.out, "  %-10s %d\n", kind, result.Records[kind])
	}
	fmt.Fprintf(c.out, "文件 %d 个已删除。压缩后逐字节搜索原有的账号、姓名、号码等 %d 个，", result.Files, result.Words)
	if result.Found > 0 {
		fmt.Fprintf(c.out, "仍有 %d 个出现\n", result.Found)
		fmt.Fprintln(c.err, "可能是同样的字出现在各单位报的文字或单位名称里，请用 anyuebot export 查看")
		return errReported
	}
	fmt.Fprintf(c.out, "都没有了\n已清除活动 %s 的个人信息\n", *campaign)
	return nil
}

// forgetWork waits for turns under way and keeps others from beginning.
func forgetWork(ctx context.Context, s *service, query url.Values, _ io.Reader, out io.Writer) error {
	s.gate.Lock()
	defer s.gate.Unlock()
	st, notice, err := s.campaign(ctx, query.Get("campaign"))
	if err != nil {
		return err
	}
	if end := lastDeadline(notice); s.now().Before(end) {
		return fmt.Errorf("活动还没有结束（最后的截止时刻是 %s），不能清除", bot.Instant(end.In(s.zone)))
	}
	words, err := personalWords(ctx, st, notice)
	if err != nil {
		return err
	}
	files, err := s.ownFiles(ctx, st, notice.ID)
	if err != nil {
		return err
	}
	var result forgotten
	if result.Records, err = st.Forget(ctx); errors.Is(err, store.ErrForgotten) {
		return fmt.Errorf("活动 %s 的个人信息已经清除过了", notice.ID)
	} else if err != nil {
		return err
	}
	for _, hash := range files {
		if err := s.files.Remove(hash); err != nil {
			return fmt.Errorf("文件删不掉：%s", because(err))
		}
	}
	if err := s.compact(ctx); err != nil {
		return err
	}
	result.Files, result.Words = len(files), len(words)
	if result.Found, err = s.search(words); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(result)
}

// lastDeadline is when the last form of a notice is due.
func lastDeadline(n *bot.Notice) (last time.Time) {
	for _, d := range n.Deadlines {
		if d.At.After(last) {
			last = d.At
		}
	}
	return last
}

// personalWords are what nobody must find any more: userids, and the names and
// private items of the nominations.
func personalWords(ctx context.Context, st *store.Store, n *bot.Notice) ([]string, error) {
	if st.Forgotten() {
		return nil, nil
	}
	view, err := st.View(ctx)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	words := map[string]bool{}
	people, err := view.People()
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		words[p.UserID] = true
	}
	err = view.Export(func(r bot.Report, counted *bot.Submission) error {
		form := n.Form(r.Key.Form)
		if form == nil {
			return nil
		}
		entries := slices.Clone(r.Draft)
		if counted != nil {
			entries = append(entries, counted.Entries...)
		}
		for _, e := range entries {
			f := form.Field(e.Item)
			if f != nil && (f.Private || r.Key.Form == n.Nomination && form.Contact("", []bot.Entry{e}).Name != "") {
				words[e.Value.Text] = true
			}
		}
		return nil
	})
	var list []string
	for word := range words {
		if utf8.RuneCountInString(word) > 1 {
			list = append(list, word)
		}
	}
	return list, err
}

// ownFiles are the received files that only this campaign relies on.
func (s *service) ownFiles(ctx context.Context, st *store.Store, id string) ([]string, error) {
	own, err := namedFiles(ctx, st)
	if err != nil {
		return nil, err
	}
	ids, err := store.Campaigns(ctx, s.engine)
	if err != nil {
		return nil, err
	}
	for _, other := range ids {
		if other == id {
			continue
		}
		st, _, err := s.campaign(ctx, other)
		if err != nil {
			return nil, err
		}
		theirs, err := namedFiles(ctx, st)
		if err != nil {
			return nil, err
		}
		for hash := range theirs {
			delete(own, hash)
		}
	}
	return slices.Collect(maps.Keys(own)), nil
}

func namedFiles(ctx context.Context, st *store.Store) (map[string]bot.File, error) {
	view, err := st.View(ctx)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	return view.NamedFiles()
}

// compact takes the bytes of what was deleted out of the engine's file, if it
// keeps one.
func (s *service) compact(ctx context.Context) error {
	engine, ok := s.engine.(interface{ Compact(context.Context) error })
	if !ok {
		return nil
	}
	return engine.Compact(ctx)
}

// search counts the words that stand somewhere in the store's own file.
func (s *service) search(words []string) (found int, err error) {
	path, ok := strings.CutPrefix(s.config.Store, boltScheme)
	if !ok {
		return 0, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for _, word := range words {
		if bytes.Contains(data, []byte(word)) {
			found++
		}
	}
	return found, nil
}

// rekey seals all personal data with a new key.
func rekey(ctx context.Context, c console, args []string) error {
	fs := flagSet("rekey")
	read := configFlags(fs, c)
	rest, err := parse(fs, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return usageError{"多出了“" + rest[0] + "”"}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	var sealed int
	if err := doJSON(ctx, cfg, "rekey", nil, nil, &sealed); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "已换用新的数据密钥，重新加密 %d 条记录，旧的已不在存储文件里\n", sealed)
	if len(cfg.Key) == 0 {
		fmt.Fprintln(c.out, "没有配置主密钥（ANYUE_KEY），数据密钥和记录放在同一个文件里")
	}
	return nil
}

func rekeyWork(ctx context.Context, s *service, _ url.Values, _ io.Reader, out io.Writer) error {
	s.gate.Lock() // turns and the outbox wait
	defer s.gate.Unlock()
	sealed, err := s.store().Rekey(ctx)
	if errors.Is(err, store.ErrForgotten) {
		return fmt.Errorf("活动 %s 的个人信息已经清除过了，没有可以重新加密的", s.notice.ID)
	} else if err != nil {
		return err
	}
	if err := s.compact(ctx); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(sealed)
}
