package wecom

import (
	"context"
	"fmt"
	"regexp"

	"anyuebot/bot"
)

// preparer makes the messages of the 智能机器人 ready for their turn, over
// either connection.
type preparer struct {
	media    *Media
	identify func(ctx context.Context, id string) (userid string, err error)
}

// opaqueID is what an encrypted userid looks like (page 101521). A plain one of
// the kind is not harmed: the platform then knows of no other.
var opaqueID = regexp.MustCompile(`^wo[A-Za-z0-9_-]{20,}$`)

// ready returns what has to be done before the turn of a callback, or nil.
func (p preparer) ready(call callback) readyFunc {
	opaque := p.identify != nil && opaqueID.MatchString(call.message.From)
	if !opaque && len(call.media) == 0 {
		return nil
	}
	return func(ctx context.Context, m *bot.Message) (err error) {
		if opaque {
			userid, err := p.identify(ctx, m.From)
			if err != nil {
				return fmt.Errorf("the member is not known: %w", err)
			}
			if userid != "" && checkID("userid", userid) == nil {
				m.From = userid
			}
		}
		if len(call.media) > 0 {
			m.Files, err = p.media.fetch(ctx, call.media)
		}
		return err
	}
}
