package recommend

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const csvHead = "id,category,brand,name.zh,name.en,price.CNY,price.USD,stock,link,goes_with,colour\n"

func shelf(t testing.TB) *Shelf {
	t.Helper()
	items, err := ReadCatalogue(strings.NewReader(csvHead+
		"d1,dress,a,红裙子,Red dress,299.00,42.5,size: S=1 M=0 L=2,l,s1,red\nd2,dress,a,黑裙子,Black dress,199,29,5,l,s1,black\n"+
		"d3,dress,b,红礼服,Red gown,599,80,3,l,,red\nd4,dress,b,红纱裙,Red tulle dress,259,39,0,l,,red\ns1,shoes,b,黑鞋,Black shoes,359,52,4,l,d1|d2,black\n"), "c.csv")
	require.NoError(t, err)
	attrs, err := ReadAttributes(strings.NewReader("colour: {red: {zh: [红色, 红], en: [red]}, black: {zh: [黑色], en: [black]}}\n"), "a.yaml")
	require.NoError(t, err)
	s, err := New(items, &Options{Attributes: attrs})
	require.NoError(t, err)
	return s
}

func ids(ss []Suggestion) string {
	var out []string
	for _, s := range ss {
		out = append(out, s.Item.ID)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestRecommend(t *testing.T) {
	t.Parallel()
	s := shelf(t)
	require.NoError(t, s.Record(context.Background(), Event{ID: "1", Kind: "purchased", Customer: "c", Item: "d2"}))
	red, dress := Filter{Attribute: "colour", Any: []string{"red"}}, Filter{Attribute: "category", Any: []string{"dress"}}
	for name, c := range map[string]struct {
		r    Request
		want string
	}{
		"filters":           {Request{Must: []Filter{red, dress}}, "d1 d3"},
		"budget":            {Request{Must: []Filter{red}, MaxPrice: 30000, Currency: "CNY"}, "d1"},
		"budget in USD":     {Request{Must: []Filter{dress}, MinPrice: 4000, MaxPrice: 9000, Currency: "USD"}, "d1 d3"},
		"no such currency":  {Request{MaxPrice: 30000, Currency: "EUR"}, ""},
		"size in stock":     {Request{Must: []Filter{{Attribute: "size", Any: []string{"L"}}}}, "d1"},
		"size sold out":     {Request{Must: []Filter{{Attribute: "size", Any: []string{"M"}}}}, ""},
		"never just bought": {Request{Customer: "c", Must: []Filter{dress}}, "d1 d3"},
		"excluded":          {Request{Must: []Filter{dress}, Exclude: []string{"d1"}}, "d2 d3"},
		"goes with":         {Request{GoesWith: []string{"d1"}}, "s1"},
		"similar":           {Request{Like: []string{"d1"}}, "d2 d3"},
	} {
		got, err := s.Recommend(context.Background(), c.r)
		require.NoError(t, err)
		assert.Equal(t, c.want, ids(got), name)
		for _, g := range got {
			require.NotEmpty(t, g.Reasons, name)
			assert.NotEmpty(t, g.Reasons[0].Text, name)
		}
	}
}

func TestCheapestFirst(t *testing.T) {
	t.Parallel()
	got, err := shelf(t).Recommend(context.Background(), Request{Order: Cheapest, Currency: "CNY", Must: []Filter{{Attribute: "category", Any: []string{"dress"}}}, N: 2})
	require.NoError(t, err)
	require.Len(t, got, 2)
	assert.Equal(t, "d2 d1", got[0].Item.ID+" "+got[1].Item.ID)
}

func TestNewestAndTrending(t *testing.T) {
	t.Parallel()
	s := shelf(t)
	now := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	require.NoError(t, s.Put(Item{ID: "d0", Category: "dress", From: now.Add(-time.Hour), Name: map[string]string{"en": "Linen dress"}, Price: map[string]int64{"CNY": 9900}, Stock: 1}))
	require.NoError(t, s.Put(Item{ID: "d9", Category: "dress", From: now.Add(time.Hour), Name: map[string]string{"en": "Not yet"}, Price: map[string]int64{"CNY": 9900}, Stock: 1}))
	got, err := s.Recommend(t.Context(), Request{Order: Newest, Now: now, Language: "zh"})
	require.NoError(t, err)
	require.Len(t, got, 3)
	assert.Equal(t, "d0", got[0].Item.ID, "the latest that may be sold comes first")
	assert.Equal(t, "s1", got[1].Item.ID, "then what was put last")
	assert.Equal(t, Reason{Code: "new", Text: "新到店"}, got[0].Reasons[0])

	got, err = s.Recommend(t.Context(), Request{Order: Trending, Language: "en"})
	require.NoError(t, err)
	assert.Empty(t, got, "nothing happened yet, so nothing is trending")
	for i := range 9 {
		at, item, segment := now.Add(-time.Duration(i)*time.Hour), "d2", []string{"men"}
		if i%3 == 0 {
			item, segment = "d3", []string{"women"}
		}
		require.NoError(t, s.Record(t.Context(), Event{At: at, Kind: "viewed", Item: item, Segments: segment}))
	}
	for name, c := range map[string]struct {
		segments []string
		want     string
	}{"everyone": {nil, "d2"}, "a segment": {[]string{"women"}, "d3"}, "an unknown segment": {[]string{"pilots"}, "d2"}} {
		got, err = s.Recommend(t.Context(), Request{Order: Trending, Segments: c.segments, Language: "en"})
		require.NoError(t, err)
		require.NotEmpty(t, got, name)
		assert.Equal(t, c.want, got[0].Item.ID, name)
		assert.Equal(t, "trending", got[0].Reasons[0].Code, name)
	}
}

func TestReasonsSpeakTheLanguage(t *testing.T) {
	t.Parallel()
	s := shelf(t)
	for lang, want := range map[string]string{"zh": "符合您要的红色|在您说的 ¥300 以内", "en": "matches red|under your budget of ¥300"} {
		got, err := s.Recommend(context.Background(), Request{Language: lang, Currency: "CNY", MaxPrice: 30000, Must: []Filter{{Attribute: "colour", Any: []string{"red"}}}})
		require.NoError(t, err)
		require.Len(t, got, 1)
		assert.Equal(t, want, got[0].Reasons[0].Text+"|"+got[0].Reasons[1].Text)
	}
}

func TestRelax(t *testing.T) {
	t.Parallel()
	s := shelf(t)
	red, dress := Filter{Attribute: "colour", Any: []string{"red"}}, Filter{Attribute: "category", Any: []string{"dress"}}
	_, dropped, ok := s.Relax(Request{Must: []Filter{red, dress}, MaxPrice: 20000, Currency: "CNY"})
	assert.True(t, ok)
	assert.Equal(t, []string{"price"}, dropped)
	_, dropped, ok = s.Relax(Request{Must: []Filter{red, {Attribute: "category", Any: []string{"shoes"}}}})
	assert.True(t, ok)
	assert.Equal(t, []string{"colour"}, dropped)
	_, dropped, ok = s.Relax(Request{Must: []Filter{red, {Attribute: "line", Any: []string{"s2"}}, {Attribute: "category", Any: []string{"shoes"}}}})
	assert.True(t, ok)
	assert.Equal(t, []string{"line", "colour"}, dropped, "no price was asked for, none is given up")
	_, _, ok = s.Relax(Request{Must: []Filter{{Attribute: "category", Any: []string{"car"}}}})
	assert.False(t, ok)
}

func TestWhatGoesTogetherIsLearned(t *testing.T) {
	t.Parallel()
	s, err := New(nil, nil)
	require.NoError(t, err)
	for i := range 20 {
		u := fmt.Sprint("u", i)
		for _, it := range []string{"phone", "case"} {
			require.NoError(t, s.Record(context.Background(), Event{ID: u + it, Kind: "purchased", Customer: u, Item: it, Basket: u}))
		}
		require.NoError(t, s.Record(context.Background(), Event{ID: u + "x", Kind: "purchased", Customer: u, Item: fmt.Sprint("other", i)}))
	}
	require.NoError(t, s.Record(context.Background(), Event{ID: "n", Kind: "viewed", Customer: "new", Item: "phone"}))
	got := s.Rank("new", nil, 3, false)
	require.NotEmpty(t, got)
	assert.Equal(t, "case", got[0].Item)
	assert.Equal(t, "case", s.Rank("", []string{"phone"}, 1, false)[0].Item)
}

func TestAnEventCountsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
		var events []Event
		for i := range rapid.IntRange(1, 40).Draw(t, "n") {
			events = append(events, Event{ID: fmt.Sprint(i), Kind: rapid.SampledFrom([]string{"viewed", "purchased", "carted"}).Draw(t, "kind"),
				Customer: rapid.SampledFrom([]string{"u", "v", ""}).Draw(t, "user"), Session: rapid.SampledFrom([]string{"s", ""}).Draw(t, "session"), Item: item.Draw(t, "item")})
		}
		once, err := New(nil, nil)
		require.NoError(t, err)
		twice, err := New(nil, nil)
		require.NoError(t, err)
		require.NoError(t, once.Record(context.Background(), events...))
		for _, e := range events {
			require.NoError(t, twice.Record(context.Background(), e, e))
		}
		x, y := once.Rank("u", []string{"a"}, 5, true), twice.Rank("u", []string{"a"}, 5, true)
		require.Len(t, y, len(x))
		for i := range x {
			assert.Equal(t, x[i].Item, y[i].Item)
			assert.True(t, math.Abs(x[i].Score-y[i].Score) < 1e-6)
		}
	})
}

