package main

import (
	"context"
	"net/http"
	"time"
)

// asked judges web addresses by asking for them: one leads nowhere when its host
// does not answer, or says that there is no such page. A page that wants a login,
// or refuses programs, is there.
func asked(ctx context.Context) func(url string) bool {
	client := &http.Client{Timeout: 10 * time.Second}
	return func(url string) bool {
		for _, method := range []string{http.MethodHead, http.MethodGet} { // some know no HEAD
			r, err := http.NewRequestWithContext(ctx, method, url, nil)
			if err != nil {
				return false
			}
			r.Header.Set("User-Agent", "frontdesk-knowledge (checks links)")
			answer, err := client.Do(r)
			if err != nil {
				return false
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusGone && answer.StatusCode < 500 {
				return true
			}
		}
		return false
	}
}
