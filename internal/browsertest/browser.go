// Package browsertest drives a headless Chromium in tests of the pages. Tests
// are skipped, visibly, where none is installed.
package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// patience is how long a page may take to come to what a test waits for.
const patience = 20 * time.Second

// Browser is a Chromium of its own for one test.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// Open starts a Chromium that ends with the test.
func Open(t testing.TB) *Browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium is installed (apt-get install chromium)")
	}
	dir, err := os.MkdirTemp("", "browsertest") // a killed Chromium leaves things behind
	if err != nil {
		t.Fatalf("browsertest: %v", err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Env("TMPDIR="+dir),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-fake-device-for-media-stream", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(func() { cancel(); stop(); _ = os.RemoveAll(dir) })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("browsertest: starting Chromium: %v", err)
	}
	return &Browser{t: t, ctx: ctx}
}

// Tab is a page of the browser. All tabs of a Browser share its storage, as
// those of one visitor do.
type Tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	requests []string
	errors   []string
}

// Tab opens an address in a tab of its own.
func (b *Browser) Tab(address string, width, height int64) *Tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	p := &Tab{t: b.t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatalf("browsertest: a new tab: %v", err)
	}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		b.t.Fatalf("browsertest: listening: %v", err)
	}
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
		if err == nil {
			_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
		}
		return err
	}), chromedp.EmulateViewport(width, height), chromedp.Navigate(address))
	return p
}

func (p *Tab) listen(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.errors = append(p.errors, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		p.errors = append(p.errors, e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
	}
}

func (p *Tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("browsertest: %v", err)
	}
}

// Size changes the window's size.
func (p *Tab) Size(width, height int64) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(width, height))
}

// Go opens another address, Reload the same again.
func (p *Tab) Go(address string) { p.t.Helper(); p.do(chromedp.Navigate(address)) }

// Reload opens the address again. The page tells when it is there: the events
// chromedp.Reload waits for do not always come when there are several tabs.
func (p *Tab) Reload() {
	p.t.Helper()
	p.Run(`window.before = true; setTimeout(() => location.reload())`)
	p.Wait(`!window.before && document.readyState === "complete"`)
}

// Eval runs a script and decodes what it returns; promises are awaited.
func Eval[T any](p *Tab, script string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("browsertest: %s: %v", script, err)
	}
	return v
}

// Run runs a script for what it does.
func (p *Tab) Run(script string) {
	p.t.Helper()
	Eval[bool](p, "(() => { "+script+"; return true; })()")
}

// Wait waits until a script is true.
func (p *Tab) Wait(script string) {
	p.t.Helper()
	until := time.Now().Add(patience)
	for {
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+script+")"))
		cancel()
		if err == nil && ok {
			return
		}
		if time.Now().After(until) {
			p.Shot("failed-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
			p.t.Fatalf("browsertest: %s is not so (%v); the page reads:\n%s", script, err, Eval[string](p, `document.querySelector("frontdesk-chat")?.shadowRoot?.textContent || document.body.innerText`))
		}
		time.Sleep(30 * time.Millisecond) // a real browser: there is no clock to turn
	}
}

// Type types text where the focus is, Press presses a key of it: "Enter",
// "Tab", "Escape", "Shift+Tab".
func (p *Tab) Type(text string) { p.t.Helper(); p.do(chromedp.KeyEvent(text)) }

// Press presses a key.
func (p *Tab) Press(key string) {
	p.t.Helper()
	keys := map[string]string{"Enter": kb.Enter, "Tab": kb.Tab, "Escape": kb.Escape}
	if k, ok := strings.CutPrefix(key, "Shift+"); ok {
		p.do(chromedp.KeyEvent(keys[k], chromedp.KeyModifiers(chromedp.ModifierShift)))
		return
	}
	p.do(chromedp.KeyEvent(keys[key]))
}

// Foreign are the requests that went elsewhere than to a server, given as
// "http://host:port".
func (p *Tab) Foreign(address string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	own := strings.TrimSuffix(address, "/") + "/" // a browser asks for more than net/url reads
	var out []string
	for _, r := range p.requests {
		if !strings.HasPrefix(r, own) && !strings.HasPrefix(r, "data:") && !strings.HasPrefix(r, "blob:"+own) {
			out = append(out, r)
		}
	}
	return out
}

// Errors are what the page's console complained of: scripts that failed, files
// that are missing, what the content security policy refused.
func (p *Tab) Errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.errors)
}

// Shot keeps a picture of the page in the folder FRONTDESK_SHOTS, if that is set.
func (p *Tab) Shot(name string) {
	p.t.Helper()
	dir := os.Getenv("FRONTDESK_SHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		p.t.Errorf("browsertest: a picture of the page: %v", err)
	}
}

// Violation is what axe found.
type Violation struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Nodes []string `json:"nodes"`
}

// Axe checks the page against WCAG 2 A and AA with axe-core, whose file
// FRONTDESK_AXE names; without it the test is skipped.
func (p *Tab) Axe() []Violation {
	p.t.Helper()
	file := os.Getenv("FRONTDESK_AXE")
	if file == "" {
		p.t.Skip("FRONTDESK_AXE does not name axe-core's axe.min.js: the page is not checked for accessibility")
	}
	axe, err := os.ReadFile(file)
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(p.ctx, 2*patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](string(axe))); err != nil {
		p.t.Fatalf("browsertest: loading axe: %v", err)
	}
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })
		.then((r) => JSON.stringify(r.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.map((n) => n.target.join(" ") + " " + n.html.slice(0, 200) + " " + n.failureSummary) }))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("browsertest: axe: %v", err)
	}
	var out []Violation
	if err := json.Unmarshal([]byte(raw), &out); err != nil {
		p.t.Fatal(err)
	}
	return out
}

// Q writes a string as a script literal.
func Q(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return fmt.Sprintf("%q", s)
	}
	return string(raw)
}
