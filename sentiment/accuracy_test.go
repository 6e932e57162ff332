package sentiment_test

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The shipped scorer on the valid parts of public sets, positive against
// negative rows only: a floor a little under what was measured.
func TestAccuracy(t *testing.T) {
	t.Parallel()
	data := os.Getenv("FRONTDESK_DATA")
	if data == "" {
		t.Skip("FRONTDESK_DATA names no folder of public sets")
	}
	s := scorer(t)
	for set, floor := range map[string]float64{
		"waimai_10k": 79, "nlpcc2014_task2": 74, "online_shopping_10_cats": 86, "chnsenticorp": 78, "stc3_cn": 76,
		"smp2020_usual": 70, "sst2": 65, "goemotions_polarity": 80,
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			f, err := os.Open(filepath.Join(data, "sentiment", set, "valid.tsv"))
			require.NoError(t, err)
			defer f.Close()
			n, right := 0, 0
			sc := bufio.NewScanner(f)
			sc.Buffer(nil, 1<<20)
			for sc.Scan() {
				i := strings.LastIndexByte(sc.Text(), '\t')
				require.Positive(t, i)
				label := sc.Text()[i+1:]
				pos := slices.Contains([]string{"pos", "positive", "joy", "happy"}, label)
				if !pos && !slices.Contains([]string{"neg", "negative", "anger", "angry", "sad", "sadness", "fear", "disgust"}, label) {
					continue
				}
				n++
				if (s.Score(sc.Text()[:i]).Polarity >= 0) == pos {
					right++
				}
			}
			require.NoError(t, sc.Err())
			require.Positive(t, n)
			share := 100 * float64(right) / float64(n)
			t.Logf("%.1f %% of %d", share, n)
			assert.GreaterOrEqual(t, share, floor)
		})
	}
}
