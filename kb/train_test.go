package kb

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// publicBase is a public set as a base, with the labels of its dev part.
func publicBase(tb testing.TB, set string) (*Base, []Label) {
	tb.Helper()
	others, right := map[string][]string{}, map[string]string{}
	has := func(file string) bool {
		_, err := os.Stat(filepath.Join(os.Getenv("FRONTDESK_DATA"), "retrieve", set, file))
		return err == nil
	}
	for _, r := range publicRows(tb, set, "qrels.tsv") {
		right[r[0]] = r[1]
	}
	if has("similar.tsv") {
		for _, r := range publicRows(tb, set, "similar.tsv") {
			others[r[0]] = append(others[r[0]], r[1])
		}
	}
	var es []Entry
	for _, r := range publicRows(tb, set, "corpus.tsv") {
		t := Text{Question: r[1], Others: others[r[0]]}
		if len(r) > 2 && set != "banking77" && set != "clinc150" {
			t.Answer = r[2]
		}
		es = append(es, Entry{ID: r[0], Texts: map[string]Text{"": t}})
	}
	base, err := New(es, nil)
	require.NoError(tb, err)
	var labels []Label
	for _, r := range publicRows(tb, set, "queries_dev.tsv") {
		labels = append(labels, Label{Query: Query{Text: r[1]}, Entry: right[r[0]]})
	}
	if has("unanswerable_dev.tsv") {
		for _, r := range publicRows(tb, set, "unanswerable_dev.tsv") {
			labels = append(labels, Label{Query: Query{Text: r[len(r)-1]}})
		}
	}
	return base, labels
}

func TestTrainOnPublicSets(t *testing.T) {
	t.Parallel()
	for _, set := range []string{"bq", "atec", "oppo", "banking77", "clinc150", "covidfaq"} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			base, labels := publicBase(t, set)
			tr, err := base.Train(context.Background(), labels)
			require.NoError(t, err)
			t.Logf("%+v", tr)
			assert.GreaterOrEqual(t, tr.After.First, tr.Before.First)
			assert.LessOrEqual(t, tr.After.Loss, tr.Before.Loss)
		})
	}
}

func TestTrain(t *testing.T) {
	t.Parallel()
	b := shopBase(t)
	var labels []Label
	for i := range 120 { // this shop's customers say what no entry has, and mean it
		labels = append(labels, Label{Query: Query{Text: fmt.Sprint("多久发货", i)}, Entry: "ship.when"},
			Label{Query: Query{Text: fmt.Sprint("会员怎么开", i)}})
	}
	tr, err := b.Train(context.Background(), labels)
	require.NoError(t, err)
	again, err := b.Train(context.Background(), labels)
	require.NoError(t, err)
	assert.Equal(t, tr, again)
	assert.Equal(t, 240, tr.Learnt+tr.HeldOut)
	require.True(t, tr.Confidence, "%+v", tr)
	assert.Less(t, tr.After.Loss, tr.Before.Loss)
	before := b.Ranker()
	first, err := b.Answer(context.Background(), Query{Text: "会员怎么开呀"})
	require.NoError(t, err)
	require.NoError(t, b.SetRanker(tr.Ranker))
	less, err := b.Answer(context.Background(), Query{Text: "会员怎么开呀"})
	require.NoError(t, err)
	assert.Less(t, less.Confidence, first.Confidence)
	require.NoError(t, b.SetRanker(before))
	same, err := b.Answer(context.Background(), Query{Text: "会员怎么开呀"})
	require.NoError(t, err)
	assert.Equal(t, first, same, "rolled back")

	for name, c := range map[string]struct {
		labels []Label
		want   string
	}{
		"few":     {labels[:5], "5 labels teach nothing: give 30 or more"},
		"unknown": {append([]Label{{Query: Query{Text: "x"}, Entry: "gone"}}, labels...), `label 1: the base has no entry "gone"`},
	} {
		_, err := b.Train(context.Background(), c.labels)
		assert.ErrorContains(t, err, c.want, name)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	_, err = b.Train(ctx, labels)
	assert.ErrorIs(t, err, context.Canceled)
	for name, r := range map[string]Ranker{"negative": {BM25: -1, Profile: 2}, "nothing": {Bias: 1}, "no number": {BM25: math.NaN()}, "no bias": {BM25: 1, Bias: math.Inf(1)}} {
		assert.Error(t, b.SetRanker(r), name)
		assert.Equal(t, before, b.Ranker(), name)
	}
}

// Whatever is taught, the ranker proposed is one that SetRanker takes, and no
// worse on what was held out.
func TestTrainNeverProposesWorse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		es := drawEntries(t, 10)
		b, err := New(es, nil)
		require.NoError(t, err)
		var labels []Label
		for i := range 40 {
			l := Label{Query: Query{Text: fmt.Sprint(shopWords().Draw(t, "word"), shopWords().Draw(t, "other"), i)}}
			if rapid.Bool().Draw(t, "answer") {
				l.Entry = es[rapid.IntRange(0, len(es)-1).Draw(t, "entry")].ID
			}
			labels = append(labels, l)
		}
		tr, err := b.Train(context.Background(), labels)
		require.NoError(t, err)
		require.NoError(t, b.SetRanker(tr.Ranker))
		assert.GreaterOrEqual(t, tr.After.First, tr.Before.First)
		assert.LessOrEqual(t, tr.After.Loss, tr.Before.Loss)
	})
}

