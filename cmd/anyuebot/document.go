package main

import (
	"context"

	"anyuebot/bot"
	"anyuebot/bot/report"
)

// words reads a received document; "" for what is none.
func (s *service) words(_ context.Context, f bot.File) string {
	if f.Type != report.WordType && f.Type != report.ExcelType {
		return ""
	}
	content, err := s.files.Open(f.Hash)
	if err != nil {
		s.log.Error("a received document cannot be opened", "file", f.Hash, "error", err)
		return ""
	}
	defer content.Close()
	words, err := report.Words(content, f.Type)
	if err != nil {
		// What it says may repeat what stands in the document.
		s.log.Warn("a received document was not read", "file", f.Hash, "type", f.Type)
		return ""
	}
	return words
}
