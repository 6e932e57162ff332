package bottest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Model is a model service that answers from a record: a server that speaks the
// OpenAI protocol, or any other over HTTP with JSON. A request that is not on
// record fails the test and says what is different; so does a record that
// nothing asked for.
//
// With -update, and OPENAI_BASE_URL or OPENAI_API_KEY set, it passes requests on
// to that service and writes the record anew. Keys and other headers are not
// recorded; what the requests say is, so record with invented customers only.
type Model struct {
	// URL is the base URL to give the client.
	URL string

	t      testing.TB
	file   string
	again  bool
	real   string // base URL of the service that is recorded, "" to replay
	client *http.Client
	mu     sync.Mutex
	record record
	used   []bool
}

// ModelOptions configure a Model; nil is the zero value.
type ModelOptions struct {
	// Again allows a recorded request to come more than once, as it does when a
	// turn runs again after a fault. What nothing asked for is then no failure.
	Again bool
	// StandIn answers in the service's place when the record is written anew and
	// no service is configured; the record then says that it did.
	StandIn http.Handler
}

// record is the file.
type record struct {
	// From says which service answered.
	From      string     `json:"from"`
	Exchanges []modelled `json:"exchanges"`
}

// modelled is one request and its answer.
type modelled struct {
	Path    string          `json:"path"`
	Request json.RawMessage `json:"request"`
	Status  int             `json:"status"`
	Type    string          `json:"type"`
	Wait    string          `json:"retry_after,omitempty"`
	// Answer is the body, in pieces as they were sent.
	Answer []string `json:"answer"`
}

// maxModelBody bounds what is read of a request or an answer.
const maxModelBody = 8 << 20

// NewModel starts a Model over a record file. It ends with the test.
func NewModel(t testing.TB, file string, opts *ModelOptions) *Model {
	t.Helper()
	base, key := os.Getenv("OPENAI_BASE_URL"), os.Getenv("OPENAI_API_KEY")
	switch {
	case updating() && base+key != "":
		return newModel(t, file, opts, cmp.Or(base, "https://api.openai.com/v1"))
	case updating() && opts != nil && opts.StandIn != nil:
		s := httptest.NewServer(opts.StandIn)
		t.Cleanup(s.Close)
		m := newModel(t, file, opts, s.URL)
		m.record.From = "a stand-in of the test, no model"
		return m
	}
	return newModel(t, file, opts, "")
}

// newModel replays, or records the service at a base URL.
func newModel(t testing.TB, file string, opts *ModelOptions, base string) *Model {
	t.Helper()
	m := &Model{t: t, file: file, again: opts != nil && opts.Again}
	if base != "" {
		m.real = strings.TrimSuffix(base, "/")
		m.client = &http.Client{Transport: &http.Transport{}}
		m.record.From = m.real
	} else {
		raw, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(raw, &m.record)
		}
		if err != nil {
			t.Fatalf("bottest: the model's record: %v; write it with -update and OPENAI_BASE_URL or OPENAI_API_KEY set", err)
		}
		m.used = make([]bool, len(m.record.Exchanges))
	}
	s := httptest.NewServer(m)
	m.URL = s.URL + "/v1"
	t.Cleanup(func() {
		s.Close()
		m.end()
	})
	return m
}

// end writes the record, or says what of it nobody asked for.
func (m *Model) end() {
	m.t.Helper()
	if m.real == "" {
		for i, used := range m.used {
			if !used && !m.again && !m.t.Failed() {
				m.t.Errorf("bottest: nothing asked the model for exchange %d of %s:\n%s", i+1, m.file, indented(m.record.Exchanges[i].Request))
			}
		}
		return
	}
	m.client.CloseIdleConnections()
	if m.t.Failed() {
		return
	}
	slices.SortStableFunc(m.record.Exchanges, func(a, b modelled) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(canonical(a.Request), canonical(b.Request)))
	})
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(m.record)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(m.file), 0o755)
	}
	if err == nil {
		err = os.WriteFile(m.file, out.Bytes(), 0o644)
	}
	if err != nil {
		m.t.Errorf("bottest: writing the model's record: %v", err)
	}
}

