package bot

import "time"

// Recipient is somebody a broadcast may be meant for, as they stand at the
// moment of writing to them: a person with the units they speak for, or a
// paired group.
type Recipient struct {
	Person Person
	Status []Status // of Person's units with the broadcast's form
	Chat   *Chat    // set for a group; Person is then empty
	// Missing is how many units have not submitted the form, for a group.
	Missing, Expected int
}

// Compose decides whether a broadcast is still meant for somebody, and what it
// then says to them. It is asked when the broadcast is expanded and once more
// right before each attempt, so that nobody is chased for what they have just
// sent in.
func Compose(n *Notice, b Broadcast, to Recipient, now time.Time) (Send, bool) {
	return Send{}, false
}
