package bot

// Contact is who speaks for a unit, as its nomination says. It is personal data.
type Contact struct {
	Unit   string
	Name   string // 姓名; "" if not yet known
	Title  string // 职务
	Phone  string // 办公电话
	Mobile string
}

// Contact reads a nomination's entries. Fields are known by their kind and by
// the form's printed words.
func (f *Form) Contact(unit string, entries []Entry) Contact {
	c := Contact{Unit: unit}
	for _, e := range entries {
		field := f.Field(e.Item)
		if field == nil || e.Value.Kind != Text || isNothing(e.Value.Text) {
			continue
		}
		switch {
		case field.Label == "姓名":
			c.Name = e.Value.Text
		case field.Label == "职务":
			c.Title = e.Value.Text
		case field.Label == "办公电话":
			c.Phone = e.Value.Text
		case field.Kind == KindMobile:
			c.Mobile = e.Value.Text
		}
	}
	return c
}

// personal reports whether a nomination's field is about the liaison and not
// about the unit, so that another liaison fills it anew.
func (f *Field) personal() bool {
	return f.Private || f.Label == "姓名" || f.Label == "性别" || f.Label == "职务"
}
