package wecomtest

import (
	"strconv"
	"strings"
	"time"
)

const tokenLife = 2 * time.Hour // page 91039

// token is an access_token of one application.
type token struct {
	agent     int
	until     time.Time
	withdrawn bool
}

// getToken gives an application its token: the same one for the whole of its
// life, and always with the same words (page 91039). So the seconds it says
// are too many for whoever asks late: they meet 42001.
func (a *API) getToken(v *visit) (func() outcome, error) {
	return func() outcome {
		if v.query.Get("corpid") != a.cfg.CorpID {
			return refused(codeCorp, v.ip)
		}
		for _, app := range a.cfg.Apps {
			if app.Secret == v.query.Get("corpsecret") {
				return accepted(map[string]any{"access_token": a.tokenOf(app.AgentID), "expires_in": int(tokenLife.Seconds())})
			}
		}
		return refused(codeSecret, v.ip)
	}, nil
}

func (a *API) tokenOf(agent int) string {
	now := a.cfg.Now()
	for name, held := range a.tokens.held {
		if t := held.value; t.agent == agent && !t.withdrawn && now.Before(t.until) {
			return name
		}
	}
	name := a.newID("token") + randomHex(100) // real ones are about as long
	a.tokens.put(name, &token{agent: agent, until: now.Add(tokenLife)}, 0)
	return name
}

// WithdrawTokens makes all tokens invalid before their time, as the platform
// may (page 91039). The next fetch gets a new one.
func (a *API) WithdrawTokens() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.withdraw()
}

func (a *API) withdraw() {
	for _, held := range a.tokens.held {
		held.value.withdrawn = true
	}
}

// Trust sets the addresses that may call with an application's token, as the
// administrator does in the console; none for all.
func (a *API) Trust(agentID int, addresses ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.cfg.Apps {
		if a.cfg.Apps[i].AgentID == agentID {
			a.cfg.Apps[i].Trusted = addresses
		}
	}
}

// authorized finds the application whose token a request has, or what it is
// refused with.
func (a *API) authorized(v *visit) (Account, *outcome) {
	refuse := func(code int) (Account, *outcome) {
		out := refused(code, v.ip)
		return Account{}, &out
	}
	t := a.tokens.get(v.query.Get("access_token"))
	switch {
	case t == nil || t.withdrawn:
		return refuse(codeToken)
	case !a.cfg.Now().Before(t.until):
		return refuse(codeTokenOld)
	}
	for _, app := range a.cfg.Apps {
		if app.AgentID != t.agent {
			continue
		}
		if app.Trusted != nil && !holds(app.Trusted, v.ip) {
			return refuse(codeAddress)
		}
		return app, nil
	}
	return refuse(codeToken)
}

// agentGet tells what an application is (page 90227).
func (a *API) agentGet(v *visit) (func() outcome, error) {
	agent, err := strconv.Atoi(v.query.Get("agentid"))
	if err != nil {
		return nil, coded(codeAgent, "agentid is no number")
	}
	return func() outcome {
		app, no := a.authorized(v)
		if no != nil {
			return *no
		}
		if app.AgentID != agent {
			return refused(codeOtherAgent, v.ip)
		}
		users := []any{}
		for _, user := range a.visible(app) {
			users = append(users, map[string]any{"userid": user})
		}
		return accepted(map[string]any{
			"agentid": agent, "name": app.Name, "square_logo_url": "https://p.qlogo.example/0", "description": "",
			"allow_userinfos": map[string]any{"user": users}, "allow_partys": map[string]any{"partyid": []int{}},
			"allow_tags": map[string]any{"tagid": []int{}}, "close": 0, "redirect_domain": "", "report_location_flag": 0,
			"isreportenter": 0, "home_url": "", "customized_publish_status": 1,
		})
	}, nil
}

// userGet tells what the address book says of a member: to most applications the
// name alone (page 90196).
func (a *API) userGet(v *visit) (func() outcome, error) {
	return func() outcome {
		app, no := a.authorized(v)
		if no != nil {
			return *no
		}
		user, ok := a.member(app, v.query.Get("userid"))
		if !ok {
			return refused(codeNoMember, v.ip)
		}
		name := a.cfg.Names[user]
		if name == "" {
			name = user
		}
		return accepted(map[string]any{"userid": user, "name": name, "department": []int{1}, "status": 1})
	}, nil
}

// callbackIPs tells from where callbacks come (page 92521).
func (a *API) callbackIPs(v *visit) (func() outcome, error) {
	return func() outcome {
		if _, no := a.authorized(v); no != nil {
			return *no
		}
		return accepted(map[string]any{"ip_list": []string{"192.0.2.10", "192.0.2.11"}})
	}, nil
}

const maxOpenIDs = 1000 // of one request (page 101521)

// openIDs turns the ids a bot may see into userids (page 101521).
func (a *API) openIDs(v *visit) (func() outcome, error) {
	if err := v.json(); err != nil {
		return nil, err
	}
	fields, err := object(v.body, "the body", "open_userid_list")
	if err != nil {
		return nil, err
	}
	var ids []string
	if err := value(fields, "open_userid_list", &ids); err != nil {
		return nil, err
	}
	if len(ids) == 0 || len(ids) > maxOpenIDs {
		return nil, bad("open_userid_list has %d ids, not 1 to %d", len(ids), maxOpenIDs)
	}
	return func() outcome {
		app, no := a.authorized(v)
		if no != nil {
			return *no
		}
		known, unknown := []any{}, []string{}
		for _, id := range ids {
			if user, ok := a.member(app, a.cfg.OpenIDs[id]); ok {
				known = append(known, map[string]any{"open_userid": id, "userid": user})
			} else {
				unknown = append(unknown, id)
			}
		}
		return accepted(map[string]any{"userid_list": known, "invalid_open_userid_list": unknown})
	}, nil
}

// visible are the members an application reaches.
func (a *API) visible(app Account) []string {
	if app.Scope == nil {
		return a.cfg.Members
	}
	var seen []string
	for _, user := range app.Scope {
		if holds(a.cfg.Members, user) {
			seen = append(seen, user)
		}
	}
	return seen
}

// member finds a member an application reaches, in the company's spelling:
// userids are the same in upper and lower case (page 90236).
func (a *API) member(app Account, userid string) (string, bool) {
	for _, user := range a.visible(app) {
		if strings.EqualFold(user, userid) {
			return user, true
		}
	}
	return "", false
}

func holds(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
