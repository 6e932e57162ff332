package nlu

import (
	"bytes"
	"context"
	"errors"
	"hash/fnv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// concepts is an embedder that knows a few synonyms; every text is near its
// concepts and a little away from all others. It fails while down is set.
type concepts struct {
	down  error
	calls int
	dims  int
}

func (c *concepts) Embed(_ context.Context, texts []string) ([][]float32, error) {
	if c.down != nil {
		return nil, c.down
	}
	c.calls++
	dims := max(c.dims, 16)
	var out [][]float32
	for _, s := range texts {
		v := make([]float32, dims)
		v[0] = 3 // as real ones: a direction that all share
		for i, words := range [][]string{
			{"退货", "退掉", "寄回", "return", "send back"}, {"发票", "开票", "报税", "invoice", "receipt"},
			{"快递", "物流", "包裹", "parcel", "courier"}, {"优惠", "打折", "便宜点", "discount", "cheaper"},
		} {
			for _, w := range words {
				if strings.Contains(s, w) {
					v[1+i] = 2
				}
			}
		}
		h := fnv.New64a()
		_, _ = h.Write([]byte(s))
		for i, bits := 5, h.Sum64(); i < dims; i, bits = i+1, bits>>3 {
			v[i] = float32(bits&7)/20 - 0.2
		}
		out = append(out, v)
	}
	return out, nil
}

func fewExamples4() []Example {
	var out []Example
	for intent, lines := range map[string][]string{
		"return":  {"我要退货", "这个能退货吗", "申请退货", "怎么退货", "退货流程", "i want to return this", "how do i return it", "return please"},
		"invoice": {"我要发票", "能开发票吗", "发票怎么开", "发票抬头", "电子发票", "i need an invoice", "send me the invoice", "invoice please"},
		"parcel":  {"快递到哪了", "查一下快递", "快递单号", "快递太慢了", "什么快递", "where is my parcel", "track the parcel", "parcel is late"},
		"deal":    {"有优惠吗", "优惠多少", "优惠券", "最近的优惠", "给点优惠", "any discount", "is there a discount", "discount code"},
	} {
		for _, l := range lines {
			out = append(out, Example{Text: l, Intent: intent}, Example{Text: l + "?", Intent: intent})
		}
	}
	return out
}

func TestEmbedder(t *testing.T) {
	t.Parallel()
	by := &concepts{}
	m, err := Train(context.Background(), fewExamples4(), &Options{NoBuiltin: true, Embedder: by})
	require.NoError(t, err)
	require.NotNil(t, m.embed)
	assert.Positive(t, m.embed.share)
	var file bytes.Buffer
	require.NoError(t, m.Save(&file))
	loaded, err := Load(bytes.NewReader(file.Bytes()), nil)
	require.NoError(t, err)

	// None of these words stands in the examples.
	for text, want := range map[string]string{"想寄回去": "return", "send back": "return", "报税": "invoice", "my receipt": "invoice",
		"包裹呢": "parcel", "which courier": "parcel", "打折不": "deal", "cheaper": "deal"} {
		got, err := m.Understand(context.Background(), Input{Text: text})
		require.NoError(t, err)
		assert.Equal(t, want, got.Intent, "%s: %+v", text, got.Intents)
		alone, err := loaded.Understand(context.Background(), Input{Text: text})
		require.NoError(t, err)
		assert.NotEqual(t, want, alone.Intent, "%s without the embedder", text)
		again, err := loaded.WithEmbedder(by).Understand(context.Background(), Input{Text: text})
		require.NoError(t, err)
		assert.Equal(t, got.Intents[0].Name, again.Intents[0].Name)
		assert.InDelta(t, got.Unknown, again.Unknown, 1e-6)
	}
	calls := by.calls
	m.Classify("退货")
	m.Explain("退货")
	assert.Equal(t, calls, by.calls, "only Understand asks")
}

// Whatever the embedder does wrong, the model decides as it would without one.
func TestEmbedderFails(t *testing.T) {
	t.Parallel()
	m, err := Train(context.Background(), fewExamples4(), &Options{NoBuiltin: true, Embedder: &concepts{}})
	require.NoError(t, err)
	for name, by := range map[string]Embedder{"none": nil, "down": &concepts{down: errors.New("down")}, "another model": &concepts{dims: 20}, "empty": empty{}} {
		broken := m.WithEmbedder(by)
		for _, text := range []string{"我要退货", "包裹呢", "where is my parcel", ""} {
			got, err := broken.Understand(context.Background(), Input{Text: text})
			require.NoError(t, err, name)
			want, unknown := m.Classify(text)
			assert.Equal(t, want, got.Intents, "%s: %s", name, text)
			assert.InDelta(t, unknown, got.Unknown, 1e-9, "%s: %s", name, text)
		}
	}
	down := errors.New("down")
	_, err = Train(context.Background(), fewExamples4(), &Options{Embedder: &concepts{down: down}})
	require.ErrorIs(t, err, down)
	_, err = Train(context.Background(), fewExamples4(), &Options{Embedder: empty{}})
	require.ErrorContains(t, err, "vectors")
}

type empty struct{}

func (empty) Embed(context.Context, []string) ([][]float32, error) { return nil, nil }
