package kb

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// paired are entries about ten things, each in twelve wordings, of which most
// name the thing twice: "coupon" stands beside "voucher", 优惠券 beside 代金券.
func paired() []Entry {
	things := [][2]string{{"coupon", "voucher"}, {"parcel", "package"}, {"sofa", "couch"}, {"refund", "rebate"}, {"invoice", "bill"},
		{"优惠券", "代金券"}, {"快递", "包裹"}, {"沙发", "长椅"}, {"退款", "返现"}, {"发票", "账单"}}
	doing := []string{"use the", "lose my", "change this", "怎么用", "丢了我的", "想换这个"}
	var out []Entry
	for i, th := range things {
		e := Entry{ID: th[0], Texts: map[string]Text{"": {Question: th[0] + " " + doing[i%6], Answer: fmt.Sprint("answer ", i)}}}
		t := e.Texts[""]
		for k := range 11 {
			t.Others = append(t.Others, fmt.Sprintf("%s %s %s", doing[k%6], th[0], th[1]))
		}
		e.Texts[""] = t
		out = append(out, e)
	}
	return out
}

func TestFactorsBringNearWhatStandsTogether(t *testing.T) {
	t.Parallel()
	b, err := New(paired(), nil)
	require.NoError(t, err)
	s := b.snap.Load()
	require.NotNil(t, s.factors)
	sc := b.scratch()
	at := func(q, id string) float64 {
		to := make([]float32, s.factors.k)
		s.factors.read(&sc.analyser, s.same.read(q), to)
		k, d, ok := s.find(id)
		require.True(t, ok)
		return s.parts[k].latent(to, d)
	}
	assert.Greater(t, at("voucher", "coupon"), at("voucher", "sofa")+0.3)
	assert.Greater(t, at("代金券", "优惠券"), at("代金券", "沙发")+0.3)
	assert.Less(t, at("quantum physics 量子力学 voucher", "coupon"), at("voucher", "coupon"), "unknown words count against")
	assert.Zero(t, at("", "coupon"))
}

func TestFactorsAreOfSmallBases(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]bool{latentWords - 1: false, latentWords: true, latentEntries: true, latentEntries + 1: false} {
		var es []Entry
		for i := range n {
			es = append(es, Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"zh": {Question: fmt.Sprint("第", i, "个问题怎么办")}}})
		}
		b, err := New(es, nil)
		require.NoError(t, err)
		assert.Equal(t, want, b.snap.Load().factors != nil, n)
	}
}

func TestPassagesHaveNoFactors(t *testing.T) {
	t.Parallel()
	var es []Entry
	for i := range 100 {
		es = append(es, Entry{ID: fmt.Sprint(i), Kind: Passage, Texts: map[string]Text{"zh": {Question: fmt.Sprint("第", i, "节"), Answer: strings.Repeat("签收后七天内可以退货。", 20)}}})
	}
	b, err := New(es, nil)
	require.NoError(t, err)
	assert.Nil(t, b.snap.Load().factors)
}

// However a base came to its entries, after Compact it answers as one made of
// them at once, and so does what it saves.
func TestFactorsFollowChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := paired()
		n := rapid.IntRange(1, len(all)).Draw(t, "first")
		b, err := New(all[:n], nil)
		require.NoError(t, err)
		for _, e := range all[n:] {
			require.NoError(t, b.Put(e))
			for _, p := range b.snap.Load().parts {
				if f := b.snap.Load().factors; f != nil {
					require.Len(t, p.rows, f.k*len(p.segment.words), "every part stands in the factors")
				}
			}
		}
		if n < len(all) && rapid.Bool().Draw(t, "changed") {
			e := all[n]
			e.Category = "x"
			require.NoError(t, b.Put(e))
			require.NoError(t, b.Put(all[n]))
		}
		b.Compact()
		whole, err := New(all, nil)
		require.NoError(t, err)
		var saved bytes.Buffer
		require.NoError(t, whole.Save(&saved))
		opened, err := Open(&saved, nil)
		require.NoError(t, err)
		q := Query{Text: rapid.SampledFrom([]string{"my voucher is gone", "代金券丢了", "长椅想换", "package use"}).Draw(t, "query")}
		want, err := whole.Answer(context.Background(), q)
		require.NoError(t, err)
		for _, other := range []*Base{b, opened} {
			got, err := other.Answer(context.Background(), q)
			require.NoError(t, err)
			require.Equal(t, want.Hits[0].ID, got.Hits[0].ID)
			require.InDelta(t, want.Confidence, got.Confidence, 1e-3)
		}
	})
}

func TestFactorsAreOrthogonal(t *testing.T) {
	t.Parallel()
	s := newSnapshot(paired(), newSynonyms(nil))
	f := s.factors
	require.NotNil(t, f)
	for i := range f.k {
		for j := range i + 1 {
			dot := 0.0
			for w := range f.idf {
				dot += float64(f.basis[w*f.k+i]) * float64(f.basis[w*f.k+j])
			}
			if i == j {
				assert.True(t, math.Abs(dot-1) < 1e-3 || dot == 0, "%d: %v", i, dot)
			} else {
				assert.InDelta(t, 0, dot, 1e-3)
			}
		}
	}
}
