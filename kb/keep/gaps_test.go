package keep

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/kb"
)

func TestGaps(t *testing.T) {
	t.Parallel()
	base, err := kb.New([]kb.Entry{entry("ship", "多久发货？", "当天。"), entry("card", "礼品卡怎么用？", "结算时输入卡号。")}, nil)
	require.NoError(t, err)
	asked := []Asked{
		{Text: "多久发货", Language: "zh", Conversation: "1"}, // answered by now
		{Text: "礼品卡可以退吗？", Language: "zh", Conversation: "1", Reply: "亲，礼品卡不支持退货。"},
		{Text: "请问礼品卡可以退吗", Language: "zh", Conversation: "2", Reply: "您好，礼品卡售出后不支持退货。"},
		{Text: "礼品卡可以退吗", Language: "zh", Conversation: "2", Reply: "好的"},
		{Text: "礼品卡可以退吗？我的电话13800138000", Language: "zh", Conversation: "3", Reply: "不支持哦"},
		{Text: "Do you ship to Canada?", Language: "en", Conversation: "4"},
		{Text: "do you ship to canada", Language: "en", Conversation: "5"},
		{Text: "今天天气怎么样", Language: "zh", Conversation: "6"},
		{Text: "？？", Language: "zh"}, {Text: "", Language: "zh"},
	}
	gaps, err := Gaps(context.Background(), base, asked, nil)
	require.NoError(t, err)
	require.Len(t, gaps, 2)
	g := gaps[0]
	assert.Equal(t, 3, g.Conversations)
	assert.Equal(t, 4, g.Count)
	assert.Contains(t, g.Question, "礼品卡可以退吗")
	assert.Contains(t, g.Reply, "不支持退货")
	assert.Equal(t, 4, g.Replies)
	require.NotEmpty(t, g.Nearest)
	assert.Equal(t, "card", g.Nearest[0].ID)
	assert.NotContains(t, fmt.Sprint(gaps), "13800138000")
	assert.Equal(t, "Do you ship to Canada?", gaps[1].Question)

	draft := g.Draft()
	assert.Equal(t, draft, g.Draft())
	require.NoError(t, base.Put(draft))
	hits, err := base.Search(context.Background(), kb.Query{Text: g.Question})
	require.NoError(t, err)
	for _, h := range hits {
		assert.NotEqual(t, draft.ID, h.ID, "a draft answered")
	}
	_, err = Gaps(cancelled(), base, asked, nil)
	assert.ErrorIs(t, err, context.Canceled)
	none, err := Gaps(context.Background(), nil, nil, nil)
	require.NoError(t, err)
	assert.Empty(t, none)
}

// Few words in common, but the same reply: one gap, however each agent put it.
func TestGapsByReplies(t *testing.T) {
	t.Parallel()
	asked := []Asked{
		{Text: "停车场收费吗", Language: "zh", Conversation: "1", Reply: "门诊停车前 2 小时免费，之后每小时 5 元。"},
		{Text: "你们这停车要钱吗？", Language: "zh", Conversation: "2", Reply: "前2小时免费，之后每小时5元哦。"},
		{Text: "停车怎么收费", Language: "zh", Conversation: "3", Reply: "您好，前 2 小时免费，超过后 5 元/小时。"},
		{Text: "能刷医保卡吗，我电话13812345678", Language: "zh", Conversation: "4", Reply: "可以，支持本市职工医保和居民医保。"},
		{Text: "医保卡可以用吗", Language: "zh", Conversation: "5", Reply: "可以用，本市职工医保、居民医保都支持。"},
		{Text: "体检收费吗", Language: "zh", Conversation: "6", Reply: "入职体检 180 元。"},
	}
	gaps, err := Gaps(context.Background(), nil, asked, nil)
	require.NoError(t, err)
	require.Len(t, gaps, 2)
	assert.Equal(t, 3, gaps[0].Conversations)
	assert.Contains(t, gaps[0].Question, "停车")
	assert.Contains(t, gaps[0].Reply, "2")
	assert.Equal(t, 2, gaps[1].Conversations)
	draft := gaps[1].Draft().Texts["zh"]
	for _, w := range append(draft.Others, draft.Question) {
		assert.NotContains(t, w, "*", "personal data is no part of a wording")
	}
}

func cancelled() context.Context {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	return ctx
}

// No question is counted twice, and the same questions give the same gaps.
func TestGapsCountEachQuestionOnce(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"礼品卡", "能退吗", "运费", "多少", "gift", "card", "return", "\xff", "？"})
	rapid.Check(t, func(t *rapid.T) {
		var asked []Asked
		for _, w := range rapid.SliceOfN(rapid.SliceOfN(word, 0, 4), 0, 20).Draw(t, "asked") {
			asked = append(asked, Asked{Text: strings.Join(w, " "), Language: rapid.SampledFrom([]string{"", "zh"}).Draw(t, "language")})
		}
		one, err := Gaps(context.Background(), nil, asked, &GapOptions{Least: 1})
		require.NoError(t, err)
		two, err := Gaps(context.Background(), nil, asked, &GapOptions{Least: 1})
		require.NoError(t, err)
		assert.Equal(t, one, two)
		sum := 0
		for _, g := range one {
			sum += g.Count
			assert.Equal(t, g.Count, g.Conversations)
		}
		assert.LessOrEqual(t, sum, len(asked))
	})
}

// Questions of a public set, whose intents are known, gather by intent.
func TestGapsOfAPublicSet(t *testing.T) {
	t.Parallel()
	data := os.Getenv("FRONTDESK_DATA")
	if data == "" {
		t.Skip("FRONTDESK_DATA is not set")
	}
	f, err := os.Open(filepath.Join(data, "intent", "clinc150", "valid.tsv"))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	intent := map[string]string{}
	var asked []Asked
	for sc := bufio.NewScanner(f); sc.Scan(); {
		s, label, ok := strings.Cut(sc.Text(), "\t")
		if ok {
			intent[s] = label
			asked = append(asked, Asked{Text: s, Language: "en"})
		}
	}
	gaps, err := Gaps(context.Background(), nil, asked, nil)
	require.NoError(t, err)
	grouped, right := 0, 0
	for _, g := range gaps {
		for _, s := range g.Samples {
			grouped++
			if intent[s] == intent[g.Question] {
				right++
			}
		}
	}
	t.Logf("%d questions, %d gaps, %d samples, %.1f %% of the question's intent", len(asked), len(gaps), grouped, 100*float64(right)/float64(grouped))
	assert.Greater(t, float64(right)/float64(grouped), 0.85)
}

func ExampleGaps() {
	base, err := kb.New([]kb.Entry{{ID: "ship", Texts: map[string]kb.Text{"zh": {Question: "多久发货？", Answer: "当天。"}}}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	gaps, err := Gaps(context.Background(), base, []Asked{
		{Text: "礼品卡可以退吗？", Language: "zh", Conversation: "1", Reply: "您好，礼品卡不支持退货。"},
		{Text: "请问礼品卡可以退吗", Language: "zh", Conversation: "2"},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	draft := gaps[0].Draft()
	fmt.Println(gaps[0].Conversations, draft.State, draft.Texts["zh"].Question, draft.Texts["zh"].Answer)
	// Output:
	// 2 draft 礼品卡可以退吗？ 您好，礼品卡不支持退货。
}
