package wecom

import (
	"testing"

	"anyuebot/bot"
)

// A picture is shown as one where the road takes it, and goes as a file
// elsewhere.
func TestHowFilesAreShown(t *testing.T) {
	for _, c := range []struct {
		kind      string
		size      int64
		app, long string
	}{
		{"image/jpeg", 2 << 20, msgImage, msgImage},
		{"image/png", 2<<20 + 1, msgImage, msgFile},
		{"image/jpeg", 5 << 20, msgImage, msgFile},
		{"image/jpeg", 5<<20 + 1, msgFile, msgFile},
		{"image/gif", 2000, msgFile, msgFile},
		{"application/pdf", 2000, msgFile, msgFile},
		{"", 2000, msgFile, msgFile},
	} {
		f := &bot.File{Hash: "h", Type: c.kind, Size: c.size}
		if app, long := mediaKind(f), longKind(f); app != c.app || long != c.long {
			t.Errorf("%s of %d bytes: %s by the application, %s over the long connection", c.kind, c.size, app, long)
		}
	}
	for size, want := range map[int64]bool{0: false, 5: false, 6: true, 20 << 20: true, 20<<20 + 1: false} {
		if got := sendable(&bot.File{Hash: "h", Size: size}); got != want {
			t.Errorf("%d bytes can be sent: %v", size, got)
		}
	}
}
