package bot

// Media is what sort of message came in.
type Media string

const (
	MediaText  Media = "text"
	MediaVoice Media = "voice" // Text is the platform's transcript
	MediaImage Media = "image"
	MediaFile  Media = "file"
	MediaVideo Media = "video"
	MediaEnter Media = "enter" // the member opened the private chat
	MediaOther Media = "other"
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
	Images  int    // pictures sent along with the words
	Limit   int    // the most bytes one reply may have on this channel
}

// Private reports whether nobody but the member reads along.
func (m Message) Private() bool { return m.Group == "" }

// Reply is what a message got. It is stored with the turn, so that a resend
// gets the same words under the same id.
type Reply struct {
	ID   string `cbor:"1,keyasint"` // names the answer on the channel (the stream id)
	Text string `cbor:"2,keyasint"`
}
