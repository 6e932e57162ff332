package kb

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// synonymous are 32 entries about a thing each, in five wordings: each has two of
// the thing's five names, in a setting all entries share.
func synonymous() []Entry {
	names := func(i int) []string {
		r := rand.New(rand.NewPCG(uint64(i), 9))
		var out []string
		for range 4 {
			w := []byte{}
			for range 6 {
				w = append(w, "bcdfglmnprst"[r.IntN(12)], "aeiou"[r.IntN(5)])
			}
			out = append(out, string(w[:7]))
		}
		return append(out, string(rune(0x4e00+40*i))+string(rune(0x4e05+40*i)))
	}
	settings := []string{"%s and %s are broken", "where is my %s or %s", "我的%s和%s怎么还没到", "does %s come with %s", "%s、%s坏了怎么办"}
	var out []Entry
	for i := range fewest + 2 {
		n, t := names(i), Text{Answer: fmt.Sprint("answer ", i)}
		for k, s := range settings {
			w := fmt.Sprintf(s, n[k%5], n[(k+1+i)%5])
			if k == 0 {
				t.Question = w
			} else {
				t.Others = append(t.Others, w)
			}
		}
		out = append(out, Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"": t}})
	}
	return out
}

func ranked(t require.TestingT, b *Base, text string) []Hit {
	hits, err := b.Search(context.Background(), Query{Text: text, N: 20})
	require.NoError(t, err)
	return hits
}

func TestAdaptIsJudgedAndKept(t *testing.T) {
	t.Parallel()
	b, err := New(synonymous(), nil)
	require.NoError(t, err)
	ask := synonymous()[7].Texts[""].Others[2]
	plain, version := ranked(t, b, ask), b.Version()
	a, err := b.Adapt(context.Background())
	require.NoError(t, err)
	assert.Greater(t, a.HeldOut, 100)
	require.True(t, a.Adopted, "%+v", a)
	assert.Greater(t, a.After, a.Before)
	adapted := ranked(t, b, ask)
	assert.NotEqual(t, plain, adapted)
	assert.Equal(t, version, b.Version(), "the entries are the same")

	again, err := New(synonymous(), nil)
	require.NoError(t, err)
	same, err := again.Adapt(context.Background())
	require.NoError(t, err)
	assert.Equal(t, a, same)
	assert.Equal(t, adapted, ranked(t, again, ask), "the same entries, the same factors")

	extra := Entry{ID: "extra", Texts: map[string]Text{"": {Question: "zzz"}}}
	require.NoError(t, b.Put(extra))
	assert.True(t, b.snap.Load().factors.adapted)
	assert.Len(t, b.snap.Load().parts[1].rows, latentSize)
	b.Remove("extra")
	b.Compact()
	require.Len(t, b.snap.Load().parts, 1)
	assert.Equal(t, adapted, ranked(t, b, ask), "compacting keeps them")

	var file bytes.Buffer
	require.NoError(t, b.Save(&file))
	opened, err := Open(&file, nil)
	require.NoError(t, err)
	assert.Equal(t, plain, ranked(t, opened, ask), "they are not saved")
	_, err = opened.Adapt(context.Background())
	require.NoError(t, err)
	assert.Equal(t, adapted, ranked(t, opened, ask))

	require.NoError(t, b.Replace(synonymous()))
	assert.Equal(t, plain, ranked(t, b, ask), "other entries, other factors")
}

// Where wordings of an entry have nothing in common, there is nothing to learn.
func TestAdaptRefusesWhatDoesNotWin(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	word := func() string {
		w := make([]byte, 6)
		for i := range w {
			w[i] = byte('a' + r.IntN(26))
		}
		return string(w)
	}
	var entries []Entry
	for i := range 60 {
		entries = append(entries, Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"": {Question: word() + " help", Others: []string{word() + " help", word() + " help"}}}})
	}
	b, err := New(entries, nil)
	require.NoError(t, err)
	before := ranked(t, b, "help "+entries[3].Texts[""].Others[0])
	a, err := b.Adapt(context.Background())
	require.NoError(t, err)
	assert.Positive(t, a.HeldOut)
	assert.False(t, a.Adopted, "%+v", a)
	assert.Equal(t, before, ranked(t, b, "help "+entries[3].Texts[""].Others[0]))

	// Adapted before its entries became these, a base goes back.
	require.NoError(t, b.adopt(&factors{adapted: true, k: 2}, b.snap.Load()))
	a, err = b.Adapt(context.Background())
	require.NoError(t, err)
	assert.False(t, a.Adopted)
	assert.Equal(t, before, ranked(t, b, "help "+entries[3].Texts[""].Others[0]))
}

func TestAdaptLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	few, single, many := synonymous()[:fewest-1], synonymous(), []Entry{}
	for i := range single {
		single[i].Texts = map[string]Text{"": {Question: single[i].Texts[""].Question + single[i].Texts[""].Others[0]}}
	}
	for i := range latentEntries + 1 {
		many = append(many, Entry{ID: fmt.Sprint(i), Texts: map[string]Text{"": {Question: fmt.Sprint("q ", i), Others: []string{"other"}}}})
	}
	for name, entries := range map[string][]Entry{"few entries": few, "one wording each": single, "many entries": many} {
		b, err := New(entries, nil)
		require.NoError(t, err)
		was := b.snap.Load()
		a, err := b.Adapt(context.Background())
		require.NoError(t, err)
		assert.Equal(t, Adaptation{}, a, name)
		assert.Same(t, was, b.snap.Load(), name)
	}
}

func TestAdaptEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b, err := New(synonymous(), nil)
	require.NoError(t, err)
	was := b.snap.Load()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = b.Adapt(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Same(t, was, b.snap.Load())

	require.NoError(t, b.Replace(synonymous()[:20]))
	assert.ErrorContains(t, b.adopt(&factors{adapted: true, k: 1}, was), "call Adapt again")
}

func TestHoldOutTakesOneWordingOfEach(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entries := drawEntries(t, 10)
		rest, held := holdOut(entries, rapid.IntRange(0, 9).Draw(t, "fold"))
		require.Len(t, rest, len(entries))
		for i, e := range entries {
			for _, lang := range e.languages() {
				was, is := e.Texts[lang], rest[i].Texts[lang]
				all := slices.Concat([]string{was.Question}, was.Others)
				left := slices.Concat([]string{is.Question}, is.Others)
				if len(all) > 1 {
					require.Equal(t, e.ID, held[0].Entry)
					left = append(left, held[0].Query.Text)
					held = held[1:]
				}
				assert.ElementsMatch(t, all, left)
			}
		}
		assert.Empty(t, held)
	})
}

// The gradients are those of the loss, found by moving each number a little.
func TestContrastFollowsItsLoss(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(2, 4).Draw(t, "pairs"), 4
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		c := contrast{f: &factors{k: k}}
		asks, answers := make([]lotText, n), make([]lotText, n)
		for i := range n {
			c.owner = append(c.owner, uint32(rapid.IntRange(0, 2).Draw(t, "entry")))
			for _, l := range []*lotText{&asks[i], &answers[i]} {
				*l = newLotText(k)
				l.text = uint32(i)
				for j := range l.at {
					l.at[j] = float32(r.NormFloat64()) / 4
				}
			}
		}
		loss := func() float64 {
			sum := 0.0
			for i := range n {
				all := 0.0
				for j := range n {
					if i == j || c.owner[i] != c.owner[j] {
						all += math.Exp(contrastSharp * float64(dot(asks[i].at, answers[j].at)))
					}
				}
				sum += math.Log(all)/contrastSharp - float64(dot(asks[i].at, answers[i].at))
			}
			return sum
		}
		c.compare(asks, answers)
		for i := range n {
			for _, l := range []*lotText{&asks[i], &answers[i]} {
				for j, x := range l.at {
					const little = 1e-2
					l.at[j] = x + little
					up := loss()
					l.at[j] = x - little
					down := loss()
					l.at[j] = x
					assert.InDelta(t, (up-down)/(2*little), l.pull[j], 5e-3)
				}
			}
		}
	})
}

func TestAdaptBesideChanges(t *testing.T) {
	t.Parallel()
	b, err := New(synonymous(), nil)
	require.NoError(t, err)
	done := make(chan error)
	go func() {
		_, err := b.Adapt(context.Background())
		done <- err
	}()
	for i := range 100 {
		require.NoError(t, b.Put(Entry{ID: fmt.Sprint("more", i%5), Texts: map[string]Text{"": {Question: "where is my parcel"}}}))
		assert.NotEmpty(t, ranked(t, b, "where is my parcel"))
	}
	require.NoError(t, <-done)
	assert.True(t, b.snap.Load().factors.adapted)
	assert.NotEmpty(t, ranked(t, b, "where is my parcel"))
}
