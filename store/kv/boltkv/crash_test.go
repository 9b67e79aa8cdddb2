package boltkv_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// childEnv names the store that a child of this test binary works on.
const childEnv = "ANYUE_BOLTKV_CHILD"

// child starts the given test of this binary in a process of its own.
func child(t *testing.T, test, path string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	return cmd
}

// TestKill kills a process in the middle of its commits. It shows the order of
// things, not that the disk has them: a killed process does not lose what the
// operating system holds for it.
func TestKill(t *testing.T) {
	if path := os.Getenv(childEnv); path != "" {
		commitForEver(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "killed.db")
	var acknowledged []string
	for round := range 3 {
		cmd := child(t, "TestKill", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		before := len(acknowledged)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			key, ok := strings.CutPrefix(lines.Text(), "ack ")
			// The last line may have been cut short by the kill.
			if key, whole := strings.CutSuffix(key, "."); ok && whole {
				acknowledged = append(acknowledged, key)
			}
			if len(acknowledged) == before+200 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		if len(acknowledged) < before+200 {
			t.Fatalf("round %d: the child acknowledged %d commits", round, len(acknowledged)-before)
		}
		lost := 0
		s := open(t, path)
		snap, err := s.Snapshot(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range acknowledged {
			if e, err := snap.Get(context.Background(), key); err != nil || string(e.Value) != key {
				lost++
			}
		}
		snap.Close()
		if lost > 0 {
			t.Errorf("round %d: %d of %d acknowledged commits are lost", round, lost, len(acknowledged))
		}
		if err := s.Check(context.Background()); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}

func commitForEver(t *testing.T, path string) {
	s := open(t, path)
	id := os.Getpid()
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d/%d/%d", id, w, i)
				if _, err := s.Commit(context.Background(), put(key, key)); err != nil {
					fmt.Println(err)
					os.Exit(1)
				}
				fmt.Printf("ack %s.\n", key)
			}
		}()
	}
	select {}
}
