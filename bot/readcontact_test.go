package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// contactForm is the nomination as the notice prints it, without its words for
// people.
func contactForm() (*Notice, *Form) {
	form := Form{ID: "附件1", Title: "联络员推荐表", Together: []Together{{Items: []int{1, 2, 3}}, {Items: []int{4, 6, 11}}, {Items: []int{5, 7, 8, 9}}}}
	for i, f := range []Field{
		{Label: "姓名", Kind: KindName, Words: []string{"联络员"}},
		{Label: "性别", Kind: KindChoice, Choices: []string{"男", "女"}},
		{Label: "职务", Kind: KindPost},
		{Label: "办公电话", Kind: KindPhone, Optional: true, Words: []string{"电话"}},
		{Label: "手机", Kind: KindMobile, Private: true, Words: []string{"手机号", "电话"}},
		{Label: "传真", Kind: KindPhone, Optional: true},
		{Label: "QQ号", Kind: KindDigits, Digits: [2]int{5, 11}, Optional: true, Private: true, Words: []string{"QQ"}},
		{Label: "微信号", Kind: KindWeChat, Optional: true, Private: true, Words: []string{"微信"}},
		{Label: "电子邮箱", Kind: KindEmail, Optional: true, Private: true, Words: []string{"邮箱"}},
		{Label: "单位名称", Kind: KindUnit},
		{Label: "通信地址", Kind: KindAddress, Words: []string{"地址"}},
		{Label: "备注", Kind: KindText, Hint: "活动期间联络员不能更换。"},
	} {
		f.Item, f.Short = i+1, f.Label
		if f.Label != "备注" {
			f.Ask = f.Label
		}
		form.Fields = append(form.Fields, f)
	}
	n := &Notice{Nomination: form.ID, Forms: []Form{form}, Verbs: map[Verb][]string{VerbZeros: {"其余无"}, VerbChange: {"改"}}}
	return n, &n.Forms[0]
}

// TestReadContacts: what is read, what is put to the person first (?), what is
// asked about (!) and what is placed nowhere (~).
func TestReadContacts(t *testing.T) {
	n, form := contactForm()
	who, where, how := []int{1, 2, 3}, []int{4, 6, 11}, []int{5, 7, 8, 9}
	for _, c := range []struct {
		asked []int
		text  string
		want  string
	}{
		{who, "李四 男 副镇长", "1=李四 2=男 3=副镇长"},
		{who, "李四、男、副镇长", "1=李四 2=男 3=副镇长"},
		{who, "李四（男）副镇长", "1=李四 2=男 3=副镇长"},
		{who, "副镇长 李四 男", "1=李四 2=男 3=副镇长"},
		{who, "李四 男 张三", "1=李四 2=男 3!"},
		{who, "李四 副镇长", "1=李四 3=副镇长"},
		{who, "李四", "1=李四"},
		{who, "我叫李四", "1=李四"},
		{who, "李四同志", "1=李四"},
		{who, "女", "2=女"},
		{who, "副镇长", "3=副镇长"},
		{who, "李书记", "1!"},
		{who, "稍等", "~稍等"},
		{who, "我正在开会", "~我正在开会"},
		{who, "马·小明 男 科员", "1=马·小明 2=男 3=科员"},
		{who, "李四 男 副镇长 13800000000 lisi@example.com", "1=李四 2=男 3=副镇长 5=13800000000 9=lisi@example.com"},
		{who, "李四 男 副镇长 6120000", "1=李四 2=男 3=副镇长 ~6120000"},
		{who, "姓名李四性别男", "1!"},
		{[]int{3}, "党委委员、副镇长", "3=党委委员、副镇长"},
		{[]int{3}, "张三", "3!"},
		{where, "0934-6120000 无 山河镇东街1号", "4=0934-6120000 6=无 11=山河镇东街1号"},
		{where, "0934 6120000 转 801，没有传真，地址山河镇东街1号", "4=0934-6120000转801 6=无 11=山河镇东街1号"},
		{where, "6120000 6120001 山河镇东街1号", "? 4=6120000 6=6120001 11=山河镇东街1号"},
		{where, "6120000", "4=6120000"},
		{where, "无", "? 4=无 6=无"},
		{where, "都没有", "4=无 6=无"},
		{where, "13800000000", "5!13800000000"},
		{where, "13800000000 山河镇东街1号", "? 5=13800000000 11=山河镇东街1号"},
		{where, "612000", "4!"},
		{[]int{11}, "传真同办公电话", "11!"},
		{[]int{11}, "我们传真和电话是一个号", "11!"},
		{nil, "职务改为党委书记", "3=党委书记"},
		{nil, "手机改为13800000000", "5=13800000000"},
		{[]int{11}, "正宁县 山河镇 东街 1 号", "11=正宁县 山河镇 东街 1 号"},
		{how, "13800000000 123456 lisi_2021 lisi@example.com", "5=13800000000 7=123456 8=lisi_2021 9=lisi@example.com"},
		{how, "13800000000 无 同手机 无", "5=13800000000 7=无 8=同手机号 9=无"},
		{how, "lisi@example.com 13800000000", "5=13800000000 9=lisi@example.com"},
		{how, "13800000000 13900000000", "5!"},
		{how, "12345678901", "5!"},
		{how, "138000000001", "5!"},
		{how, "13800000000 其余无", "5=13800000000 其余无"},
		{nil, "手机13800000000", "5=13800000000"},
		{nil, "电话13800000000", "5=13800000000"},
		{nil, "电话：6120000", "4=6120000"},
		{nil, "办公电话 13800000000", "5!13800000000"},
		{nil, "手机 6120000", "5!"},
		{nil, "传真：\n手机：13800000000", "5=13800000000"},
		{nil, "姓名\n李四\n性别\n男", "1=李四 2=男"},
		{nil, "姓名\t性别\t职务\n李四\t男\t副镇长", "1=李四 2=男 3=副镇长"},
		{nil, "1. 姓名：李四\n2. 性别：男", "1=李四 2=男"},
		{nil, "姓名：李四 男 副镇长", "1=李四 2=男 3=副镇长"},
		{nil, "备注：活动期间联络员不能更换。", ""},
		{nil, "微信和手机号一样", "8=同手机号"},
		{nil, "QQ号：无，微信号：无", "7=无 8=无"},
		{nil, "姓名：李四，姓名：张三", "1!"},
	} {
		open := c.asked
		if open == nil {
			open = []int{}
		}
		got := ReadContacts(n, form, open, nil, c.text)
		if s := showContacts(got); s != c.want {
			t.Errorf("%v %q: %q, want %q", c.asked, c.text, s, c.want)
		}
	}
}

