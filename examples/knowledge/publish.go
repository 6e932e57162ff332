package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/kb"
)

// mostPast is how many published bases can be restored.
const mostPast = 8

// publish writes what is approved as a saved base, which a bot opens at once and
// which is checked as a whole before it takes the place of the last.
func publish(_ context.Context, j *job) error {
	if err := j.team.May(j.by, kb.Publishing, ""); err != nil {
		return err
	}
	have, err := j.load()
	if err != nil {
		return err
	}
	es := serving(have)
	if len(es) == 0 {
		return errors.New("no entry is approved yet: approve some first")
	}
	base, err := kb.New(es, nil)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := base.Save(&b); err != nil {
		return err
	}
	if err := j.serve(b.String(), base.Version()); err != nil {
		return err
	}
	j.printf("published %d of %d entries, version %s\n", len(es), len(have), base.Version())
	return nil
}

// serve makes a saved base the published one, and keeps it beside the last ones.
func (j *job) serve(saved, version string) error {
	if _, err := kb.Open(strings.NewReader(saved), nil); err != nil {
		return fmt.Errorf("what was written does not open: %w", err)
	}
	if err := os.Mkdir(j.past(), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	before, err := j.versions()
	if err != nil {
		return err
	}
	kept := filepath.Join(j.past(), version)
	if err := replace(kept, []byte(saved)); err != nil {
		return err
	}
	now := time.Now()
	if len(before) > 0 && !now.After(before[0].at) { // a file's clock may be coarse
		now = before[0].at.Add(time.Millisecond)
	}
	if err := os.Chtimes(kept, now, now); err != nil {
		return err
	}
	if err := replace(j.base, []byte(saved)); err != nil {
		return err
	}
	all, err := j.versions()
	if err != nil {
		return err
	}
	for _, v := range all[min(len(all), mostPast+1):] { // the published one and the last ones
		if err := os.Remove(filepath.Join(j.past(), v.name)); err != nil {
			return err
		}
	}
	return nil
}

// past is the folder of the bases that were published.
func (j *job) past() string { return j.base + ".past" }

type version struct {
	name string
	at   time.Time
}

// versions are the bases that were published, the latest first.
func (j *job) versions() ([]version, error) {
	files, err := os.ReadDir(j.past())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []version
	for _, f := range files {
		info, err := f.Info()
		if err != nil || strings.HasPrefix(f.Name(), ".") {
			continue
		}
		out = append(out, version{f.Name(), info.ModTime()})
	}
	slices.SortStableFunc(out, func(a, b version) int { return cmp.Compare(b.at.UnixNano(), a.at.UnixNano()) })
	return out, err
}

// restore publishes a version again that was published before; without a version
// it lists those there are.
func restore(_ context.Context, j *job) error {
	all, err := j.versions()
	if err != nil {
		return err
	}
	if len(j.args) == 1 {
		for i, v := range all {
			now := map[bool]string{true: "  (published now)"}[i == 0]
			j.printf("%s  %s%s\n", v.name, v.at.Format("2006-01-02 15:04:05"), now)
		}
		return nil
	}
	if err := j.team.May(j.by, kb.Publishing, ""); err != nil {
		return err
	}
	name := j.args[1]
	if !slices.ContainsFunc(all, func(v version) bool { return v.name == name }) {
		return fmt.Errorf("there is no version %q: restore without one lists those there are", name)
	}
	saved, err := os.ReadFile(filepath.Join(j.past(), name))
	if err != nil {
		return err
	}
	if err := j.serve(string(saved), name); err != nil {
		return err
	}
	j.printf("published version %s again\n", name)
	return nil
}
