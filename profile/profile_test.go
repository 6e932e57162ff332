package profile

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var epoch = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func drawEvents(t *rapid.T) []Event {
	ids := []Identity{{Kind: "phone", Value: "138"}, {Kind: "uid", Value: "u1"}, {Kind: "email", Value: "a@b.c"}}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Event {
		e := Event{ID: rapid.StringMatching("[a-z]{8}").Draw(t, "id"), At: epoch.Add(time.Duration(rapid.IntRange(0, 50).Draw(t, "at")) * time.Hour),
			Kind: rapid.SampledFrom([]Kind{Learned, Tagged, Untagged, Consented, Contacted, Viewed, Carted, Uncarted, Purchased, Refunded, Identified, "other"}).Draw(t, "kind"),
			Key:  rapid.SampledFrom([]string{"name", "tone", "personal", "marketing"}).Draw(t, "key"), Value: rapid.SampledFrom([]string{"yes", "no", "a", "b"}).Draw(t, "value"),
			Source: rapid.SampledFrom([]string{"told", "host", "derived"}).Draw(t, "source"),
			Item:   rapid.SampledFrom([]string{"", "x", "y", "z"}).Draw(t, "item"), Amount: int64(rapid.IntRange(0, 100).Draw(t, "amount")), Currency: "CNY"}
		if e.Kind == Identified {
			id := rapid.SampledFrom(ids).Draw(t, "identity")
			id.Verified = rapid.Bool().Draw(t, "verified")
			e.Identity = &id
		}
		return e
	}), 0, 25).Draw(t, "events")
}

func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := drawEvents(t)
		shuffled := rapid.Permutation(events).Draw(t, "shuffled")
		var a, b Customer
		for _, e := range events {
			a.Apply(e)
		}
		for _, e := range shuffled {
			b.Apply(e)
		}
		x, err := json.Marshal(a)
		require.NoError(t, err)
		y, err := json.Marshal(b)
		require.NoError(t, err)
		assert.JSONEq(t, string(x), string(y))
	})
}

func TestApply(t *testing.T) {
	t.Parallel()
	at := func(h int) time.Time { return epoch.Add(time.Duration(h) * time.Hour) }
	var c Customer
	for _, e := range []Event{
		{At: at(1), Kind: Learned, Key: "name", Value: "林晓", Source: "told"}, {At: at(2), Kind: Learned, Key: "name", Value: "LX", Source: "derived"},
		{At: at(1), Kind: Consented, Key: "personal", Value: "yes", Source: "v1"}, {At: at(3), Kind: Consented, Key: "personal", Value: "no"},
		{At: at(1), Kind: Carted, Item: "a"}, {At: at(1), Kind: Carted, Item: "b"}, {At: at(2), Kind: Uncarted, Item: "a"},
		{At: at(3), Kind: Purchased, Item: "b", Amount: 500, Currency: "CNY"}, {At: at(4), Kind: Refunded, Item: "b", Amount: 200, Currency: "CNY"},
		{At: at(1), Kind: Tagged, Value: "vip"}, {At: at(1), Kind: Viewed, Item: "a"}, {At: at(5), Kind: Viewed, Item: "c"},
	} {
		c.Apply(e)
	}
	assert.Equal(t, "林晓", c.Traits["name"].Value, "what was told wins over what was derived")
	assert.False(t, c.May(Personal), "withdrawn")
	assert.True(t, c.May(Service))
	assert.False(t, c.May(Marketing))
	assert.True(t, c.NeedsAsking(Marketing))
	assert.False(t, c.NeedsAsking(Personal))
	assert.Empty(t, c.Activity.InCart(), "bought is no longer in the cart")
	assert.Equal(t, int64(300), c.Activity.Spent["CNY"])
	assert.Equal(t, []string{"vip"}, c.Tags)
	assert.Equal(t, "c", c.Activity.Viewed[0].Item)
}