func showContacts(c Contacts) string {
	var parts []string
	if !c.Sure {
		parts = append(parts, "?")
	}
	for _, a := range c.Answers {
		if a.Outcome == Taken {
			parts = append(parts, fmt.Sprintf("%d=%s", a.Item, a.Value))
			continue
		}
		offer := ""
		if a.Why == WhyMobile {
			offer = a.Propose[0].Text
		}
		parts = append(parts, fmt.Sprintf("%d!%s", a.Item, offer))
	}
	if c.None {
		parts = append(parts, "其余无")
	}
	for _, rest := range c.Rest {
		parts = append(parts, "~"+rest)
	}
	return strings.Join(parts, " ")
}

// FuzzReadContacts: nothing is made up. Each digit of a value stands in the text,
// no item is answered twice, and none that is printed.
func FuzzReadContacts(f *testing.F) {
	n, form := contactForm()
	for _, text := range []string{
		"李四 男 副镇长", "姓名：李四\n手机：13800000000", "姓名\t性别\n李四\t男", "0934 6120000 转 801 无 山河镇东街1号", "没有传真，QQ", "1. 姓名", "微信同", "电话:", "（男）", "\t\n、",
	} {
		f.Add(text, uint16(0b111))
	}
	f.Fuzz(func(t *testing.T, text string, bits uint16) {
		var asked []int
		for item := 1; item <= 11; item++ {
			if bits&(1<<(item-1)) != 0 {
				asked = append(asked, item)
			}
		}
		c := ReadContacts(n, form, asked, nil, text)
		plain := digitsOf(contactText(text))
		var items []int
		for _, a := range c.Answers {
			if slices.Contains(items, a.Item) || form.Field(a.Item) == nil || form.Field(a.Item).Ask == "" {
				t.Fatalf("%q: %v", text, c)
			}
			items = append(items, a.Item)
			for _, v := range append(a.Propose, a.Value) {
				for _, run := range strings.FieldsFunc(v.Text, func(r rune) bool { return !isArabic(r) }) {
					if !strings.Contains(plain, run) {
						t.Fatalf("%q: %q is not in it", text, v.Text)
					}
				}
			}
		}
	})
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if isArabic(r) {
			return r
		}
		return -1
	}, text)
}