func TestCatalogueErrors(t *testing.T) {
	t.Parallel()
	row := func(s string) string { return csvHead + s + "\n" }
	for name, c := range map[string]struct{ csv, want string }{
		"no price":     {row("a,dress,b,裙,Dress,,,3,l,,red"), "c.csv:2: item \"a\" has no price: fill a price column"},
		"bad price":    {row("a,dress,b,裙,Dress,cheap,,3,l,,red"), `c.csv:2: column price.CNY: price "cheap": write a decimal number with at most 2 places, such as 299.00`},
		"bad stock":    {row("a,dress,b,裙,Dress,9,,many,l,,red"), `c.csv:2: column stock: stock "many"`},
		"bad variant":  {row("a,dress,b,裙,Dress,9,,size: M,l,,red"), `"M" should read like "M=3"`},
		"duplicate":    {row("a,dress,b,裙,Dress,9,,1,l,,red\na,dress,b,裙,Dress,9,,1,l,,red"), `c.csv:3: id "a" stands in line 2 already`},
		"short row":    {row("a,dress"), "c.csv:2: the row has 2 columns, the header 11"},
		"goes nowhere": {row("a,dress,b,裙,Dress,9,,1,l,zz,red"), `goes_with names "zz", which is no id`},
		"no stock":     {"id,category,name.zh,price.CNY\n", `c.csv:1: there is no column "stock"`},
		"empty":        {"", "reading the header"},
	} {
		_, err := ReadCatalogue(strings.NewReader(c.csv), "c.csv")
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), c.want, name)
	}
}

