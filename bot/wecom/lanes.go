package wecom

// lanes are queues of work, one for each key, that are worked through one after
// the other. A key means that somebody is at it.
type lanes[K comparable, V any] map[K][]V

// last puts work behind the rest of its lane, first before it. They report
// whether somebody has to be set to work on the lane.
func (q lanes[K, V]) last(key K, work V) (begin bool) {
	lane, working := q[key]
	q[key] = append(lane, work)
	return !working
}

func (q lanes[K, V]) first(key K, work V) (begin bool) {
	lane, working := q[key]
	q[key] = append([]V{work}, lane...)
	return !working
}

// next takes the first work of a lane; there is no lane any more if there is
// none.
func (q lanes[K, V]) next(key K) (work V, ok bool) {
	lane := q[key]
	if len(lane) == 0 {
		delete(q, key)
		return work, false
	}
	q[key] = lane[1:]
	return lane[0], true
}
