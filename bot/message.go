package bot

// Media is what sort of message came in.
type Media string

const (
	MediaText   Media = "text"
	MediaVoice  Media = "voice" // Text is the platform's transcript
	MediaImage  Media = "image"
	MediaFile   Media = "file"
	MediaVideo  Media = "video"
	MediaEnter  Media = "enter"  // the member opened the private chat
	MediaPress  Media = "press"  // a button of a card was pressed; Text is what it stands for
	MediaRating Media = "rating" // the member rated an answer
	MediaOther  Media = "other"
)

// Message is one inbound message, whatever channel it came by.
type Message struct {
	Channel string // "aibot", "app"; with Bot and ID it makes the message unique
	Bot     string // the channel's own id of the bot
	ID      string // the channel's message id; resends carry the same
	From    string // the member as the channel names them
	Group   string // chat id of a group, "" in a private chat
	Media   Media
	Text    string // the words, any mention of the bot removed
	Quote   string // the words of the quoted message, if any
	Files   []File // pictures, files and films, kept before the turn begins
	Limit   int    // the most bytes one reply may have on this channel
	Cards   Cards  // whether and how this channel can show a card

	Press  Press  // MediaPress
	Rating Rating // MediaRating
	// ReplyURL takes one more answer to this message within an hour (page
	// 101138); "" where there is none. It is a secret.
	ReplyURL string
}

// Private reports whether nobody but the member reads along.
func (m Message) Private() bool { return m.Group == "" }

// Rating is how a member rated an answer (page 101027).
type Rating struct {
	Reply   string // Reply.ID of the answer
	Score   int    // 1 good, 2 bad, 3 rating withdrawn
	Words   string
	Reasons []int // 1 beside the point, 2 incomplete, 3 wrong, 4 wrong figures
}

// Reply is what a message got. It is stored with the turn, so that a resend
// gets the same words under the same id.
type Reply struct {
	ID   string `cbor:"1,keyasint"` // names the answer on the channel (the stream id)
	Text string `cbor:"2,keyasint"`
	// Card stands under the words, or after a press, in place of the card that
	// was pressed.
	Card *Card `cbor:"3,keyasint,omitempty"`
}