// ServeHTTP answers from the record, or from the service that is recorded.
func (m *Model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/v1")
	body, err := io.ReadAll(io.LimitReader(r.Body, maxModelBody))
	if err != nil {
		return // the client went away
	}
	if !json.Valid(body) {
		m.refuse(w, fmt.Sprintf("%s %s: the body is no JSON: %.200q", r.Method, r.URL.Path, body))
		return
	}
	if m.real != "" {
		m.pass(w, r, path, body)
		return
	}
	x, why := m.find(path, body)
	if why != "" {
		m.refuse(w, why)
		return
	}
	w.Header().Set("Content-Type", x.Type)
	if x.Wait != "" {
		w.Header().Set("Retry-After", x.Wait)
	}
	w.WriteHeader(x.Status)
	for _, piece := range x.Answer {
		if _, err := io.WriteString(w, piece); err != nil {
			return
		}
		w.(http.Flusher).Flush()
	}
}

// find takes the first exchange of that request that was not used yet.
func (m *Model) find(path string, body []byte) (x modelled, why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	asked := canonical(body)
	near, best := -1, -1
	for i, have := range m.record.Exchanges {
		want := canonical(have.Request)
		if have.Path == path && want == asked {
			if !m.used[i] {
				m.used[i] = true
				return have, ""
			}
			x = have
			continue
		}
		if n := alike(want, asked); n > best {
			near, best = i, n
		}
	}
	switch {
	case x.Answer != nil && m.again:
		return x, ""
	case x.Answer != nil:
		return x, fmt.Sprintf("%s was asked more often than is on record:\n%s", path, indented(body))
	case near < 0:
		return x, fmt.Sprintf("%s: nothing is on record; asked was\n%s", path, indented(body))
	}
	return x, fmt.Sprintf("%s is not on record (- the nearest that is, + asked now); if that is meant, record anew with -update\n%s",
		path, diff(indented(m.record.Exchanges[near].Request), indented(body)))
}

// refuse fails the test, and the request as loudly as HTTP can.
func (m *Model) refuse(w http.ResponseWriter, why string) {
	m.t.Errorf("bottest: unexpected request to the model: %s", why)
	http.Error(w, `{"error":{"message":"bottest: not on record","type":"invalid_request_error"}}`, http.StatusNotImplemented)
}

// pass asks the service and records what it says.
func (m *Model) pass(w http.ResponseWriter, r *http.Request, path string, body []byte) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, m.real+path, bytes.NewReader(body))
	if err != nil {
		m.refuse(w, err.Error())
		return
	}
	req.Header.Set("Content-Type", "application/json")
	if key := os.Getenv("OPENAI_API_KEY"); key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := m.client.Do(req)
	if err != nil {
		m.refuse(w, err.Error())
		return
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxModelBody))
	if err != nil {
		m.refuse(w, err.Error())
		return
	}
	x := modelled{Path: path, Request: json.RawMessage(canonical(body)), Status: resp.StatusCode,
		Type: resp.Header.Get("Content-Type"), Wait: resp.Header.Get("Retry-After"), Answer: pieces(string(raw))}
	m.mu.Lock()
	m.record.Exchanges = append(m.record.Exchanges, x)
	m.mu.Unlock()
	w.Header().Set("Content-Type", x.Type)
	w.WriteHeader(x.Status)
	_, _ = w.Write(raw)
}

// pieces cuts a stream of events after each, for a reader and for the replay.
func pieces(body string) []string {
	out := strings.SplitAfter(body, "\n\n")
	if n := len(out); n > 1 && out[n-1] == "" {
		out = out[:n-1]
	}
	return out
}

// canonical is a JSON value with its keys in order, without the model's name:
// that says who is asked, not what.
func canonical(raw []byte) string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return string(raw)
	}
	if fields, ok := v.(map[string]any); ok {
		delete(fields, "model")
	}
	out, err := json.Marshal(v)
	if err != nil {
		return string(raw)
	}
	return string(out)
}

func indented(raw []byte) string {
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(canonical(raw)), "", "  "); err != nil {
		return string(raw)
	}
	return out.String() + "\n"
}

// alike is how long two texts are the same from both ends.
func alike(a, b string) int {
	n := min(len(a), len(b))
	i, j := 0, 0
	for i < n && a[i] == b[i] {
		i++
	}
	for j < n-i && a[len(a)-1-j] == b[len(b)-1-j] {
		j++
	}
	return i + j
}