func FuzzReaders(f *testing.F) {
	f.Add([]byte(csvHead + "a,dress,b,裙,Dress,9,,1,l,,red\n"))
	f.Add([]byte("- name: x\n  give: {percent: 5}\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, _ = ReadCatalogue(strings.NewReader(string(raw)), "c")
		_, _ = ReadAttributes(strings.NewReader(string(raw)), "a")
		_, _ = ReadItems(strings.NewReader(string(raw)), "i")
		_, _ = ReadOffers(strings.NewReader(string(raw)), "o")
	})
}

// large is a shelf of many items and customers with histories.
func large(tb testing.TB, n int) *Shelf {
	items := make([]Item, n)
	for i := range items {
		items[i] = Item{ID: fmt.Sprint(i), Category: fmt.Sprint(i % 20), Name: map[string]string{"en": fmt.Sprint("Item ", i)}, Price: map[string]int64{"USD": int64(i%300+1) * 100}, Stock: 3,
			Attributes: map[string][]string{"colour": {fmt.Sprint(i % 9)}}}
	}
	s, err := New(items, nil)
	require.NoError(tb, err)
	for i := range 30000 {
		u := fmt.Sprint(i % 3000)
		require.NoError(tb, s.Record(context.Background(), Event{Kind: "viewed", Customer: u, Session: u, Item: fmt.Sprint(i * 7919 % (1 + i%n))}))
	}
	return s
}

// In a large catalogue an open request looks only at what something speaks for,
// and finds more when that does not do.
func TestLargeCatalogue(t *testing.T) {
	t.Parallel()
	s := large(t, 3*wide)
	b := new(board)
	r := Request{Customer: "7", Personal: true, N: 5, Currency: "USD"}
	a := s.ready(&r)
	s.signals(&a, b)
	assert.False(t, s.pool(&a, b))
	assert.Less(t, len(b.pool), 2*wide)
	s.whole(&a, b)
	s.allowed(&a, b)
	first, _ := b.queue.pop()
	got, err := s.Recommend(context.Background(), r)
	require.NoError(t, err)
	require.Len(t, got, 5)
	assert.Equal(t, first.it.ID, got[0].Item.ID, "the best was overlooked")

	require.NoError(t, s.Put(Item{ID: "77", Category: "7", Name: map[string]string{"en": "Dear"}, Price: map[string]int64{"USD": 9e9}, Stock: 1}))
	got, err = s.Recommend(context.Background(), Request{MinPrice: 8e9, Currency: "USD"})
	require.NoError(t, err)
	assert.Equal(t, "77", ids(got), "the only one that passes was overlooked")
}

