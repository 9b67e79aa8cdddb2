package wecom

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"io"
	"time"

	"anyuebot/bot"
)

const (
	chunkSize = 512 << 10 // bytes of a file in one frame, before base64 (page 101463)
	// longImage is the most bytes of a picture shown as one: copies of page
	// 101463 say 2 and 10 MB. A larger one goes as a file.
	longImage = 2 << 20
	// uploadWait is for the platform to take a chunk, or to put all together.
	uploadWait = 30 * time.Second
	// uploadFor bounds one upload: 40 chunks at most.
	uploadFor = 5 * time.Minute
)

type uploadInit struct {
	Type   string `json:"type"`
	Name   string `json:"filename"`
	Size   int    `json:"total_size"`
	Chunks int    `json:"total_chunks"`
	MD5    string `json:"md5"` // of the whole
}

type uploadChunk struct {
	Upload string `json:"upload_id"`
	Index  int    `json:"chunk_index"` // from 0
	Data   []byte `json:"base64_data"`
}

type uploadFinish struct {
	Upload string `json:"upload_id"`
}

// longKind is how a file is best shown over the long connection.
func longKind(f *bot.File) string {
	if f.Size > longImage {
		return msgFile
	}
	return mediaKind(f)
}

// upload makes a file a medium of the bot, good for 3 days. Nobody sees it
// before it is sent, so one that was broken off is simply begun anew.
func (l *Long) upload(ctx context.Context, f *bot.File, kind string) (string, *Failure) {
	ctx, cancel := context.WithTimeout(ctx, uploadFor)
	defer cancel()
	content, failure := l.content(ctx, f)
	if failure != nil {
		return "", failure
	}
	s := l.current()
	if s == nil {
		return "", away(cmdInit)
	}
	if wait := l.uploading.take(everybody, 1, time.Now()); wait > 0 {
		return "", &Failure{Call: cmdInit, Fate: bot.FateLater, Why: WhyLimit, wait: wait, limited: true}
	}
	sum := md5.Sum(content)
	begun, failure := l.step(ctx, s, cmdInit, uploadInit{
		Type: kind, Name: shownName(f), Size: len(content), Chunks: (len(content) + chunkSize - 1) / chunkSize, MD5: hex.EncodeToString(sum[:]),
	})
	if failure != nil {
		return "", failure
	}
	for i := 0; i*chunkSize < len(content); i++ {
		chunk := content[i*chunkSize : min((i+1)*chunkSize, len(content))]
		if _, failure := l.step(ctx, s, cmdChunk, uploadChunk{Upload: begun.Upload, Index: i, Data: chunk}); failure != nil {
			return "", failure
		}
	}
	done, failure := l.step(ctx, s, cmdFinish, uploadFinish{begun.Upload})
	if failure != nil {
		return "", failure
	}
	if done.Media == "" {
		return "", &Failure{Call: cmdFinish, Fate: bot.FateLater, Why: WhyUnknown}
	}
	return done.Media, nil
}

// stepped is what the platform says of a step.
type stepped struct {
	Upload string `json:"upload_id"`
	Media  string `json:"media_id"`
}

func (l *Long) step(ctx context.Context, s *socket, cmd string, body any) (stepped, *Failure) {
	code, f, err := s.call(ctx, uploadWait, cmd, newReqID(cmd), body)
	if err != nil {
		return stepped{}, &Failure{Call: cmd, Fate: bot.FateLater, Why: WhyNetwork, wait: offlineWait}
	}
	if code != 0 {
		failure := judgeFrame(s, cmd, code)
		failure.quiet = false // what is asked for is fewer files, and no less said
		return stepped{}, failure
	}
	var said stepped
	if err := decode(f.Body, &said, "the body"); err != nil {
		return stepped{}, &Failure{Call: cmd, Fate: bot.FateLater, Why: WhyUnknown}
	}
	return said, nil
}

// content reads a file whole: the platform wants its sum first.
func (l *Long) content(ctx context.Context, f *bot.File) ([]byte, *Failure) {
	if l.cfg.Files == nil || !sendable(f) {
		return nil, turnedDown(cmdInit, WhyFile)
	}
	r, err := l.cfg.Files.Open(ctx, f.Hash)
	if err != nil {
		return nil, unreadable(cmdInit, err)
	}
	defer r.Close()
	content, err := io.ReadAll(&exactly{r: r, left: f.Size})
	if err != nil {
		return nil, unreadable(cmdInit, err)
	}
	return content, nil
}
