package wecom

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
)

// appPayload is a passive reply of the application before it is sealed (page
// 90241): words, or what a pressed card turns into.
type appPayload struct {
	XMLName xml.Name      `xml:"xml"`
	To      cdata         `xml:"ToUserName"`
	From    cdata         `xml:"FromUserName"`
	Created int64         `xml:"CreateTime"`
	MsgType cdata         `xml:"MsgType"`
	Content *cdata        `xml:"Content,omitempty"`
	Card    *templateCard `xml:"TemplateCard,omitempty"`
}

type cdata struct {
	Text string `xml:",cdata"`
}

// appEnvelope is a sealed reply (page 90238).
type appEnvelope struct {
	XMLName   xml.Name `xml:"xml"`
	Encrypt   cdata    `xml:"Encrypt"`
	Signature cdata    `xml:"MsgSignature"`
	Timestamp int64    `xml:"TimeStamp"`
	Nonce     cdata    `xml:"Nonce"`
}

func appText(content string) appPayload {
	return appPayload{MsgType: cdata{"text"}, Content: &cdata{printable(content)}}
}

// appUpdate puts a card in the place of the pressed one, for whoever pressed.
func appUpdate(c *bot.Card, task string) appPayload {
	card := appCard(c)
	card.Task = task
	return appPayload{MsgType: cdata{"update_template_card"}, Card: card}
}

// appEnvelop seals a reply of the company to a member.
func (c *codec) appEnvelop(p appPayload, corp, member, nonce string, now time.Time) ([]byte, error) {
	at := now.Unix()
	p.To, p.From, p.Created = cdata{printable(member)}, cdata{corp}, at
	plain, err := xml.Marshal(p)
	if err != nil {
		return nil, err
	}
	sealed, err := c.seal(plain, corp)
	if err != nil {
		return nil, err
	}
	return xml.Marshal(appEnvelope{
		Encrypt:   cdata{sealed},
		Signature: cdata{c.sign(strconv.FormatInt(at, 10), nonce, sealed)},
		Timestamp: at,
		Nonce:     cdata{printable(nonce)},
	})
}

// printable leaves out what XML cannot hold in any form.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
