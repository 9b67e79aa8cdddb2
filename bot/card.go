package bot

// Cards is how a channel can show a card.
type Cards string

const (
	CardsNone  Cards = ""
	CardsWith  Cards = "with"  // together with the words of a reply
	CardsApart Cards = "apart" // as a message of its own, through the outbox
)

// Offer is a choice that one press can make, before it is worded. Whatever it
// offers can also be typed: a press is the member saying Choice.Say.
type Offer struct {
	// Open names what stands open, so that a press on an old card is never
	// taken for an answer to another question; see [Session.Open]. OpenAny
	// stands for commands that are right at any time.
	Open    string
	Title   Effect
	Choices []Choice // 1 to [MaxChoices]
}

// Choice is one button.
type Choice struct {
	Label string // what it shows; channels clip it to about ten characters
	Say   string // what a press stands for, at most 1,024 bytes
}

// MaxChoices is the most buttons of a card (page 101032).
const MaxChoices = 6

// OpenAny is the [Offer.Open] of a card whose presses are commands.
const OpenAny = "any"

// Card is an [Offer] in words.
type Card struct {
	// Task names the card on its channel: at most 128 of 0-9A-Za-z_-@, and no
	// two cards the same. It begins with Offer.Open and an "@".
	Task    string   `cbor:"1,keyasint"`
	Title   string   `cbor:"2,keyasint"`
	Buttons []Button `cbor:"3,keyasint,omitempty"` // none: it has been pressed, Title says how
	// Alone, of a card that was pressed, keeps others in a group from seeing it
	// pressed: theirs to press it still is.
	Alone bool `cbor:"4,keyasint,omitempty"`
}

// Button is one press.
type Button struct {
	Label string `cbor:"1,keyasint"`
	Say   string `cbor:"2,keyasint"`
}

// Press is which card was pressed. What its button says is the message's Text.
type Press struct {
	Task string
	// Code updates the card on channels that want it for that (page 94888);
	// it is a secret.
	Code string
}
