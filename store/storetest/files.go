package storetest

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/store"
	"anyuebot/store/files"
	"anyuebot/store/kv"
)

func directory(t *testing.T) *files.Dir {
	t.Helper()
	d, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// photo is a small picture that is not like any other.
func photo(n int) string {
	return fmt.Sprintf("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00 现场 %d %s", n, strings.Repeat("\x00\x01", 1000))
}

func keep(t *testing.T, d *files.Dir, name, content string) bot.File {
	t.Helper()
	f, err := d.Keep(context.Background(), name, strings.NewReader(content), 1<<20)
	if err != nil || f.Problem != "" {
		t.Fatalf("%+v, %v", f, err)
	}
	return f
}

// send is a turn whose message brought files, from somebody who speaks for
// units.
func send(t *testing.T, s *store.Store, claim, userID string, at time.Time, units []string, list ...bot.File) []bot.Received {
	t.Helper()
	turn := begin(t, s, claim, userID)
	defer turn.Close()
	p, err := turn.Person()
	if err != nil {
		t.Fatal(err)
	}
	var received []bot.Received
	for _, f := range list {
		received = append(received, bot.Received{File: f, By: p.ID, At: at, Units: units, Group: "wrGroup"})
	}
	if err := turn.Commit(bot.Changes{Files: received}, at, bot.Reply{ID: claim}); err != nil {
		t.Fatal(err)
	}
	return received
}

func testFiles(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	seed(t, s)
	d := directory(t)
	first, second, form := keep(t, d, "现场.jpg", photo(1)), keep(t, d, "", photo(2)), keep(t, d, "说明.txt", "活动5场")
	again := first
	again.Name = "另一个名字.jpg"
	a := send(t, s, "c1", "lisi", noon(), []string{"山河镇", "a/b%镇"}, first, second, first)
	b := send(t, s, "c2", "wangwu", noon().Add(time.Nanosecond), []string{"县教育局"}, again)
	c := send(t, s, "c3", "stranger", noon().Add(time.Hour), nil, form)

	v := view(t, s)
	var all []bot.Received
	if err := v.Files(func(r bot.Received) error { all = append(all, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Concat(a, b, c), all); diff != "" {
		t.Errorf("all files:\n%s", diff)
	}
	for unit, want := range map[string][]bot.Received{"山河镇": a, "a/b%镇": a, "县教育局": b, "湫头镇": nil, "a": nil, "": nil} {
		have, err := v.FilesOf(unit)
		if diff := cmp.Diff(want, have); diff != "" || err != nil {
			t.Errorf("files of %q: %v\n%s", unit, err, diff)
		}
	}
	for hash, want := range map[string][]bot.Received{
		first.Hash: {a[0], a[2], b[0]}, second.Hash: {a[1]}, form.Hash: c, strings.Repeat("0", 64): nil, "": nil,
	} {
		have, err := v.FilesByHash(hash)
		if diff := cmp.Diff(want, have); diff != "" || err != nil {
			t.Errorf("files with hash %q: %v\n%s", hash, err, diff)
		}
	}
	named, err := v.NamedFiles()
	want := map[string]bot.File{first.Hash: first, second.Hash: second, form.Hash: form}
	if diff := cmp.Diff(want, named); diff != "" || err != nil {
		t.Errorf("named files: %v\n%s", err, diff)
	}
	v.Close()
	stop := errors.New("stop")
	if err := view(t, s).Files(func(bot.Received) error { return stop }); err != stop {
		t.Errorf("stopped with %v", err)
	}

	audit, err := s.Verify(context.Background(), d)
	if err != nil || len(audit.Faults) > 0 || audit.Records["file"] != 3 || audit.Files != (store.FileCount{Count: 3, Bytes: first.Size + second.Size + form.Size}) {
		t.Errorf("%+v, %v", audit, err)
	}
	people, err := s.People(context.Background())
	if err != nil || !slices.ContainsFunc(people, func(p bot.Person) bool { return p.UserID == "stranger" }) {
		t.Errorf("whose file it is: %v, %v", people, err)
	}

	text := bot.Received{Text: "开展夜查3次", Kind: "好的做法", Item: 12, By: a[0].By, At: noon(), Units: []string{"县教育局"}}
	words := begin(t, s, "c6", "lisi")
	if err := words.Commit(bot.Changes{Files: []bot.Received{text}}, noon().Add(2*time.Hour), bot.Reply{}); err != nil {
		t.Error(err)
	}
	have, err := view(t, s).FilesOf("县教育局")
	if diff := cmp.Diff(append(b, text), have); diff != "" || err != nil {
		t.Errorf("with a text: %v\n%s", err, diff)
	}
	if audit, err := s.Verify(context.Background(), d); err != nil || len(audit.Faults) > 0 {
		t.Errorf("with a text: %+v, %v", audit.Faults, err)
	}

	// The pointers of a turn that another was faster than are not there either.
	turn := begin(t, s, "c4", "lisi")
	defer turn.Close()
	if err := answer(s, "c4", "lisi", "山河镇"); err != nil {
		t.Fatal(err)
	}
	before := len(dump(t, engine))
	if err := turn.Commit(bot.Changes{Files: a}, noon(), bot.Reply{}); !errors.Is(err, kv.ErrConflict) {
		t.Error(err)
	}
	for what, f := range map[string]bot.File{
		"no hash":        {Name: "a.jpg", Size: 1},
		"a path":         {Hash: "../" + first.Hash[3:], Size: 1},
		"capitals":       {Hash: strings.ToUpper(first.Hash), Size: 1},
		"was not kept":   {Hash: first.Hash, Size: 1, Problem: bot.FileTooLarge},
		"too long":       {Hash: first.Hash + "0", Size: 1},
		"no hexadecimal": {Hash: strings.Repeat("g", 64), Size: 1},
	} {
		turn := begin(t, s, "c5", "lisi")
		if err := turn.Commit(bot.Changes{Files: []bot.Received{{File: f}}}, noon(), bot.Reply{}); !errors.Is(err, store.ErrMisuse) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(dump(t, engine)); n != before {
		t.Errorf("refused turns wrote %d records", n-before)
	}
}

// withFiles is filled with some files beside, and one that nothing names.
func withFiles(t *testing.T, open Open) (kv.Store, *store.Store, *files.Dir, []bot.File) {
	engine, s := filled(t, open)
	d := directory(t)
	list := []bot.File{
		keep(t, d, "现场.jpg", photo(1)), keep(t, d, "说明.txt", strings.Repeat("活动5场\n", 5000)), keep(t, d, "", photo(3)),
	}
	send(t, s, "f1", "lisi", noon(), []string{"山河镇"}, list[0], list[1])
	send(t, s, "f2", "wangwu", noon(), nil, list[2])
	keep(t, d, "没有回答的消息.jpg", photo(4))
	return engine, s, d, list
}

// testFilesSent: what is to be sent, or was, belongs to the campaign as much as
// what came.
func testFilesSent(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	d := directory(t)
	f := keep(t, d, "汇总.txt", "made by us")
	delivery := bot.Delivery{
		ID: "f1", Kind: "file", Person: s.PersonID("lisi"), File: &f, Queued: noon(), State: bot.DeliveryPending, Due: noon(), Until: noon(),
	}
	if err := s.Queue(context.Background(), []bot.Delivery{delivery}, []bot.Person{{ID: s.PersonID("lisi"), UserID: "lisi"}}); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		named, err := view(t, s).NamedFiles()
		if diff := cmp.Diff(map[string]bot.File{f.Hash: f}, named); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", when, err, diff)
		}
	}
	check("to be sent")
	sent := delivery
	sent.State, sent.At = bot.DeliveryAccepted, noon()
	if err := s.SaveDelivery(context.Background(), delivery, sent); err != nil {
		t.Fatal(err)
	}
	check("sent")
}

func testFilesBackup(t *testing.T, open Open) {
	engine, s, d, list := withFiles(t, open)
	ctx := context.Background()
	here, err := s.Verify(ctx, d)
	if err != nil || len(here.Faults) > 0 || here.Loose != (store.FileCount{Count: 1, Bytes: list[0].Size}) {
		t.Errorf("%+v, %v", here, err)
	}
	var b bytes.Buffer
	m, err := s.Backup(ctx, &b, d)
	if err != nil {
		t.Fatal(err)
	}
	if m.Format != 2 || m.Files != here.Files || len(m.Missing)+len(m.Damaged) > 0 {
		t.Errorf("manifest %+v", m)
	}
	r, n := read(t, b.Bytes())
	file, err := store.VerifyBackup(ctx, r, n, store.Options{})
	here.Loose = store.FileCount{} // stays behind
	if diff := cmp.Diff(here, file); diff != "" || err != nil {
		t.Errorf("store and backup verify differently: %v\n%s", err, diff)
	}
	z, err := zip.NewReader(r, n)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		part, err := z.Open("files/" + f.Hash)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(part)
		if err != nil || int64(len(content)) != f.Size {
			t.Errorf("%s: %d bytes, %v", f.Name, len(content), err)
		}
	}
	if b.Len() > 40_000 {
		t.Errorf("words are not packed: %d bytes", b.Len())
	}

	second, copied := open(t), directory(t)
	restored, err := store.Restore(ctx, r, n, second, copied)
	if diff := cmp.Diff(m, restored); diff != "" || err != nil {
		t.Fatalf("restored %v\n%s", err, diff)
	}
	if diff := cmp.Diff(dump(t, engine), dump(t, second)); diff != "" {
		t.Errorf("restored with differences:\n%s", diff)
	}
	there, err := campaign(t, second).Verify(ctx, copied)
	there.Revision = here.Revision
	if diff := cmp.Diff(here, there); diff != "" || err != nil {
		t.Errorf("restored %v\n%s", err, diff)
	}

	// Without a place for the files nothing is restored at all.
	empty := open(t)
	if _, err := store.Restore(ctx, r, n, empty, nil); !errors.Is(err, store.ErrMisuse) {
		t.Error(err)
	}
	if left := dump(t, empty); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// testFilesFullDisk lets the directory of files fail at each file in turn: the
// engine stays empty, so that the restore can be done again.
func testFilesFullDisk(t *testing.T, open Open) {
	_, s, d, list := withFiles(t, open)
	var b bytes.Buffer
	if _, err := s.Backup(context.Background(), &b, d); err != nil {
		t.Fatal(err)
	}
	r, n := read(t, b.Bytes())
	engine, to := open(t), directory(t)
	for room := range len(list) {
		if _, err := store.Restore(context.Background(), r, n, engine, &fullFiles{Files: to, room: room}); !errors.Is(err, files.ErrUnavailable) {
			t.Errorf("room for %d files: %v", room, err)
		}
		if left := dump(t, engine); len(left) > 0 {
			t.Fatalf("room for %d files left %v", room, left)
		}
	}
	if _, err := store.Restore(context.Background(), r, n, engine, to); err != nil {
		t.Fatal(err)
	}
	if a, err := campaign(t, engine).Verify(context.Background(), to); err != nil || len(a.Faults) > 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

// fullFiles has room for so many files.
type fullFiles struct {
	store.Files
	room int
}

func (f *fullFiles) Put(ctx context.Context, hash string, r io.Reader) error {
	if f.room == 0 {
		return files.ErrUnavailable
	}
	f.room--
	return f.Files.Put(ctx, hash, r)
}

// brokenFiles cannot be read beyond their beginning.
type brokenFiles struct{ store.Files }

var errDisk = errors.New("input/output error")

func (b brokenFiles) Open(hash string) (io.ReadSeekCloser, error) {
	f, err := b.Files.Open(hash)
	return brokenFile{f}, err
}

type brokenFile struct{ io.ReadSeekCloser }

func (b brokenFile) Read(p []byte) (int, error) {
	n, err := b.ReadSeekCloser.Read(p[:min(len(p), 10)])
	return n, errors.Join(err, errDisk)
}

// testFileFaults does what disks and people do to files behind the store's
// back. The backup is made all the same, and says what is wrong with it.
func testFileFaults(t *testing.T, open Open) {
	for _, c := range []struct {
		name     string
		harm     func(path string) error
		files    func(store.Files) store.Files
		says     string
		in       bool // the backup has what is left of it
		restores int  // files after a restore
	}{
		{name: "missing", harm: os.Remove, says: "is missing", restores: 2},
		{name: "flipped", harm: func(path string) error {
			data, err := os.ReadFile(path)
			data[len(data)/2] ^= 1
			return errors.Join(err, os.WriteFile(path, data, 0o600))
		}, says: "damaged", in: true, restores: 2},
		{name: "cut", harm: func(path string) error { return os.Truncate(path, 100) }, says: "damaged", in: true, restores: 2},
		{name: "emptied", harm: func(path string) error { return os.Truncate(path, 0) }, says: "damaged", restores: 2},
		{name: "a folder in its place", harm: func(path string) error {
			return errors.Join(os.Remove(path), os.Mkdir(path, 0o700))
		}, says: "damaged", restores: 2},
		{name: "unreadable", harm: func(string) error { return nil }, files: func(f store.Files) store.Files { return brokenFiles{f} },
			says: errDisk.Error(), in: true},
		{name: "no files at all", harm: func(string) error { return nil }, files: func(store.Files) store.Files { return nil }, says: "is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := context.Background()
			_, s, d, list := withFiles(t, open)
			var from store.Files = d
			if c.files != nil {
				from = c.files(d)
			}
			hash := list[0].Hash
			if err := c.harm(filepath.Join(d.Path(), hash[:2], hash)); err != nil {
				t.Fatal(err)
			}
			a, err := s.Verify(ctx, from)
			if err != nil {
				t.Fatal(err)
			}
			fault(t, a, "/file/", hash, c.says, "山河镇")
			var b bytes.Buffer
			m, err := s.Backup(ctx, &b, from)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(m.Damaged, hash) != c.in || slices.Contains(m.Missing, hash) == c.in {
				t.Errorf("manifest %+v", m)
			}
			r, n := read(t, b.Bytes())
			if a, err = store.VerifyBackup(ctx, r, n, store.Options{}); err != nil {
				t.Fatal(err)
			}
			fault(t, a, "/file/", hash, "", "山河镇")

			engine, to := open(t), directory(t)
			if _, err := store.Restore(ctx, r, n, engine, to); err != nil {
				t.Fatal(err)
			}
			if a, err = campaign(t, engine).Verify(ctx, to); err != nil || a.Files.Count != c.restores {
				t.Errorf("%d files, %v", a.Files.Count, err)
			}
			fault(t, a, "/file/", hash, "is missing", "山河镇")
			if _, err := to.Open(hash); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a damaged file was restored: %v", err)
			}
		})
	}
}

// fault looks for one whose key and words have all of these in them.
func fault(t *testing.T, a store.Audit, key string, words ...string) {
	t.Helper()
	for _, f := range a.Faults {
		found := strings.Contains(f.Key, key)
		for _, word := range words {
			found = found && strings.Contains(f.What, word)
		}
		if found {
			return
		}
	}
	t.Errorf("no fault at %s with %q among %v", key, words, a.Faults)
}

// testFilePointers takes records of files and pointers away.
func testFilePointers(t *testing.T, open Open) {
	for _, c := range []struct{ name, kind, faulty string }{
		{"record", "/file/", "/filehash/"},
		{"pointer from the content", "/filehash/", "/file/"},
		{"pointer from the unit", "/fileunit/", "/file/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine, s, d, _ := withFiles(t, open)
			var remove []string
			for key := range dump(t, engine) {
				if strings.Contains(key, c.kind) {
					remove = append(remove, key)
				}
			}
			if _, err := engine.Commit(context.Background(), kv.Tx{Delete: remove}); err != nil || len(remove) == 0 {
				t.Fatalf("%v: %v", remove, err)
			}
			a, err := s.Verify(context.Background(), d)
			if err != nil {
				t.Fatal(err)
			}
			fault(t, a, c.faulty, "point")
			_, err = view(t, s).FilesOf("山河镇")
			if (err != nil) != (c.kind == "/file/") {
				t.Errorf("files of a unit: %v", err)
			}
		})
	}
}
