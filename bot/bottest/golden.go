package bottest

import (
	"bufio"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/frontdesk-go/frontdesk/bot"
)

// updating reports whether the test was run with -update, which the test's own
// package declares: flag.Bool("update", false, "rewrite golden files").
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

// Golden runs every conversation of a folder, a file each, and compares what
// the bot said with the file. With -update the files are rewritten.
//
//	> what the customer writes; >> goes on on the next line
//	> [tap] the label of a quick reply
//	> [file photo.jpg] a file, with a text or without
//	< what the bot says
//	! an event: a flow, an effect, a handover
//	+24h      time passes
//	/take     the agent takes the ticket; /say … writes; /back gives it back
//	/push N   the host starts the turn N, with name-value pairs behind it
//	/signal E an event E of the outside world, with a key and JSON behind it
//	# a comment, kept
//
// rig is called once a file. A file may begin with "@name: value" lines, handed
// to rig, such as "@language: en".
func Golden(t *testing.T, dir string, rig func(t *testing.T, settings map[string]string) *Rig) {
	t.Helper()
	each(t, dir, func(t *testing.T, file, raw string) {
		settings, lines := parse(raw)
		r := rig(t, settings)
		got := r.replay(lines)
		if updating() {
			if got != raw {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			return
		}
		if got != raw {
			t.Fatalf("%s: the conversation went otherwise (- the file, + now)\n%s\ntrace of the last turn:\n%s", file, diff(raw, got), r.report.Trace.String())
		}
	})
}

// each runs a test for every conversation below a folder, side by side.
func each(t *testing.T, dir string, test func(t *testing.T, file, raw string)) {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".convo") {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("bottest: no .convo file below %s (%v)", dir, err)
	}
	for _, file := range files {
		name, _ := filepath.Rel(dir, file)
		t.Run(strings.TrimSuffix(filepath.ToSlash(name), ".convo"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			test(t, file, string(raw))
		})
	}
}

func parse(raw string) (settings map[string]string, lines []string) {
	settings = map[string]string{}
	sc := bufio.NewScanner(strings.NewReader(raw))
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		line := sc.Text()
		lines = append(lines, line)
		if k, v, ok := strings.Cut(strings.TrimPrefix(line, "@"), ":"); ok && strings.HasPrefix(line, "@") {
			settings[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
	}
	return settings, lines
}

// replay acts out a file's lines and returns the file as it should read.
func (r *Rig) replay(lines []string) string {
	r.t.Helper()
	var out strings.Builder
	flush := func() {
		out.WriteString(r.log.String())
		r.log.Reset()
	}
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "> "), line == ">":
			said := strings.TrimPrefix(line[1:], " ")
			for i+1 < len(lines) && strings.HasPrefix(lines[i+1], ">> ") {
				i++
				said += "\n" + lines[i][3:]
			}
			var files []bot.Attachment
			for {
				name, rest, closed := strings.Cut(said, "]")
				name, isFile := strings.CutPrefix(name, "[file ")
				if !closed || !isFile {
					break
				}
				files, said = append(files, File(name)), strings.TrimPrefix(rest, " ")
			}
			if label, ok := strings.CutPrefix(said, "[tap] "); ok {
				r.tapLine(label)
			} else {
				r.Send(bot.Message{Text: said, Attachments: files})
			}
			flush()
		case strings.HasPrefix(line, "+"):
			d, err := time.ParseDuration(line[1:])
			if err != nil {
				r.t.Fatalf("bottest: line %d: %v", i+1, err)
			}
			r.Advance(d)
			flush()
		case strings.HasPrefix(line, "/push "):
			f := strings.Fields(line)
			r.Push(f[1], f[2:]...)
			flush()
		case strings.HasPrefix(line, "/signal "):
			r.signalLine(line)
			flush()
		case line == "/take", line == "/back", strings.HasPrefix(line, "/say "):
			out.WriteString(line + "\n")
			switch {
			case line == "/take":
				r.Take()
			case line == "/back":
				r.Return()
			default:
				r.Tell(strings.TrimPrefix(line, "/say "))
			}
			flush()
		case strings.HasPrefix(line, "<"), strings.HasPrefix(line, "!"):
			// what the bot said is written anew
		default:
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}

func (r *Rig) tapLine(label string) {
	r.t.Helper()
	before := r.log.Len()
	r.Tap(label)
	s := r.log.String()
	r.log.Reset()
	r.log.WriteString(s[:before] + strings.Replace(s[before:], "> ", "> [tap] ", 1))
}
