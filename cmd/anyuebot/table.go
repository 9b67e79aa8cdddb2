package main

import (
	"strings"

	"golang.org/x/text/width"
)

// wide is how many columns of a terminal a text takes: a Chinese character has two.
func wide(text string) int {
	n := 0
	for _, r := range text {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n++
		}
		n++
	}
	return n
}

// columns are the widths of a table's columns.
func columns(rows [][]string) []int {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], wide(cell))
		}
	}
	return widths
}

// line is a row of a table, its columns two blanks apart.
func line(row []string, widths []int) string {
	var b strings.Builder
	for i, cell := range row {
		b.WriteString(cell)
		b.WriteString(strings.Repeat(" ", widths[i]-wide(cell)+2))
	}
	return strings.TrimRight(b.String(), " ")
}

// wrapped joins words by a mark into lines of at most so many columns, where there
// is a word to break before.
func wrapped(words []string, mark string, most int) []string {
	var lines []string
	for i, word := range words {
		if i < len(words)-1 {
			word += mark
		}
		if last := len(lines) - 1; last >= 0 && wide(lines[last]+word) <= most {
			lines[last] += word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
