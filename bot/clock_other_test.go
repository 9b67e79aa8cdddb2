//go:build !unix

package bot

import "time"

var begun = time.Now()

// worked is how long this process has been running.
func worked() time.Duration { return time.Since(begun) }
