package sentiment_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// parlour are messages of a trade whose words no lexicon has: what is said of
// one pet is said of others.
func parlour() []sentiment.Labelled {
	var out []sentiment.Labelled
	groom := map[sentiment.Class][]string{
		sentiment.ClassNegative: {"炸毛了", "剃秃了一块", "剪出豁口", "尾巴剃秃了", "毛打结没梳开", "指甲剪出血线", "耳朵没掏"},
		sentiment.ClassPositive: {"蓬蓬松松", "蓬松得像云", "造型圆滚滚", "毛茸茸香喷喷", "圆滚滚一团", "顺滑带光泽", "香喷喷的"},
		sentiment.ClassNeutral:  {"几点可以接", "洗一次多少钱", "要提前约吗", "周六有位置吗", "用哪种浴液", "剪毛要多久", "能送到家吗"},
	}
	pets := []string{"我家猫咪", "狗狗洗完", "泰迪今天", "布偶剪完", "金毛", "小比熊"}
	for _, class := range []sentiment.Class{sentiment.ClassNegative, sentiment.ClassPositive, sentiment.ClassNeutral} {
		for _, says := range groom[class] {
			for _, pet := range pets {
				out = append(out, sentiment.Labelled{Text: pet + says, Class: class})
			}
		}
	}
	slices.SortFunc(out, func(a, b sentiment.Labelled) int { return strings.Compare(a.Text, b.Text) })
	return out
}

func TestTrain(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	w, report, err := s.Train(context.Background(), parlour())
	require.NoError(t, err)
	t.Log(report)
	assert.Equal(t, 126, report.Messages)
	assert.Less(t, report.Before.Accuracy, 0.5, "unknown words are neutral")
	assert.Greater(t, report.Gain(), 30.0)

	var file bytes.Buffer
	n, err := w.WriteTo(&file)
	require.NoError(t, err)
	assert.EqualValues(t, file.Len(), n)
	back, err := sentiment.Load(&file)
	require.NoError(t, err)
	assert.Equal(t, w, back)

	tuned, err := sentiment.New(&sentiment.Options{Weights: back})
	require.NoError(t, err)
	assert.Greater(t, tuned.Score("狗狗洗完蓬蓬松松").Polarity, s.Score("狗狗洗完蓬蓬松松").Polarity)
	assert.Less(t, tuned.Score("猫咪剪完毛炸毛了").Polarity, s.Score("猫咪剪完毛炸毛了").Polarity)
	assert.Greater(t, tuned.Score("great, thank you").Polarity, 0.3, "what it knew stays")

	again, _, err := s.Train(context.Background(), parlour())
	require.NoError(t, err)
	assert.Equal(t, w, again, "the same messages, the same weights")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, _, err = s.Train(ctx, parlour())
	assert.ErrorIs(t, err, context.Canceled)
	_, _, err = s.Train(context.Background(), parlour()[:3])
	assert.ErrorContains(t, err, "at least 20")
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	good, err := os.ReadFile("weights.bin")
	require.NoError(t, err)
	_, err = sentiment.Load(bytes.NewReader(good))
	require.NoError(t, err)
	before, err := sentiment.Load(bytes.NewReader(good[:len(good)-1<<20+1<<18]))
	require.NoError(t, err, "files had a quarter of the weights before")
	s, err := sentiment.New(&sentiment.Options{Weights: before})
	require.NoError(t, err)
	well(t, "太差劲了, but thanks", s.Score("太差劲了, but thanks"))
	_, _, err = s.Train(context.Background(), parlour())
	require.NoError(t, err)
	at := func(i int, b ...byte) []byte {
		c := bytes.Clone(good)
		copy(c[i:], b)
		return c
	}
	first := at(6, '1') // a file of the first version knows no last clauses
	w, err := sentiment.Load(bytes.NewReader(first))
	require.NoError(t, err)
	var again bytes.Buffer
	_, err = w.WriteTo(&again)
	require.NoError(t, err)
	assert.Equal(t, first, again.Bytes(), "and stays what it is")
	old, err := sentiment.New(&sentiment.Options{Weights: w})
	require.NoError(t, err)
	assert.NotEqual(t, scorer(t).Score("颜色比图片深一点，摸着很薄").Polarity, old.Score("颜色比图片深一点，摸着很薄").Polarity)
	assert.Equal(t, scorer(t).Score("摸着很薄").Polarity, old.Score("摸着很薄").Polarity, "a single clause is the whole text")
	for name, tc := range map[string]struct {
		file []byte
		want string
	}{
		"empty":     {nil, "EOF"},
		"other":     {[]byte(strings.Repeat("x", 100)), "no file of weights"},
		"figures":   {at(8, 99), "train anew"},
		"cut":       {good[:1000], "cut short"},
		"more":      {append(bytes.Clone(good), 0), "goes on"},
		"no number": {at(12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), "damaged"},
	} {
		_, err := sentiment.Load(bytes.NewReader(tc.file))
		assert.ErrorContains(t, err, tc.want, name)
	}
	_, err = (&sentiment.Weights{}).WriteTo(failing{})
	assert.ErrorIs(t, err, errFull)
}

var errFull = errors.New("disk full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }

func FuzzLoad(f *testing.F) {
	good, err := os.ReadFile("weights.bin")
	require.NoError(f, err)
	f.Add(good[:100])
	f.Add([]byte("fdmood1\n\x06\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		// The grams at the end may be anything: the fuzzer writes what is before.
		if w, err := sentiment.Load(bytes.NewReader(append(bytes.Clone(file), good[min(len(file), len(good)):]...))); err == nil {
			s, err := sentiment.New(&sentiment.Options{Weights: w})
			require.NoError(t, err)
			got := s.Score("太差劲了, but thanks")
			require.True(t, got.Polarity >= -1 && got.Polarity <= 1)
		}
	})
}
