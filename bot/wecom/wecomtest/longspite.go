package wecomtest

import "time"

// Spite is what the platform does to frames of the client on a bad day. It
// strikes the first frames that it fits, in the order they come; one frame is
// struck by one spite.
type Spite struct {
	Cmd   string // of the frames; "" for any
	Skip  int    // so many that fit pass first
	Times int    // how many are struck; 0 for one

	Code      int           // refuses with this errcode, and does nothing
	Late      time.Duration // acknowledges so much later
	Silent    bool          // does not acknowledge what it does
	Twice     bool          // acknowledges two times
	CutBefore bool          // breaks the connection, and does nothing
	CutAfter  bool          // breaks the connection after it was done, without acknowledging
}

// Spite plans bad days. They are gone through in order.
func (l *Long) Spite(s ...Spite) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range s {
		if one.Times <= 0 {
			one.Times = 1
		}
		l.spite = append(l.spite, &one)
	}
}

// strikes finds the spite that strikes a frame; a zero one leaves it be. Under
// l.mu.
func (l *Long) strikes(cmd string) Spite {
	for _, s := range l.spite {
		if s.Cmd != "" && s.Cmd != cmd || s.Times == 0 {
			continue
		}
		if s.Skip > 0 {
			s.Skip--
			continue
		}
		s.Times--
		return *s
	}
	return Spite{}
}

// Down refuses the next so many handshakes with status 503.
func (l *Long) Down(times int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = times
}

// Backwards holds the next so many frames to the client back, and sends them
// together, last first.
func (l *Long) Backwards(frames int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.backwards = frames
}

// Cut breaks the subscribed connection behind what is already on its way.
func (l *Long) Cut() error {
	return l.toLive(func(n *longLine) { l.cut(n) })
}

// Kick has somebody else subscribe to the bot: the client's connection is told
// and ended. Whoever subscribes next has the bot again.
func (l *Long) Kick() error {
	return l.toLive(func(n *longLine) { l.supplant(n) })
}

// Mute leaves the subscribed connection half open: it takes everything and
// gives nothing back, neither acknowledgement nor callback nor pong. The
// platform itself still holds it for subscribed, so what members say is lost.
func (l *Long) Mute() error {
	return l.toLive(func(n *longLine) {
		n.mute, n.queue = true, nil
		n.beat.Stop() // a client would hear of its connection being dropped
	})
}

// Raw sends the subscribed connection a frame as it is.
func (l *Long) Raw(binary bool, data []byte) error {
	return l.toLive(func(n *longLine) { l.post(n, longOut{data: data, binary: binary}) })
}

func (l *Long) toLive(do func(*longLine)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.live == nil {
		return ErrOffline
	}
	do(l.live)
	return nil
}
