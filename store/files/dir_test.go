package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"anyuebot/bot"
	"anyuebot/store/files"
)

const most = 1 << 20

func open(t *testing.T, path string) *files.Dir {
	t.Helper()
	d, err := files.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func keep(t *testing.T, d *files.Dir, name, content string) bot.File {
	t.Helper()
	f, err := d.Keep(t.Context(), name, strings.NewReader(content), most)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func hashOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// tree lists everything below a directory, folders left out.
func tree(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			list = append(list, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestKeep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "files")
	d := open(t, dir)
	const content = "活动5场，参与120人次"
	want := bot.File{Hash: hashOf(content), Name: "说明.txt", Type: "text/plain", Size: int64(len(content))}
	for range 2 { // the second time it is there already
		if f := keep(t, d, "说明.txt", content); f != want {
			t.Errorf("kept %+v, want %+v", f, want)
		}
	}
	if list := tree(t, dir); len(list) != 1 || list[0] != want.Hash[:2]+"/"+want.Hash {
		t.Errorf("on the disk: %v", list)
	}
	for path, mode := range map[string]fs.FileMode{
		"": 0o700, want.Hash[:2]: 0o700, want.Hash[:2] + "/" + want.Hash: 0o600,
	} {
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	r, err := d.Open(want.Hash)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if have, err := io.ReadAll(r); err != nil || string(have) != content {
		t.Errorf("read %q, %v", have, err)
	}
	if size, err := d.Stat(want.Hash); size != want.Size || err != nil {
		t.Errorf("size %d, %v", size, err)
	}
	if err := errors.Join(d.Verify(t.Context(), want.Hash), d.Probe()); err != nil {
		t.Error(err)
	}
	if n := len(tree(t, dir)); n != 1 {
		t.Errorf("%d files after a probe", n)
	}
}

// TestNothingKept: what is wrong with the content is told, and leaves nothing.
func TestNothingKept(t *testing.T) {
	cut := errors.New("the line broke")
	for _, c := range []struct {
		what    string
		from    io.Reader
		problem bot.FileProblem
		err     error
	}{
		{"one byte too many", strings.NewReader(strings.Repeat("a", most+1)), bot.FileTooLarge, nil},
		{"no end", iotest.DataErrReader(forEver{}), bot.FileTooLarge, nil},
		{"nothing", strings.NewReader(""), bot.FileEmpty, nil},
		{"not a photo", strings.NewReader("<html></html>"), bot.FileMislabeled, nil},
		{"broken off", io.MultiReader(strings.NewReader("\xFF\xD8\xFF"), iotest.ErrReader(cut)), "", cut},
		{"cut short", io.MultiReader(strings.NewReader("\xFF\xD8\xFF"), iotest.ErrReader(io.ErrUnexpectedEOF)), "", io.ErrUnexpectedEOF},
	} {
		t.Run(c.what, func(t *testing.T) {
			dir := t.TempDir()
			f, err := open(t, dir).Keep(t.Context(), "现场.jpg", c.from, most)
			if f.Problem != c.problem || !errors.Is(err, c.err) || (err != nil) != (c.err != nil) {
				t.Errorf("%+v, %v", f, err)
			}
			if errors.Is(err, files.ErrUnavailable) {
				t.Error("the disk is blamed for what the sender sent")
			}
			if f.Hash != "" || f.Name != "现场.jpg" {
				t.Errorf("%+v", f)
			}
			if list := tree(t, dir); len(list) > 0 {
				t.Errorf("left behind: %v", list)
			}
		})
	}
	if f, err := open(t, t.TempDir()).Keep(t.Context(), "", strings.NewReader("a"), math.MaxInt64); err != nil || f.Size != 1 {
		t.Errorf("without a bound: %+v, %v", f, err)
	}
	f := keep(t, open(t, t.TempDir()), "", strings.Repeat("a", most))
	if f.Problem != "" || f.Size != most {
		t.Errorf("just small enough: %+v", f)
	}
}

type forEver struct{}

func (forEver) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestCancelled(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if f, err := open(t, dir).Keep(ctx, "a", forEver{}, 1<<40); !errors.Is(err, context.Canceled) || f.Hash != "" {
		t.Errorf("%+v, %v", f, err)
	}
	if list := tree(t, dir); len(list) > 0 {
		t.Errorf("left behind: %v", list)
	}
}

// TestUnwritable: a disk that fails is said to, and can be used again later.
func TestUnwritable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	d := open(t, dir)
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if f, err := d.Keep(t.Context(), "a", strings.NewReader("a"), most); !errors.Is(err, files.ErrUnavailable) || f.Hash != "" {
		t.Errorf("%+v, %v", f, err)
	}
	if err := d.Probe(); !errors.Is(err, files.ErrUnavailable) {
		t.Error(err)
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	keep(t, d, "a", "a")

	// A file where the part should be.
	hash := hashOf("b")
	if err := os.WriteFile(filepath.Join(dir, hash[:2]), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Keep(t.Context(), "b", strings.NewReader("b"), most); !errors.Is(err, files.ErrUnavailable) {
		t.Error(err)
	}
	if list := tree(t, dir); len(list) != 2 {
		t.Errorf("left behind: %v", list)
	}
	if _, err := files.Open(filepath.Join(dir, hash[:2])); err == nil {
		t.Error("a file was opened as a directory")
	}
}

// TestAtOnce has several writers, each with a Dir of its own as replicas have,
// keep the same contents while a reader looks on.
func TestAtOnce(t *testing.T) {
	dir := t.TempDir()
	content := func(i int) string { return strings.Repeat(fmt.Sprintln("内容", i), 2000) }
	const writers, contents = 8, 10
	var wg sync.WaitGroup
	for range writers {
		d := open(t, dir)
		wg.Go(func() {
			for i := range contents {
				f, err := d.Keep(t.Context(), "a.txt", strings.NewReader(content(i)), most)
				if err != nil || f.Hash != hashOf(content(i)) {
					t.Errorf("%+v, %v", f, err)
				}
				if err := d.Verify(t.Context(), f.Hash); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	n := 0
	err := open(t, dir).Each(t.Context(), func(hash string, size int64) error {
		n++
		if size != int64(len(content(0))) {
			t.Errorf("%s has %d bytes", hash, size)
		}
		return nil
	})
	if err != nil || n != contents || len(tree(t, dir)) != contents {
		t.Errorf("%d files, %v, on the disk %v", n, err, tree(t, dir))
	}
}

// TestLeavings: what a process left when it died is removed once it is old;
// what another is still writing, and what is not ours, stays.
func TestLeavings(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[a]*")
	open(t, dir)
	old := time.Now().Add(-48 * time.Hour)
	for name, at := range map[string]time.Time{
		"incoming-1.tmp": old, "incoming-2.tmp": time.Now(), "notes.txt": old,
	} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte("x"), 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir)
	if list := tree(t, dir); len(list) != 2 || list[0] != "incoming-2.tmp" || list[1] != "notes.txt" {
		t.Errorf("left: %v", list)
	}
}

// TestHashIsNoPath: no name leads out of the directory, or to anything in it
// but a file.
func TestHashIsNoPath(t *testing.T) {
	dir := t.TempDir()
	d := open(t, filepath.Join(dir, "files"))
	hash := keep(t, d, "a", "a").Hash
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"", ".", "..", "../secret", "../../secret", strings.Repeat("../", 21) + "s", strings.ToUpper(hash), hash + "0", hash[1:],
		hash[:2] + "/" + hash, "/etc/passwd", strings.Repeat("g", 64), strings.Repeat("\x00", 64), hash[:63] + "/", hash[:62] + "..",
	} {
		_, openErr := d.Open(name)
		_, statErr := d.Stat(name)
		for _, err := range []error{openErr, statErr, d.Verify(t.Context(), name), d.Put(t.Context(), name, strings.NewReader("a"))} {
			if !errors.Is(err, files.ErrHash) {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
	missing := hashOf("missing")
	if _, err := d.Open(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err := d.Verify(t.Context(), missing); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "files", missing[:2], missing), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(missing); !errors.Is(err, files.ErrDamaged) {
		t.Errorf("a folder: %v", err)
	}
}

// TestDamage: a flipped bit is found, and mended when the content comes again.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir)
	hash := keep(t, d, "a.txt", "活动5场").Hash
	path := filepath.Join(dir, hash[:2], hash)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.Verify(t.Context(), hash); !errors.Is(err, files.ErrDamaged) {
			t.Fatalf("byte %d flipped: %v", i, err)
		}
	}
	keep(t, d, "a.txt", "活动5场")
	if err := d.Verify(t.Context(), hash); err != nil {
		t.Error(err)
	}
}

// TestPut takes in what was kept elsewhere, as it is, also what Keep would
// judge differently now.
func TestPut(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir)
	const program = "#!/bin/sh\n"
	if err := d.Put(t.Context(), hashOf("other"), strings.NewReader(program)); !errors.Is(err, files.ErrDamaged) {
		t.Error(err)
	}
	if list := tree(t, dir); len(list) > 0 {
		t.Errorf("left behind: %v", list)
	}
	if err := d.Put(t.Context(), hashOf(program), strings.NewReader(program)); err != nil {
		t.Error(err)
	}
	if err := d.Verify(t.Context(), hashOf(program)); err != nil {
		t.Error(err)
	}
}

func TestEachPassesOver(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir)
	hash := keep(t, d, "a", "a").Hash
	other := hashOf("b")
	for _, path := range []string{"incoming-1.tmp", hash, hash[:2] + "/.DS_Store", hash[:2] + "/" + other, "xy/" + hash} {
		path = filepath.Join(dir, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "incoming-1.tmp"), filepath.Join(dir, hash[:2], hash[:2]+strings.Repeat("0", 62))); err != nil {
		t.Fatal(err)
	}
	var found []string
	if err := d.Each(t.Context(), func(h string, _ int64) error { found = append(found, h); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0] != hash {
		t.Errorf("found %v", found)
	}
	stop := errors.New("stop")
	if err := d.Each(t.Context(), func(string, int64) error { return stop }); err != stop {
		t.Error(err)
	}
}

func TestNames(t *testing.T) {
	d := open(t, t.TempDir())
	for sent, want := range map[string]string{
		"现场 1.jpg":                             "现场 1.jpg",
		"/etc/现场.jpg":                          "现场.jpg",
		`C:\照片\现场.jpg`:                         "现场.jpg",
		"../../现场.jpg":                         "现场.jpg",
		"现场\r\n机器人：已记录\x00.jpg":                "现场机器人：已记录.jpg",
		"现场\u202Egpj.jpg":                      "现场gpj.jpg",
		"\xFF\xFE.jpg":                         "\uFFFD.jpg",
		" 现场.jpg. ":                            "现场.jpg",
		"..":                                   "",
		strings.Repeat("长", 300) + ".jpg":      strings.Repeat("长", 65) + ".jpg",
		"a." + strings.Repeat("b", 300):        "a." + strings.Repeat("b", 198),
		strings.Repeat("a", 300) + "/现场.jpg":   "现场.jpg",
		"现场.jpg" + strings.Repeat("\u200B", 9): "现场.jpg",
	} {
		if f := keep(t, d, sent, "\xFF\xD8\xFF\xE0"); f.Name != want {
			t.Errorf("%q became %q, want %q", sent, f.Name, want)
		}
	}
	// What is left of the name after tidying is what is judged.
	if f := keep(t, d, "现场.jpg\u200B.exe .", "\xFF\xD8\xFF\xE0"); f.Problem != bot.FileMislabeled {
		t.Errorf("%+v", f)
	}
}
