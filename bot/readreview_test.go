package bot

import (
	"fmt"
	"testing"
	"time"
)

// TestOrderOf: which units, form and month a command of the office means, and
// what is left for the reason.
func TestOrderOf(t *testing.T) {
	n := &Notice{
		Main: "附件2", Cases: "案例",
		Forms: []Form{
			{ID: "附件1", Title: "联络员推荐表", Period: "2021"},
			{ID: "附件2", Title: "统计表", Period: "2021"},
			{ID: "案例", Title: "典型案例", From: "2021-06", To: "2021-12"},
		},
		Verbs: map[Verb][]string{VerbCase: {"案例", "报案例"}},
	}
	now := time.Date(2021, 7, 3, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		verb       Verb
		rest, want string
	}{
		{VerbApprove, "山河镇", `["山河镇"] 附件2 2021 ""`},
		{VerbApprove, "山河镇、三嘉乡 县妇联", `["山河镇" "三嘉乡" "县妇联"] 附件2 2021 ""`},
		{VerbApprove, "山河镇 附件1", `["山河镇"] 附件1 2021 ""`},
		{VerbApprove, "全部", `[] 附件2 2021 ""`},
		{VerbApprove, "全部 附件一", `[] 附件1 2021 ""`},
		{VerbApprove, "附件1", `[] 附件1 2021 ""`},
		{VerbApprove, "", `[] 附件2 2021 ""`},
		{VerbReturn, "山河镇 28、29 人次偏大", `["山河镇"] 附件2 2021 "28、29 人次偏大"`},
		{VerbReturn, "山河镇 附件1 4 与附件2 不符", `["山河镇"] 附件1 2021 "4 与附件2 不符"`},
		{VerbReturn, "山河镇 28 与 附件1 不符", `["山河镇"] 附件2 2021 "28 与 附件1 不符"`},
		{VerbReturn, "山河镇 案例 6月 2 链接打不开", `["山河镇"] 案例 2021-06 "2 链接打不开"`},
		{VerbReturn, "山河镇 案例 2 链接打不开", `["山河镇"] 案例 2021-07 "2 链接打不开"`},
		{VerbReturn, "", `[] 附件2 2021 ""`},
		{VerbClose, "", `[] 附件2 2021 ""`},
		{VerbClose, "附件二", `[] 附件2 2021 ""`},
		{VerbClose, "报案例 2021-06", `[] 案例 2021-06 ""`},
		{VerbClose, "案例 5月", `[] 案例 2021-07 "5月" strange 5月`},
		{VerbClose, "附件3", `[] 附件2 2021 "附件3" strange 附件3`},
		{VerbReopen, "附件3 有误", `[] 附件2 2021 "附件3 有误" strange 附件3`},
		{VerbReopen, "附件2 山河镇有误", `[] 附件2 2021 "山河镇有误"`},
		{VerbReopen, "山河镇有误", `[] 附件2 2021 "山河镇有误"`},
		{VerbExtend, "山河镇 附件1 6月4日 人员调整", `["山河镇"] 附件1 2021 "6月4日 人员调整"`},
		{VerbDiff, "山河镇 1 2", `["山河镇"] 附件2 2021 "1 2"`},
	} {
		o := n.orderOf(Intent{Verb: c.verb, Rest: c.rest}, now)
		have := fmt.Sprintf("%q %s %s %q", o.units, o.of.Form, o.of.Period, o.rest)
		if o.strange != "" {
			have += " strange " + o.strange
		}
		if have != c.want {
			t.Errorf("%s %s\nhave %s\nwant %s", c.verb, c.rest, have, c.want)
		}
	}
}

func TestVersionsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"": "[] true", "1 2": "[1 2] true", "第1版 第2版": "[1 2] true", "1和3": "[1 3] true", "v2": "[2] true", "１、２": "[1 2] true",
		"1 2 3": "[1 2 3] false", "山河镇": "[] false", "0": "[] false", "1-2": "[] false",
	} {
		if list, ok := versionsNamed(text); fmt.Sprint(list, ok) != want {
			t.Errorf("%q: %v %v, want %s", text, list, ok, want)
		}
	}
}

// TestStands: where a report stands comes from it and the book together.
func TestStands(t *testing.T) {
	at := time.Date(2021, 6, 30, 9, 0, 0, 0, time.UTC)
	closed := &Book{Closing: &Closing{At: at}}
	round := &Book{Review: Review{Round: 2, At: at}}
	approval := &Approval{Version: 2, At: at}
	for i, c := range []struct {
		r    Report
		b    *Book
		want State
	}{
		{Report{State: NotStarted}, nil, NotStarted},
		{Report{State: NotStarted}, closed, NotStarted},
		{Report{State: Filling, Version: 1, Approval: &Approval{Version: 1}}, round, Filling},
		{Report{State: Submitted, Version: 2, Counted: 2}, nil, Submitted},
		{Report{State: Submitted, Version: 2, Counted: 2, Approval: approval}, nil, Approved},
		{Report{State: Submitted, Version: 3, Counted: 3, Approval: approval}, nil, Submitted},
		{Report{State: Submitted, Version: 2, Counted: 2, Round: 1}, round, Approved},
		{Report{State: Submitted, Version: 2, Counted: 2, Round: 2}, round, Submitted},
		{Report{State: Returned, Version: 2, Counted: 2, Approval: approval}, round, Returned},
		{Report{State: Returned, Version: 2, Counted: 2}, closed, Closed},
		{Report{State: Submitted, Version: 2, Counted: 2, Approval: approval}, closed, Closed},
	} {
		if have := c.r.Stands(c.b); have != c.want {
			t.Errorf("%d: %s, want %s", i, have, c.want)
		}
	}
}

// TestRole: who is of the office and of a unit acts as what their words are for.
func TestRole(t *testing.T) {
	deputy := Person{Units: []string{"山河镇"}, Standing: []string{"山河镇"}}
	both := Person{Units: []string{"县应急局"}, Office: true}
	for _, c := range []struct {
		p    Person
		verb Verb
		s    Session
		unit string
		want Role
	}{
		{Person{Units: []string{"山河镇"}}, VerbSubmit, Session{}, "山河镇", RoleLiaison},
		{deputy, VerbSubmit, Session{}, "山河镇", RoleDeputy},
		{Person{Office: true}, VerbReturn, Session{}, "山河镇", RoleOffice},
		{Person{Office: true}, VerbYes, Session{}, "", RoleOffice},
		{both, VerbSubmit, Session{}, "县应急局", RoleLiaison},
		{both, VerbReturn, Session{}, "县应急局", RoleOffice},
		{both, VerbYes, Session{Proposal: &Proposal{Kind: ProposeClose}}, "", RoleOffice},
		{Person{}, "", Session{}, "", ""},
	} {
		turn := &turn{v: View{Person: c.p, Session: c.s}, in: Intent{Verb: c.verb}}
		if have := turn.role(c.unit); have != c.want {
			t.Errorf("%+v %s %s: %q, want %q", c.p, c.verb, c.unit, have, c.want)
		}
	}
}
