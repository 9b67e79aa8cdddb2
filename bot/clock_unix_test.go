//go:build unix

package bot

import (
	"syscall"
	"time"
)

// worked is how long this process has been computing. Unlike the time of day it
// does not run on while the machine is busy with others.
func worked() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano())
}
