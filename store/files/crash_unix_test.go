//go:build unix

package files_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"anyuebot/store/files"
)

// childEnv names the directory that a child of this test binary works on.
const childEnv = "ANYUE_FILES_CHILD"

// child starts the given test of this binary in a process of its own.
func child(t *testing.T, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	return cmd
}

// TestFullDisk lets a process run into a limit on the size of its files, which
// it meets as it would a full disk.
func TestFullDisk(t *testing.T) {
	path := os.Getenv(childEnv)
	if path == "" {
		path = t.TempDir()
		if out, err := child(t, path).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if list := tree(t, path); len(list) != 2 {
			t.Errorf("on the disk: %v", list)
		}
		return
	}
	// The signal that comes with the error would end the process.
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	small := before
	small.Cur = 1 << 16
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	d := open(t, path)
	keep(t, d, "small.txt", "活动5场")
	large := strings.Repeat("活动", 1<<16)
	for range 3 {
		f, err := d.Keep(t.Context(), "large.txt", strings.NewReader(large), most)
		if !errors.Is(err, files.ErrUnavailable) || f.Hash != "" {
			t.Fatalf("on a full disk: %+v, %v", f, err)
		}
	}
	if list := tree(t, path); len(list) != 1 {
		t.Errorf("left behind: %v", list)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	keep(t, d, "large.txt", large) // with room again
}

// TestKill kills a process that keeps one file after the other. Whatever it had
// acknowledged is there whole; what it was busy with is there whole or not at
// all, beside its leavings.
func TestKill(t *testing.T) {
	if path := os.Getenv(childEnv); path != "" {
		d := open(t, path)
		for w := range 4 {
			go func() {
				for i := 0; ; i++ {
					content := strings.Repeat(fmt.Sprintln(os.Getpid(), w, i), 1000)
					f, err := d.Keep(t.Context(), "a.txt", strings.NewReader(content), most)
					if err != nil {
						fmt.Println(err)
						os.Exit(1)
					}
					fmt.Printf("ack %s.\n", f.Hash)
				}
			}()
		}
		select {}
	}
	path := t.TempDir()
	cmd := child(t, path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		hash, ok := strings.CutPrefix(lines.Text(), "ack ")
		// The last line may have been cut short by the kill.
		if hash, whole := strings.CutSuffix(hash, "."); ok && whole {
			acknowledged = append(acknowledged, hash)
		}
		if len(acknowledged) == 100 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(acknowledged) < 100 {
		t.Fatalf("the child ended by itself after %d files: %v", len(acknowledged), err)
	}
	d := open(t, path)
	for _, hash := range acknowledged {
		if _, err := d.Stat(hash); err != nil {
			t.Errorf("acknowledged and lost: %v", err)
		}
	}
	if err := d.Each(t.Context(), func(hash string, _ int64) error { return d.Verify(t.Context(), hash) }); err != nil {
		t.Error(err)
	}
}