func ExampleShelf_Recommend() {
	s, err := New([]Item{
		{ID: "d1", Category: "dress", Name: map[string]string{"zh": "红裙子", "en": "Red dress"}, Price: map[string]int64{"CNY": 26900, "USD": 3990}, Stock: 3, Attributes: map[string][]string{"colour": {"red"}}},
		{ID: "d2", Category: "dress", Name: map[string]string{"zh": "黑裙子", "en": "Black dress"}, Price: map[string]int64{"CNY": 19900, "USD": 2990}, Stock: 3, Attributes: map[string][]string{"colour": {"black"}}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for lang, cur := range map[string]string{"zh": "CNY"} {
		got, _ := s.Recommend(context.Background(), Request{Language: lang, Currency: cur, MaxPrice: 30000, Must: []Filter{{Attribute: "colour", Any: []string{"red"}}}})
		fmt.Println(got[0].Item.Name[lang], got[0].Reasons[1].Text)
	}
	// Output: 红裙子 在您说的 ¥300 以内
}

// What a reason names may hold anything, braces too.
func TestSay(t *testing.T) {
	t.Parallel()
	w := wordings{"bought": "您{when}买过「{name}」", "plain": "现货", "odd": "a } b {name"}
	for name, c := range map[string]struct {
		code  string
		pairs []string
		want  string
	}{
		"both":           {"bought", []string{"{name}", "红裙子", "{when}", "上周"}, "您上周买过「红裙子」"},
		"braces in both": {"bought", []string{"{name}", "{when}", "{when}", "{name}"}, "您{name}买过「{when}」"},
		"one left":       {"bought", []string{"{name}", "红裙子"}, "您{when}买过「红裙子」"},
		"nothing":        {"plain", nil, "现货"},
		"nothing to say": {"plain", []string{"{name}", "x"}, "现货"},
		"unlike braces":  {"odd", []string{"{name}", "x"}, "a } b {name"},
		"no such code":   {"none", []string{"{name}", "x"}, ""},
	} {
		assert.Equal(t, c.want, w.say(c.code, c.pairs...), name)
	}
}

func TestCatalogueSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	head := "id,category,name.en,price.USD,stock,lasts_days,needs,goes_with,from,until\n"
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"two of a row":        {head + "a,d,x,many,abc,,,,,\nb,d,y,1,1,,,a,,\n", []string{`c.csv:2: column price.USD: price "many"`, `c.csv:2: column stock: stock "abc"`}},
		"no days":             {head + "a,d,x,1,1,x,,,,\n", []string{`c.csv:2: column lasts_days: "x": write a whole number of days`}},
		"unknown":             {head + "a,d,x,1,1,,gone,,,\n", []string{`c.csv:2: needs names "gone"`}},
		"itself":              {head + "a,d,x,1,1,,a,,,\n", []string{`item "a" needs itself`}},
		"never":               {head + "a,d,x,1,1,,,,2026-05-02,2026-05-01\n", []string{"until is not after from"}},
		"twice a size":        {head + "a,d,x,1,size: S=3 S=4,,,,,\n", []string{`item "a" has size S twice`}},
		"a column twice":      {"id,category,name.en,price.USD,stock,stock\n", []string{`two columns "stock"`}},
		"a column of no name": {"id,category,name.en,price.USD,stock,\n", []string{"column 6 has no name"}},
		"no currency":         {"id,category,name.en,price.usd,stock\n", []string{`column "price.usd": "usd" is no currency`}},
		"no language":         {"id,category,name.en,name,price.USD,stock\n", []string{`column "name": say in which language`}},
		"not UTF-8":           {head + "a,d,\xba\xec\xc8\xb9,1,1,,,,,\n", []string{"c.csv:2: column name.en: the text is not UTF-8"}},
	} {
		_, err := ReadCatalogue(strings.NewReader(c.file), "c.csv")
		require.Error(t, err, name)
		for _, want := range c.want {
			assert.ErrorContains(t, err, want, name)
		}
		assert.Equal(t, len(c.want), len(strings.Split(err.Error(), "\n")), "%s: %v", name, err)
	}
	_, err := ReadItems(strings.NewReader(`[{"id":"a","category":"c","name":{"en":"A"},"price":{"USD":1},"stock":1},{"id":"b","price":{"USD":"x"}},{"id":"c"}]`), "c.json")
	assert.ErrorContains(t, err, "c.json: item 2: json: cannot unmarshal string")
	assert.ErrorContains(t, err, `c.json: item 3: item "c" has no category`)
	_, err = ReadItems(strings.NewReader(`[] []`), "c.json")
	assert.ErrorContains(t, err, "there is more after it")
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]*Options{
		"Kinds: purchase is 2": {Kinds: map[string]float64{"purchase": 2}}, "Kinds: odd is NaN": {Kinds: map[string]float64{"odd": math.NaN()}},
		"Mastery is 7": {Mastery: 7}, "Diversity is -1": {Diversity: -1}, "MaxShown is -1": {MaxShown: -1}, "Late is -1s": {Late: -time.Second}, "MaxPer: brand is 0": {MaxPer: map[string]int{"brand": 0}},
	} {
		_, err := New(nil, o)
		assert.ErrorContains(t, err, want)
	}
	_, err := shelfOf(t, nil).Recommend(t.Context(), Request{Order: "bogus"})
	assert.ErrorContains(t, err, `no order "bogus"`)
}
