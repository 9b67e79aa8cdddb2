package wecom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	dialWait  = 10 * time.Second // for the socket to open
	writeWait = 10 * time.Second // for one frame to leave
	ackWait   = 5 * time.Second  // for the platform to acknowledge one; its own client waits as long
	heartbeat = 30 * time.Second // page 101463
	maxMissed = 2                // heartbeats without an answer, after which the socket counts as dead
)

var (
	// errNotSent is a frame that did not leave whole, and so was not taken.
	errNotSent = errors.New("the frame was not sent")
	// errNoAck is a frame that left and was not acknowledged: nobody knows
	// whether it was taken.
	errNoAck = errors.New("the frame was not acknowledged")

	errDead      = errors.New("heartbeats were not answered")
	errStuck     = errors.New("the socket takes no frames")
	errElsewhere = errors.New("another connection has taken the bot over")
	errHungUp    = errors.New("the socket was closed on this side")
	errUnusable  = errors.New("the platform calls the connection unusable")
)

// socket is one WebSocket connection, from its opening to its end. Frames may
// be sent by anybody at any time; the reading is done by serve alone.
type socket struct {
	conn *websocket.Conn
	// ctx ends with the socket, its cause says why.
	ctx context.Context
	end context.CancelCauseFunc

	mu      sync.Mutex
	waiting map[string]chan frame // acknowledgements awaited, by req_id
}

// openSocket opens a socket that ends with ctx. Its error never holds the
// address, which may be that of a proxy with a password in it.
func openSocket(ctx context.Context, address string, client *http.Client) (*socket, error) {
	opening, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	conn, resp, err := websocket.Dial(opening, address, &websocket.DialOptions{HTTPClient: client})
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
			return nil, &handshakeError{resp.StatusCode}
		}
		return nil, fmt.Errorf("the socket cannot be opened: %w", bare(err))
	}
	conn.SetReadLimit(frameLimit)
	s := &socket{conn: conn, waiting: map[string]chan frame{}}
	s.ctx, s.end = context.WithCancelCause(ctx)
	return s, nil
}

// handshakeError is an answer to the opening of a socket that opens none.
type handshakeError struct{ status int }

func (e *handshakeError) Error() string {
	return fmt.Sprintf("the handshake was answered with status %d", e.status)
}

// serve reads until the socket ends, and hands the platform's commands to take,
// which must not wait for the socket. It says why the socket ended, and in odd
// what could not be read; neither holds anything of what the platform said.
func (s *socket) serve(take func(frame), odd func(error)) error {
	// Another goroutine closes the connection, as the reader may hang in it.
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-s.ctx.Done()
		_ = s.conn.CloseNow() // it may be closed already
	}()
	for {
		kind, data, err := s.conn.Read(s.ctx)
		if err != nil {
			s.end(broken(err))
			break
		}
		f, err := readFrame(data)
		switch {
		case kind != websocket.MessageText:
			odd(errors.New("the frame is not text"))
		case err != nil:
			odd(err)
		case f.Cmd != "":
			take(f)
		default:
			s.acknowledge(f)
		}
	}
	<-closed
	return context.Cause(s.ctx)
}

// hangUp ends the socket as the protocol wants it, if the other side plays
// along within seconds.
func (s *socket) hangUp() {
	_ = s.conn.Close(websocket.StatusNormalClosure, "") // it ends either way
	s.end(errHungUp)
}

// broken says how reading ended, without the reason that the platform gave.
func broken(err error) error {
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return fmt.Errorf("a frame had more than %d bytes", frameLimit)
	}
	if code := websocket.CloseStatus(err); code >= 0 {
		return fmt.Errorf("the platform closed the socket with status %d", int(code))
	}
	return errors.New("the socket broke")
}

// beat sends heartbeats until the socket ends, and ends it when they go
// unanswered. What else arrives does not count: a socket that only brings is
// as dead as one that does neither.
func (s *socket) beat() {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	missed := 0
	for {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			return
		}
		if _, err := s.exchange(s.ctx, heartbeat/2, cmdPing, newReqID(cmdPing), nil); err == nil {
			missed = 0
		} else if missed++; missed == maxMissed {
			s.end(errDead)
		}
	}
}

// call sends a frame, waits for its acknowledgement as exchange does, and
// returns the errcode and the frame. The error is errNotSent or errNoAck.
func (s *socket) call(ctx context.Context, patience time.Duration, cmd, reqID string, body any) (int64, frame, error) {
	f, err := s.exchange(ctx, patience, cmd, reqID, body)
	if err != nil {
		return 0, frame{}, err
	}
	if f.ErrCode == nil {
		return 0, frame{}, errNoAck
	}
	return *f.ErrCode, f, nil
}

// exchange sends a frame and waits for the one that acknowledges it, until the
// patience, ctx or the socket ends.
func (s *socket) exchange(ctx context.Context, patience time.Duration, cmd, reqID string, body any) (frame, error) {
	data, err := writeFrame(cmd, reqID, body)
	if err != nil {
		return frame{}, err // of a body that cannot be JSON; there is none
	}
	if ctx.Err() != nil {
		return frame{}, errNotSent
	}
	ack := make(chan frame, 1)
	s.mu.Lock()
	s.waiting[reqID] = ack
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.waiting[reqID] == ack {
			delete(s.waiting, reqID)
		}
	}()

	// Not within ctx: a write that is cut short takes the whole socket with it.
	writing, cancel := context.WithTimeout(s.ctx, writeWait)
	defer cancel()
	if err := s.conn.Write(writing, websocket.MessageText, data); err != nil {
		s.end(errStuck)
		return frame{}, errNotSent
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case f := <-ack:
		return f, nil
	case <-late.C:
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
	select {
	case f := <-ack: // at the same moment
		return f, nil
	default:
		return frame{}, errNoAck
	}
}

// acknowledge hands an acknowledgement to who waits for it. One that nobody
// waits for is late.
func (s *socket) acknowledge(f frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ack := s.waiting[f.Headers.ReqID]; ack != nil {
		delete(s.waiting, f.Headers.ReqID)
		ack <- f
	}
}