func TestTone(t *testing.T) {
	t.Parallel()
	for want, traits := range map[Tone]map[string]Trait{
		ToneNeutral: {}, ToneLively: {"age_band": {Value: "18-24"}}, ToneFormal: {"tier": {Value: "black"}},
	} {
		assert.Equal(t, want, Customer{Traits: traits}.Tone(epoch))
	}
	assert.Equal(t, ToneLively, Customer{Traits: map[string]Trait{"tone": {Value: "lively"}, "tier": {Value: "black"}}}.Tone(epoch), "told wins")
}

func TestRules(t *testing.T) {
	t.Parallel()
	rules, err := DefaultRules()
	require.NoError(t, err)
	var c Customer
	for i := range 5 {
		c.Apply(Event{ID: fmt.Sprint(i), At: epoch.AddDate(0, 0, i), Kind: Purchased, Item: fmt.Sprint(i), Amount: 70000, Currency: "CNY"})
	}
	assert.Equal(t, []string{"frequent_buyer", "high_value"}, rules.Tags(c, epoch.AddDate(0, 0, 10)))
	assert.Equal(t, []string{"high_value", "dormant"}, rules.Tags(c, epoch.AddDate(1, 0, 0)))
	assert.Equal(t, "高频购买者", rules.Name("frequent_buyer", "zh"))
	_, err = ReadRules(strings.NewReader("- tag: a\n  wen: {}\n"), "r.yaml")
	require.Error(t, err)
	assert.Contains(t, err.Error(), "r.yaml")
	_, err = ReadRules(strings.NewReader("- when: {min: 1}\n"), "r.yaml")
	assert.ErrorContains(t, err, "rule 1 has no tag")
}

func TestMasked(t *testing.T) {
	t.Parallel()
	c := Customer{Identities: []Identity{{Kind: "phone", Value: "+8613800138000"}}, Traits: map[string]Trait{"name": {Value: "林晓"}, "email": {Value: "lin@example.com"}, "size.top": {Value: "M"}}}
	m := c.Masked()
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	for _, secret := range []string{"13800138000", "林晓", "lin@"} {
		assert.NotContains(t, string(raw), secret)
	}
	assert.Equal(t, "M", m.Traits["size.top"].Value)
	assert.Equal(t, "林晓", c.Traits["name"].Value, "the original was changed")
}

func FuzzReadRules(f *testing.F) {
	f.Add([]byte("- tag: a\n  when: {kind: purchased, min: 1}\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := ReadRules(strings.NewReader(string(raw)), "r")
		if err == nil {
			r.Tags(Customer{}, epoch)
		}
	})
}

func BenchmarkApply(b *testing.B) {
	b.ReportAllocs()
	var c Customer
	for i := 0; b.Loop(); i++ {
		c.Apply(Event{At: epoch.Add(time.Duration(i)), Kind: Viewed, Item: "x"})
	}
}

func ExampleBook() {
	ctx, book := context.Background(), NewBook()
	web, app := Identity{Kind: "thread", Value: "web/42"}, Identity{Kind: "thread", Value: "app/7"}
	phone := Identity{Kind: "phone", Value: "+8613800138000", Verified: true}
	for i, id := range []Identity{web, app} {
		c, _ := book.Customer(ctx, "", id)
		_ = book.Record(ctx, "", c.ID, Event{ID: fmt.Sprint(i, "a"), At: epoch, Kind: Identified, Identity: &id},
			Event{ID: fmt.Sprint(i, "b"), At: epoch, Kind: Identified, Identity: &phone},
			Event{ID: fmt.Sprint(i, "c"), At: epoch, Kind: Purchased, Item: []string{"裙子", "shoes"}[i], Amount: 10000, Currency: "CNY"})
	}
	a, _ := book.Customer(ctx, "", web)
	b, _ := book.Customer(ctx, "", app)
	fmt.Println(a.ID == b.ID, len(b.Activity.Purchases), b.Activity.Spent["CNY"])
	// Output: true 2 20000
}
