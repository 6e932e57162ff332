package sentiment_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/sentiment"
)

// garage are messages with labels no package has.
func garage() []sentiment.Example {
	var out []sentiment.Example
	for i := range 15 {
		out = append(out,
			sentiment.Example{Text: fmt.Sprintf("第%d次来修了,太气人了", i), Label: "投诉"},
			sentiment.Example{Text: fmt.Sprintf("师傅%d号手艺真好,谢谢", i), Label: "表扬"},
			sentiment.Example{Text: fmt.Sprintf("can I bring the car in at %d", i), Label: "booking"},
		)
	}
	return out
}

func TestTrainLabels(t *testing.T) {
	t.Parallel()
	s := scorer(t)
	l, report, err := s.TrainLabels(context.Background(), garage())
	require.NoError(t, err)
	assert.Equal(t, 45, report.Examples)
	assert.InDelta(t, 1.0/3, report.Commonest, 1e-9)
	assert.Greater(t, report.Accuracy, 0.95)
	assert.Contains(t, report.String(), "45 examples: accuracy")
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
	one, none, many := garage(), garage(), garage()
	for i := range one {
		one[i].Label, many[i].Label = "a", fmt.Sprint(i)
	}
	none[4].Label = ""
	_, _, err = s.TrainLabels(ctx, one)
	assert.ErrorContains(t, err, "1 labels: want 2 to 32")
	_, _, err = s.TrainLabels(ctx, many)
	assert.ErrorContains(t, err, "45 labels")
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
