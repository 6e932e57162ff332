package kb

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSlipsAreHeard(t *testing.T) {
	t.Parallel()
	made, err := New([]Entry{zh("fee", "运费怎么算？", "8 元"), zh("days", "快递几天能到新疆？", "5 天"), zh("letter", "收到信息怎么办？", "不用管"), zh("pay", "花呗能分期吗", "能")}, nil)
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, made.Save(&file))
	opened, err := Open(&file, nil)
	require.NoError(t, err)
	require.NoError(t, made.Put(zh("ticket", "发票抬头写错了", "重开")))
	require.NoError(t, opened.Put(zh("ticket", "发票抬头写错了", "重开")))
	for name, base := range map[string]*Base{"made": made, "opened": opened} {
		s := base.snap.Load()
		for said, want := range map[string]string{
			"运废怎么算": "运费怎么算", "快弟几天能到": "快递几天能到", "花被能分期吗": "花呗能分期吗",
			"发漂抬头":   "发票抬头",  // of what was put later
			"能到新疆吗":  "能到新疆吗", // 到新 sounds like 到信, but 新疆 is known
			"运费怎么算":  "运费怎么算", // right already
			"海运废品":   "海运废品",  // 运费 would not fit 品
			"韵废":     "韵废",    // two at once are too many
			"yunfei": "yunfei", "": "", "费": "费", "运 废": "运 废",
		} {
			assert.Equal(t, want, s.hear(said), "%s: %s", name, said)
		}
		assert.Equal(t, s.parts[0].segment.slips, slipsOf(s.parts[0].segment.slips.String(), s.same.sounds), name)
		a, err := base.Answer(t.Context(), Query{Text: "运废怎么算"})
		require.NoError(t, err)
		assert.Equal(t, Answered, a.Verdict, name)
	}
}

// Hearing changes characters, never how many there are, and nothing that the base
// knows.
func TestHearingKeepsWhatIsKnown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := newSnapshot(drawEntries(t, 20), newSynonyms(nil))
		said := s.same.read(rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("发货票退费运员积分保修理a 飘匪")))).Draw(t, "said"))
		heard := s.hear(said)
		was, is := []rune(said), []rune(heard)
		require.Len(t, is, len(was))
		for i := 0; i+1 < len(was); i++ {
			if s.same.sounds.Of(was[i]) != 0 && s.knows(string(was[i:i+2])) {
				assert.Equal(t, was[i:i+2], is[i:i+2], "%s: %s", said, heard)
			}
		}
	})
}
