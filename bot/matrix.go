package bot

import (
	"strconv"
	"strings"
)

// county is the office's 进度: how many units have sent in what, and in private
// the matrix of all.
func (t *turn) county() {
	t.halts()
	t.tell("county", args{"time": t.instant(t.now)})
	var shown [][]standing
	for _, c := range t.n.columns(t.now) {
		list := t.stands(c)
		if c.form.ID == t.n.YearEnd && !begun(list) {
			continue // its time has not come
		}
		t.countyLine(c, list)
		shown = append(shown, list)
	}
	pending := 0
	for _, u := range t.v.Roster.Units {
		if t.v.Roster.Pending(u) {
			pending++
		}
	}
	if pending > 0 {
		t.tell("county.pending", args{"n": strconv.Itoa(pending)})
	}
	t.remindProgress()
	if !t.m.Private() {
		t.tell("county.private", nil)
		return
	}
	t.matrix(shown)
	t.tell("county.how", nil)
}

func begun(list []standing) bool {
	for _, s := range list {
		if s.status.State != NotStarted {
			return true
		}
	}
	return false
}

// countyLine counts one column. Every unit is in exactly one of the first counts.
func (t *turn) countyLine(c column, list []standing) {
	var answered, filling, none int
	more := map[string]int{}
	for _, s := range list {
		_, paper := s.status.received(c.stamp)
		switch {
		case s.answered():
			answered++
		case !c.stamp && s.status.State != NotStarted:
			filling++
		default:
			none++
		}
		count := func(holds bool, what string) {
			if holds {
				more[what]++
			}
		}
		count(c.stamp && s.verdict() == StampSame, "same")
		count(c.stamp && (s.verdict() == StampOld || s.verdict() == StampChanged), "differs")
		count(c.stamp && s.verdict() == "" && paper, "receipt")
		if c.stamp {
			continue
		}
		count(s.status.Version > 0 && !s.due.IsZero() && !s.late(), "intime")
		count(s.late(), "late")
		count(s.nothing(), "nothing")
		count(s.status.Entered, "entered")
		count(s.status.Version > 0 && s.status.State == Returned, "returned")
		count(s.status.Version > 0 && s.status.Dirty, "dirty")
		count(s.status.Version == 0 && paper, "receipt")
		count(s.overdue(t.now), "overdue")
	}
	a := args{
		"form": c.name(), "period": c.form.Spans(c.period), "expected": strconv.Itoa(len(list)),
		"counted": strconv.Itoa(answered), "filling": strconv.Itoa(filling), "none": strconv.Itoa(none),
	}
	switch {
	case c.stamp:
		t.tell("county.stamp", a)
	case c.form.Monthly():
		t.tell("county.month", a)
	default:
		t.tell("county.form", a)
	}
	var parts []string
	for _, what := range []string{"intime", "late", "nothing", "returned", "entered", "dirty", "receipt", "overdue", "same", "differs"} {
		if more[what] > 0 {
			parts = append(parts, t.phrase("county."+what, args{"n": strconv.Itoa(more[what])}))
		}
	}
	if len(parts) > 0 {
		t.add("county.parts", args{"parts": strings.Join(parts, "，")})
	}
}

// matrix lists every unit on a line of its own, in roster order within its kind:
// it is no ranking.
func (t *turn) matrix(columns [][]standing) {
	if len(columns) == 0 || len(columns[0]) == 0 {
		return
	}
	t.tell("matrix", nil)
	rows := make([]int, len(columns[0]))
	for i := range rows {
		rows[i] = i
	}
	for _, g := range byKind(t.n.Kinds, rows, func(i int) string { return columns[0][i].unit.Kind }) {
		t.tell("matrix.kind", args{"kind": g.kind, "n": strconv.Itoa(len(g.of))})
		for _, i := range g.of {
			var cells []string
			for _, list := range columns {
				cells = append(cells, t.cell(list[i]))
			}
			t.tell("matrix.unit", args{"unit": columns[0][i].unit.Name, "cells": strings.Join(cells, " ")})
		}
	}
}

func (t *turn) cell(s standing) string {
	sign := "sign.none"
	switch {
	case s.nothing():
		sign = "sign.nothing"
	case s.answered():
		sign = "sign.done"
	}
	cell := s.column.name() + t.phrase(sign, nil)
	if tags := t.tags(s); len(tags) > 0 {
		cell += t.phrase("cell.tags", args{"tags": strings.Join(tags, "，")})
	}
	return cell
}
