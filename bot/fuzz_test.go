package bot_test

import (
	"testing"
	"unicode/utf8"

	"anyuebot/bot"
)

// FuzzTurn throws two messages at a liaison's and the office's conversation,
// whatever they hold. No turn panics, every one but a rating is answered in
// words that can be sent, and cards keep to their measures.
func FuzzTurn(f *testing.F) {
	n := loadNotice(f)
	media := []bot.Media{bot.MediaText, bot.MediaVoice, bot.MediaImage, bot.MediaFile, bot.MediaVideo, bot.MediaEnter, bot.MediaPress, bot.MediaRating, bot.MediaOther}
	for _, seed := range [][4]string{
		{"通知 @所有人 开会", "确认", "", "any@1"}, {"退回 山河镇 28、29-31 原因", "对", "（28/47）", "0000000000000000@2"},
		{"配对 693a91f6-7ab4-4bc4-97a0-0ec2sifa5aaa", "配对 987654", "✓ 3 专题片 是", "@"}, {"催报 山河镇", "不对", "【山河镇】（1/47）", "@@@"},
		{"填报", "3 120", "（47/47）", ""}, {"通知\n：\n", "其余无", "✓ 1 x\n✓ 2 y", "any"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], byte(0), byte(6), true)
	}
	f.Fuzz(func(t *testing.T, first, second, quote, task string, media1, media2 byte, private bool) {
		w := newWorld(t, n, fourUnits)
		group := "g"
		if private {
			group = ""
		}
		for _, from := range []string{"lisi", "office", "zhao"} {
			w.say(from, "填报")
			for i, m := range []bot.Message{
				{Media: media[int(media1)%len(media)], Text: first},
				{Media: media[int(media2)%len(media)], Text: second, Quote: quote, Press: bot.Press{Task: task}, Rating: bot.Rating{Score: 1, Words: first}},
			} {
				m.Group = group
				if m.Media == bot.MediaImage {
					m.Files = []bot.File{{Hash: "x", Name: quote, Type: task, Size: int64(len(first))}}
				}
				reply := w.turn(from, m)
				if reply == "" && m.Media != bot.MediaRating {
					t.Fatalf("message %d of %s got no answer", i, from)
				}
				if !utf8.ValidString(reply) {
					t.Fatalf("%q", reply)
				}
			}
		}
	})
}
