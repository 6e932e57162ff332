package bot

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// states draws what a conversation may remember of its flows.
func states() *rapid.Generator[*flowState] {
	words := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a", "尺码\"不合\\适\n", "\xff坏", "<b>&"}))
	at := rapid.Custom(func(t *rapid.T) time.Time {
		zone := time.FixedZone("", rapid.IntRange(-12, 12).Draw(t, "zone")*3600)
		return time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "sec"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).In(zone)
	})
	value := rapid.Custom(func(t *rapid.T) json.RawMessage {
		raw, _ := json.Marshal(rapid.OneOf(rapid.Just[any](nil), rapid.Map(words, func(s string) any { return s }), rapid.Map(rapid.SliceOfN(words, 0, 3), func(s []string) any { return s }),
			rapid.Just[any](map[string]any{"a]}": []int{1}, "n": 1.5})).Draw(t, "value"))
		return raw
	})
	steps := rapid.Custom(func(t *rapid.T) step {
		s := step{Name: words.Draw(t, "name"), Kind: rapid.SampledFrom([]string{"a", "c", "r", "e", "w"}).Draw(t, "kind"), Words: words.Draw(t, "words"),
			Hash: rapid.Uint32().Draw(t, "hash"), Pass: rapid.IntRange(0, 1000).Draw(t, "pass"), Stale: rapid.Bool().Draw(t, "stale"), State: words.Draw(t, "state")}
		if rapid.Bool().Draw(t, "has value") {
			s.Value = value.Draw(t, "v")
		}
		if rapid.Bool().Draw(t, "failed") {
			s.Err = &Failed{Step: words.Draw(t, "step"), Code: words.Draw(t, "code"), Text: words.Draw(t, "text")}
		}
		return s
	})
	frames := rapid.Custom(func(t *rapid.T) *frame {
		f := &frame{Flow: words.Draw(t, "flow"), Number: rapid.Int().Draw(t, "number"), Pass: rapid.IntRange(0, 99).Draw(t, "pass"), At: at.Draw(t, "at"),
			Steps: rapid.SliceOfN(steps, 0, 5).Draw(t, "steps"), Failed: rapid.IntRange(0, 3).Draw(t, "failed"), Message: words.Draw(t, "message"), Began: words.Draw(t, "began"), Told: rapid.Bool().Draw(t, "told")}
		if rapid.Bool().Draw(t, "open") {
			f.Open = &open{Name: words.Draw(t, "open name"), Hash: 7, Said: []uint32{1, 2}, Event: words.Draw(t, "event"), Until: at.Draw(t, "until")}
		}
		if rapid.Bool().Draw(t, "fill") {
			f.Fill, f.Files, f.Held = []nlu.Entity{{Type: "order", Value: words.Draw(t, "e")}}, []Attachment{{URL: "u"}}, &held{Name: "x"}
		}
		return f
	})
	return rapid.Custom(func(t *rapid.T) *flowState {
		st := &flowState{V: 1, Seq: rapid.IntRange(0, 99).Draw(t, "seq"), Stack: rapid.SliceOfN(frames, 0, 3).Draw(t, "stack"), Waiting: rapid.SliceOfN(frames, 0, 2).Draw(t, "waiting")}
		if rapid.Bool().Draw(t, "inbox") {
			st.Inbox = []arrived{{ID: "1", Event: words.Draw(t, "event"), Data: value.Draw(t, "data"), At: at.Draw(t, "at")}}
		}
		return st
	})
}

// What is written and read by hand is what encoding/json writes and reads.
func TestFlowStateIsPlainJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		st := states().Draw(t, "state")
		raw, err := st.append(nil)
		require.NoError(t, err)
		std, err := json.Marshal(st)
		require.NoError(t, err)
		require.JSONEq(t, string(std), string(raw))
		var mine, theirs flowState
		require.NoError(t, mine.decode(raw))
		require.NoError(t, json.Unmarshal(raw, &theirs))
		a, err := json.Marshal(&mine)
		require.NoError(t, err)
		b, err := json.Marshal(&theirs)
		require.NoError(t, err)
		require.Equal(t, string(b), string(a))
		// Written with spaces, as by hand, it reads the same.
		wide, err := json.MarshalIndent(&theirs, " ", "\t")
		require.NoError(t, err)
		var again flowState
		require.NoError(t, again.decode(wide))
		c, err := json.Marshal(&again)
		require.NoError(t, err)
		require.JSONEq(t, string(b), string(c))
	})
}

func FuzzFlowState(f *testing.F) {
	for _, s := range []string{`{"v":1,"seq":2,"stack":[{"f":"a","i":1,"p":0,"t":"2026-01-05T10:00:00Z","s":[{"n":"x","k":"a","v":"1","p":1}]}]}`,
		`{`, `{"stack":[`, `{"stack":[{"s":[{"n":"\ud800"}]}]}`, `{"wait":[{}],"in":null}`, `[]`, `{"stack":null}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		st, err := decodeFlows(raw)
		if err != nil {
			return
		}
		again, err := st.encode()
		if err != nil || again == nil || !json.Valid(raw) {
			return
		}
		assert.True(t, json.Valid(again), "%s", again)
	})
}