func ExampleBase_Train() {
	base, err := New([]Entry{{ID: "ship", Texts: map[string]Text{"zh": {Question: "多久发货？", Answer: "当天。"}}}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var labels []Label // from reviewers, or from what customers chose
	for i := range 40 {
		labels = append(labels, Label{Query: Query{Text: fmt.Sprint("发货要多久 ", i)}, Entry: "ship"})
	}
	training, err := base.Train(context.Background(), labels)
	if err != nil {
		fmt.Println(err)
		return
	}
	before := base.Ranker()
	if training.Mix || training.Confidence {
		fmt.Println(training.After.Loss < training.Before.Loss, base.SetRanker(training.Ranker))
	}
	fmt.Println(base.SetRanker(before)) // and back
	// Output:
	// true <nil>
	// <nil>
}

// A question that two entries ask is on topic, but which is right is open; one
// about something else is off topic. A ranker of before, which had one logistic,
// reads as it was.
func TestConfidenceTellsOffTopicFromUnclear(t *testing.T) {
	t.Parallel()
	es := []Entry{{ID: "a", Texts: map[string]Text{"zh": {Question: "礼品卡怎么用？", Answer: "结算时输入卡号。"}}}, {ID: "b", Texts: map[string]Text{"zh": {Question: "礼品卡怎么用", Answer: "扫码。"}}}}
	for i, q := range []string{"运费多少？", "多久发货？", "能开发票吗？", "几点下班？", "怎么退货？", "支持货到付款吗？"} {
		es = append(es, Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"zh": {Question: q, Answer: "见订单页。"}}})
	}
	b, err := New(es, nil)
	require.NoError(t, err)
	ask := func(q string) Answer {
		a, err := b.Answer(context.Background(), Query{Text: q})
		require.NoError(t, err)
		assert.GreaterOrEqual(t, a.OnTopic, a.Confidence)
		return a
	}
	unclear, clear, off := ask("礼品卡怎么用"), ask("支持货到付款吗"), ask("明天北京会下雨么")
	assert.Greater(t, unclear.OnTopic, 0.9)
	assert.Less(t, unclear.Confidence, clear.Confidence-0.1)
	assert.Less(t, off.OnTopic, 0.5)
	require.NoError(t, b.SetRanker(Ranker{BM25: 1, Wording: 0.25, Profile: 1.25, Bias: -4.6, Score: 5, Near: 3, Margin: 6, Coverage: 1.2}))
	before := ask("礼品卡怎么用")
	assert.Equal(t, before.OnTopic, before.Confidence)
	require.NoError(t, b.SetRanker(Ranker{}))
	assert.Equal(t, unclear, ask("礼品卡怎么用"))
	assert.Error(t, b.SetRanker(Ranker{BM25: 1, Clear: Clear{Gap: -1}}))
	assert.Error(t, b.SetRanker(Ranker{BM25: 1, Clear: Clear{Bias: math.NaN()}}))
}
