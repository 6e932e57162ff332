package recommend

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// colours is a catalogue of three items of each of ten colours.
func colours() []Item {
	var items []Item
	for i := range 30 {
		items = append(items, thing(fmt.Sprint(i), "cup", fmt.Sprint("colour", i/3), 1, 1))
	}
	return items
}

// Of a new item its colour says what goes with it; the more events say of it
// themselves, the less its colour does.
func TestKin(t *testing.T) {
	t.Parallel()
	s, err := New(colours(), nil)
	require.NoError(t, err)
	next := func(hand ...string) (out []string) {
		for _, x := range s.Rank("", hand, 2, false) {
			out = append(out, x.Item)
		}
		return out
	}
	assert.ElementsMatch(t, []string{"1", "2"}, next("0"))
	assert.ElementsMatch(t, []string{"5", "3"}, next("20", "4"), "the latest item says more")
	for i := range 20 {
		for _, item := range []string{"0", "17", "18"} {
			record(t, s, Event{Kind: "purchased", Session: fmt.Sprint(i), Item: item})
		}
	}
	assert.ElementsMatch(t, []string{"17", "18"}, next("0"), "events say what goes with it")
	s.weights.Kin = 0
	assert.Empty(t, next("4"))
}

// What attributes say is judged where the replay has the catalogue.
func TestReplayWithItems(t *testing.T) {
	t.Parallel()
	var all []Event
	for u := range 60 { // each goes through one colour, most of them as the first
		for k := range 3 {
			all = append(all, Event{Kind: "viewed", Customer: fmt.Sprint(u), Session: fmt.Sprint(u), Item: fmt.Sprint(u*3 + k)})
		}
	}
	var items []Item
	for i := range 180 {
		items = append(items, thing(fmt.Sprint(i), "cup", fmt.Sprint("colour", i/3), 1, 1))
	}
	without, err := NewReplay(all, nil).Judge(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, 60, without.Queries)
	with, err := NewReplay(all, &ReplayOptions{Items: items}).Judge(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, without.Recall, "nobody took it before")
	assert.Equal(t, 1.0, with.Recall)
}
