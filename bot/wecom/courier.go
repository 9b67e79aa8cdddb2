package wecom

import (
	"cmp"
	"context"
	"slices"
	"time"

	"anyuebot/bot"
)

// A carrier is a road of single messages, set up for one parcel.
type carrier struct {
	via    string
	meter  meter
	key    string // whom the meter counts
	shuts  string // whom it lets nothing through to when the platform asks for quiet
	file   string // names the parcel's file on this road
	cards  bool   // whether it takes cards with buttons
	joined bool   // whether the card has room for the words, so that one message is enough
	upload func(context.Context) (mediaID string, failure *Failure)
	send   func(ctx context.Context, one part, mediaID string) (msgID string, failure *Failure)
}

// A courier sends parcels message by message, by whatever road a carrier is, and
// remembers how far each of them got. The zero value is ready.
type courier struct {
	uploads uploads
	made    progress
}

// carry sends what is left of a parcel, one message after the other.
func (o *courier) carry(ctx context.Context, parcel bot.Parcel, left []part, c carrier) bot.Attempt {
	if !c.cards && parcel.Text != "" {
		// Whatever a card offers can be typed, and the words say so.
		left = slices.DeleteFunc(slices.Clone(left), func(one part) bool { return one == partCard })
	}
	withCard := part(0)
	if c.joined && slices.Contains(left, partText) && slices.Contains(left, partCard) {
		withCard = partText
		left = slices.DeleteFunc(slices.Clone(left), func(one part) bool { return one == withCard })
	}
	if wait := c.meter.take(c.key, len(left), time.Now()); wait > 0 {
		return bot.Attempt{Fate: bot.FateLater, Why: WhyLimit, Via: c.via, Wait: wait, Limited: true}
	}
	unsent := len(left)
	told := parcel.Text != "" && withCard == 0 && !slices.Contains(left, partText)
	fail := func(f *Failure) bot.Attempt {
		c.meter.giveBack(c.key, unsent)
		if f.quiet {
			c.meter.close(c.shuts, time.Now().Add(f.wait))
		}
		return f.attempt(c.via)
	}

	// The file goes up before the words that announce it: it is what fails.
	mediaID := ""
	if slices.Contains(left, partFile) {
		var failure *Failure
		if mediaID, failure = o.uploads.id(ctx, c.file, c.upload); failure != nil {
			return fail(failure)
		}
	}
	accepted := bot.Attempt{Fate: bot.FateAccepted, Via: c.via}
	for _, one := range left {
		id, failure := c.send(ctx, one, mediaID)
		if failure != nil && failure.Code == codeMediaID && one == partFile {
			// Forgotten before its time. Once more, with a new one.
			o.uploads.drop(c.file)
			if mediaID, failure = o.uploads.id(ctx, c.file, c.upload); failure == nil {
				id, failure = c.send(ctx, one, mediaID)
			}
		}
		if failure == nil || failure.reached() {
			unsent--
		}
		switch {
		case failure == nil:
			told = told || one == partText
			if one == partCard {
				one |= withCard
			}
			accepted.MsgID = cmp.Or(accepted.MsgID, id)
			accepted = o.made.mark(parcel.ID, one, accepted)
		case one == partCard && told && failure.Fate == bot.FateRefused:
			// The words have arrived, and say all that the card does.
		default:
			attempt := fail(failure)
			attempt.Told = told && one == partCard && parcel.File == nil
			return attempt
		}
	}
	return o.made.mark(parcel.ID, partCard, accepted) // sent, or not needed
}
