package wecomtest

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Rule is one line of a script of mischief.
type Rule struct {
	Endpoint string // "" for all
	First    int    // Request.N from which it holds; 0 for 1
	Last     int    // and up to which; 0 for ever
	Mischief Mischief
}

// Script makes a plan for [API.Misbehave] of rules, of which the first that
// fits a request counts.
func Script(rules ...Rule) func(Request) Mischief {
	return func(q Request) Mischief {
		for _, r := range rules {
			if (r.Endpoint == "" || r.Endpoint == q.Endpoint) && q.N >= r.First && (r.Last == 0 || q.N <= r.Last) {
				return r.Mischief
			}
		}
		return Mischief{}
	}
}

const (
	hour       = time.Hour
	vexed      = 35               // of a hundred requests, so many fare badly
	untrusted  = 30 * time.Minute // from here the caller's address is not on the list
	untrustFor = 3 * time.Minute  // and so long
)

// ScriptedHour makes a plan for [API.Misbehave] that, for an hour from the
// first request, mixes everything that can go wrong, and then nothing. Of two
// hours with one seed, the n-th request to an endpoint fares the same. From
// minute 30 to 33 the caller's address is refused everywhere.
func ScriptedHour(seed uint64) func(Request) Mischief {
	var mu sync.Mutex
	var began time.Time
	return func(q Request) Mischief {
		mu.Lock()
		if began.IsZero() {
			began = q.At
		}
		at := q.At.Sub(began)
		mu.Unlock()
		if at >= hour {
			return Mischief{}
		}
		if at >= untrusted && at < untrusted+untrustFor && needsToken(q.Endpoint) {
			return Mischief{Code: codeAddress}
		}
		name := fnv.New64a()
		_, _ = name.Write([]byte(q.Endpoint)) // never fails
		chance := rand.New(rand.NewPCG(seed, name.Sum64()+uint64(q.N)))
		if chance.IntN(100) >= vexed {
			return Mischief{}
		}
		all := mischiefs(q.Endpoint)
		return all[chance.IntN(len(all))]
	}
}

// needsToken reports whether an endpoint is asked with an access_token.
func needsToken(endpoint string) bool {
	return strings.HasPrefix(endpoint, "/cgi-bin/") && endpoint != "/cgi-bin/gettoken" &&
		!strings.HasPrefix(endpoint, "/cgi-bin/webhook/") && endpoint != "/cgi-bin/aibot/response"
}

// mischiefs are all that can befall a request to an endpoint.
func mischiefs(endpoint string) []Mischief {
	all := []Mischief{
		{Status: http.StatusInternalServerError},
		{Status: http.StatusBadGateway},
		{Status: http.StatusBadGateway, After: true},
		{Cut: true},
		{Break: true},
		{Break: true, After: true},
		{Hang: true},
		{Hang: true, After: true},
	}
	if endpoint == mediaPath {
		return all
	}
	all = append(all,
		Mischief{Body: "<html>please log in</html>"},
		Mischief{Code: codeBusy},
		Mischief{Code: codeFrequency},
		Mischief{Code: codeFrequency, Fair: true},
		Mischief{Code: codeConcurrency},
	)
	if needsToken(endpoint) {
		all = append(all, Mischief{Withdraw: true}, Mischief{Code: codeToken}, Mischief{Code: codeTokenOld})
	}
	if strings.HasSuffix(endpoint, "/send") {
		all = append(all, Mischief{Drop: true})
	}
	return all
}
