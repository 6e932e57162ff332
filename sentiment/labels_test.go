package sentiment_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// garage are messages with labels no package has, no two alike.
func garage() []sentiment.Example {
	var out []sentiment.Example
	for label, texts := range map[string][]string{
		"投诉": {"修了三次还是漏油,太气人了", "说好今天取车,骗人", "师傅态度恶劣", "乱收费,黑店", "换个灯泡要八百,坑人", "刹车没修好就还给我,太差劲了", "拖了两周,受够了", "车漆刮花了还不认账", "越修越坏,退钱", "没人管没人问,失望"},
		"表扬": {"师傅手艺真好,谢谢", "修得又快又便宜,满意", "老板很热心,点赞", "异响全没了,太棒了", "讲解很耐心,好评", "比4S店靠谱,推荐", "洗得干干净净,开心", "救了我的急,感谢", "开起来像新车,喜欢", "价格公道,放心"},
		"booking": {"can I bring the car in at nine", "I'd like to book a service for Monday", "is there a slot for an oil change tomorrow", "could you fit new tyres on Friday", "book me in for the MOT please",
			"when can you look at the brakes", "can I drop it off on Tuesday evening", "any appointment left this week", "I want to come in for a wheel alignment", "please move my appointment to Thursday"},
	} {
		for _, text := range texts {
			out = append(out, sentiment.Example{Text: text, Label: label})
		}
	}
	slices.SortFunc(out, func(a, b sentiment.Example) int { return strings.Compare(a.Text, b.Text) })
	return out
}

func TestTrainLabels(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	l, report, err := s.TrainLabels(context.Background(), garage())
	require.NoError(t, err)
	assert.Equal(t, 30, report.Examples)
	assert.InDelta(t, 1.0/3, report.Commonest, 1e-9)
	assert.Greater(t, report.Accuracy, 0.8)
	t.Log(report)
	assert.Contains(t, report.String(), "30 examples: accuracy")
	assert.Equal(t, []string{"booking", "投诉", "表扬"}, l.Labels())

	got := l.Label("could I bring it in tomorrow")
	require.Len(t, got, 3)
	assert.Equal(t, "booking", got[0].Name)
	assert.InDelta(t, 1, got[0].Chance+got[1].Chance+got[2].Chance, 1e-9)
	assert.Equal(t, "投诉", l.Label("垃圾公司,骗子")[0].Name, "words no example has, which the lexicon knows")
	assert.Equal(t, "表扬", l.Label("非常满意,点赞")[0].Name)
	assert.Len(t, l.Label(""), 3)

	again, _, err := s.TrainLabels(context.Background(), garage())
	require.NoError(t, err)
	assert.Equal(t, l.Label("修得真快"), again.Label("修得真快"), "the same examples, the same labels")

	var file bytes.Buffer
	n, err := l.WriteTo(&file)
	require.NoError(t, err)
	assert.EqualValues(t, file.Len(), n)
	back, err := s.LoadLabels(&file)
	require.NoError(t, err)
	assert.Equal(t, l, back)
}

func TestTrainLabelsErrors(t *testing.T) {
	t.Parallel()
	s, ctx := scorer(t), context.Background()
	_, _, err := s.TrainLabels(ctx, garage()[:19])
	assert.ErrorContains(t, err, "19 examples: at least 20")
	one, none := garage(), garage()
	many := slices.Concat(one, one)
	for i := range one {
		one[i].Label = "a"
	}
	for i := range many {
		many[i].Label = fmt.Sprint(i)
	}
	none[4].Label = ""
	_, _, err = s.TrainLabels(ctx, one)
	assert.ErrorContains(t, err, "1 labels: want 2 to 32")
	_, _, err = s.TrainLabels(ctx, many)
	assert.ErrorContains(t, err, "want 2 to 32")
	_, _, err = s.TrainLabels(ctx, none)
	assert.ErrorContains(t, err, "example 5 has no label")
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	_, _, err = s.TrainLabels(stopped, garage())
	assert.ErrorIs(t, err, context.Canceled)
}

func TestLoadLabelsErrors(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	l, _, err := s.TrainLabels(context.Background(), garage())
	require.NoError(t, err)
	var file bytes.Buffer
	_, err = l.WriteTo(&file)
	require.NoError(t, err)
	good := file.Bytes()
	figures := bytes.Clone(good)
	figures[9]++
	for name, tc := range map[string]struct {
		file []byte
		want string
	}{
		"empty":   {nil, "no file of labels"},
		"other":   {[]byte("fdmood1\nxxxxxxxxxx"), "no file of labels"},
		"figures": {figures, "train anew"},
		"cut":     {good[:len(good)-1], "damaged"},
		"more":    {append(bytes.Clone(good), 1), "damaged"},
		"names":   {good[:14], "damaged"},
	} {
		_, err := s.LoadLabels(bytes.NewReader(tc.file))
		assert.ErrorContains(t, err, tc.want, name)
	}
	_, err = l.WriteTo(failing{})
	assert.ErrorIs(t, err, errFull)
}

func FuzzLoadLabels(f *testing.F) {
	s := scorer(f)
	l, _, err := s.TrainLabels(context.Background(), garage())
	require.NoError(f, err)
	var file bytes.Buffer
	_, err = l.WriteTo(&file)
	require.NoError(f, err)
	f.Add(file.Bytes())
	f.Add(file.Bytes()[:40])
	f.Fuzz(func(t *testing.T, file []byte) {
		if l, err := s.LoadLabels(bytes.NewReader(file)); err == nil {
			require.Len(t, l.Label("太差劲了, but thanks"), len(l.Labels()))
		}
	})
}
