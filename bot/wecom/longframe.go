package wecom

import (
	"crypto/rand"
	"encoding/json"
	"errors"
)

// The commands of the long connection (page 101463).
const (
	cmdSubscribe = "aibot_subscribe"
	cmdPing      = "ping"
	cmdMessage   = "aibot_msg_callback"
	cmdEvent     = "aibot_event_callback"
	cmdRespond   = "aibot_respond_msg"
	cmdWelcome   = "aibot_respond_welcome_msg"
	cmdUpdate    = "aibot_respond_update_msg"
	cmdSend      = "aibot_send_msg"
	cmdInit      = "aibot_upload_media_init"
	cmdChunk     = "aibot_upload_media_chunk"
	cmdFinish    = "aibot_upload_media_finish"
)

// frameLimit is the most bytes of a frame from the platform, the same as of a
// callback's body.
const frameLimit = maxBody

// frame is what goes over the long connection, either way. One without Cmd
// acknowledges the frame that had its request id; ErrCode is nil where the
// platform said nothing of it. The platform's errmsg is not read: it may repeat
// what was sent.
type frame struct {
	Cmd     string          `json:"cmd,omitempty"`
	Headers frameHeaders    `json:"headers"`
	Body    json.RawMessage `json:"body,omitempty"`
	ErrCode *int64          `json:"errcode,omitempty"`
}

type frameHeaders struct {
	ReqID string `json:"req_id"`
}

// readFrame reads a frame from the platform. Its errors hold none of it.
func readFrame(data []byte) (frame, error) {
	var f frame
	if err := decode(data, &f, "the frame"); err != nil {
		return frame{}, err
	}
	switch id := f.Headers.ReqID; {
	case f.Cmd == "" && id == "":
		return frame{}, errors.New("the frame has neither cmd nor req_id")
	case len(id) > idLimit:
		return frame{}, errors.New("the frame's req_id is too long")
	}
	return f, nil
}

// writeFrame makes a frame for the platform.
func writeFrame(cmd, reqID string, body any) ([]byte, error) {
	f := frame{Cmd: cmd, Headers: frameHeaders{ReqID: reqID}}
	if body != nil {
		raw, err := marshal(body)
		if err != nil {
			return nil, err
		}
		f.Body = raw
	}
	return marshal(f)
}

// newReqID names a request of ours. The platform wants no two alike.
func newReqID(cmd string) string { return cmd + "_" + rand.Text() }
