package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/frontdesk-go/frontdesk/kb"
)

// load reads the base under review; one that is not there yet is empty.
func (j *job) load() ([]kb.Entry, error) {
	f, err := os.Open(j.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return kb.ReadJSON(j.file, f)
}

// readTeam reads who may do what; no file is no team, which limits nobody.
func readTeam(name string) (team kb.Team, err error) {
	if name == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(raw, &team)
	}
	if err == nil {
		err = team.Check()
	}
	if err != nil {
		return nil, fmt.Errorf("-team %s: %w", name, err)
	}
	return team, nil
}

// save writes the base under review, whole or not at all.
func (j *job) save(entries []kb.Entry) error {
	raw, err := json.MarshalIndent(entries, "", "\t")
	if err != nil {
		return err
	}
	return replace(j.file, append(raw, '\n'))
}

// replace writes a file beside the one it then takes the place of.
func replace(name string, raw []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", name, err), os.Remove(f.Name()))
	}
	return nil
}

// serving are the entries that answer.
func serving(entries []kb.Entry) []kb.Entry {
	var out []kb.Entry
	for _, e := range entries {
		if e.State.Serves() {
			out = append(out, e)
		}
	}
	return out
}

// named finds the entries of ids, of which one may end in *.
func named(entries []kb.Entry, ids []string) ([]int, error) {
	var out []int
	for _, id := range ids {
		n := len(out)
		for i := range entries {
			if head, all := strings.CutSuffix(id, "*"); entries[i].ID == id || all && strings.HasPrefix(entries[i].ID, head) {
				out = append(out, i)
			}
		}
		if len(out) == n {
			return nil, fmt.Errorf("there is no entry %q: queue lists those that wait", id)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("name at least one entry")
	}
	return out, nil
}

// title is an entry's question in the first of its languages.
func title(e *kb.Entry) string {
	for _, lang := range []string{"zh", "en"} {
		if t, ok := e.Texts[lang]; ok {
			return t.Question
		}
	}
	for _, t := range e.Texts {
		return t.Question
	}
	return ""
}
