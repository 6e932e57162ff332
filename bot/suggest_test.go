package bot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/bottest"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
)

// An offer is granted once, stands in the log, and is known again to a new
// process that folds it.
func TestGrant(t *testing.T) {
	t.Parallel()
	const rules = "- {name: sorry, code: SORRY10, give: {percent: 10}, once: true}\n- {name: vip, when: {tag: vip}, give: {percent: 20}}\n"
	offers, err := recommend.ReadOffers(strings.NewReader(rules), "offers.yaml")
	require.NoError(t, err)
	store := bot.NewMemory()
	b := newBot(t, bot.Options{Store: store, Customers: profile.NewBook()}, bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) error {
		found := turn.Offers(offers, recommend.OfferRequest{Tags: []string{"vip"}})
		if len(found) == 0 {
			return turn.Say("none")
		}
		if err := turn.Grant(offers, found[0], "late parcel", "ann"); err != nil {
			return err
		}
		return turn.Say(found[0].Code)
	}))
	for i, want := range []string{"SORRY10", "none"} {
		replies, err := b.Handle(t.Context(), bot.Message{ID: string(rune('1' + i)), Thread: thread("a"), Text: "hello"})
		require.NoError(t, err)
		require.Len(t, replies, 1)
		assert.Equal(t, want, replies[0].Text, "without consent tags are nobody's")
	}
	events, err := store.Events(t.Context(), bot.AllTenants, 0, 100)
	require.NoError(t, err)
	n := 0
	for _, e := range events {
		if e.Kind == bot.EventGranted {
			n++
			assert.Equal(t, "sorry SORRY10 ann|late parcel", e.Key+" "+e.Value+" "+e.Source)
		}
	}
	assert.Equal(t, 1, n)

	fresh, err := recommend.ReadOffers(strings.NewReader(rules), "offers.yaml")
	require.NoError(t, err)
	for range 2 { // from the start again counts nothing twice
		after, err := bot.FoldGrants(t.Context(), store, fresh, 0)
		require.NoError(t, err)
		assert.Equal(t, events[len(events)-1].Seq, after)
	}
	assert.Equal(t, 1, fresh.Spent("", "sorry").Times)
	assert.Equal(t, 1, offers.Spent("", "sorry").Times)
}

// A coupon is issued once, whatever runs again, and logged; one that cannot be
// issued leaves the offer to others.
func TestIssue(t *testing.T) {
	t.Parallel()
	const rules = "- {name: sorry, give: {percent: 10}, budget: {times: 1}}\n"
	offers, err := recommend.ReadOffers(strings.NewReader(rules), "offers.yaml")
	require.NoError(t, err)
	store, keys := bot.NewMemory(), map[string]int{}
	closed := true
	mux := bot.NewMux()
	mux.HandleFunc("coupon", func(ctx context.Context, turn *bot.Turn) error {
		code, err := turn.Issue(ctx, offers, recommend.Offer{Rule: "sorry", Percent: 10}, "late parcel", "ann", func(_ context.Context, key string) (string, error) {
			if closed {
				return "", bot.Refuse("closed", "closed")
			}
			keys[key]++
			return "C-1", nil
		})
		var no *bot.Failed
		if errors.As(err, &no) {
			return turn.Say(no.Code)
		}
		if err != nil {
			return err
		}
		if ok, err := bot.Confirm(turn, "more", "Got "+code+". Anything else?"); err != nil || !ok { // the next message runs all of it again
			return err
		}
		return turn.Say("done " + code)
	})
	b := newBot(t, bot.Options{Store: store, Understand: intentByWord{}}, mux)
	said := func(peer, id, text string) string {
		replies, err := b.Handle(t.Context(), bot.Message{ID: id, Thread: thread(peer), Text: text})
		require.NoError(t, err)
		require.NotEmpty(t, replies)
		return replies[len(replies)-1].Text
	}
	require.Equal(t, "closed", said("z", "1", "coupon"))
	require.Zero(t, offers.Spent("", "sorry").Times, "what could not be issued is not spent")
	closed = false
	require.Contains(t, said("a", "1", "coupon"), "Got C-1")
	assert.Contains(t, said("a", "2", "yes"), "done C-1")
	assert.Equal(t, "offer", said("b", "1", "coupon"), "the budget is for one")
	assert.Len(t, keys, 1)
	for key, n := range keys {
		assert.Equal(t, 1, n)
		fresh, err := recommend.ReadOffers(strings.NewReader(rules), "offers.yaml")
		require.NoError(t, err)
		_, err = bot.FoldGrants(t.Context(), store, fresh, 0)
		require.NoError(t, err)
		assert.Equal(t, 1, fresh.Spent("", "sorry").Times, "a new process knows of it from the log")
		require.NoError(t, fresh.Take(recommend.Grant{ID: key, Rule: "sorry"}), "and knows it by its key")
	}
}

// What a bandit showed by chance is logged with its propensity, and comes back
// with what the customer did.
func TestChoices(t *testing.T) {
	t.Parallel()
	items := []recommend.Item{}
	for _, id := range []string{"a", "b", "c", "d"} {
		items = append(items, recommend.Item{ID: id, Category: "cup", Name: map[string]string{"en": id}, Price: map[string]int64{"USD": 100}, Stock: 1})
	}
	shelf, err := recommend.New(items, &recommend.Options{Bandit: recommend.NewBandit(&recommend.BanditOptions{Explore: 1})})
	require.NoError(t, err)
	store, shown := bot.NewMemory(), ""
	b := newBot(t, bot.Options{Store: store, Recommend: shelf}, bot.HandlerFunc(func(ctx context.Context, turn *bot.Turn) error {
		found, err := turn.Recommend(ctx, recommend.Request{N: 2})
		if err != nil {
			return err
		}
		shown = found[1].Item.ID
		return turn.Send(bot.Reply{Text: "look", Cards: turn.Cards(found)})
	}))
	_, err = b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread("a"), Text: "hello"})
	require.NoError(t, err)
	events, err := store.Events(t.Context(), bot.AllTenants, 0, 100)
	require.NoError(t, err)
	var explored *bot.Event
	for i := range events {
		if events[i].Kind == bot.EventExplored {
			explored = &events[i]
		}
	}
	require.NotNil(t, explored)
	assert.Equal(t, shown, explored.Item)
	explored.Customer = "c"
	did := func(kind string, after time.Duration) float64 {
		cs := bot.Choices([]bot.Event{*explored, {ID: "x", Kind: kind, Customer: "c", Item: shown, At: explored.At.Add(after)}, {ID: "y", Kind: "purchased", Customer: "d", Item: shown, At: explored.At}}, time.Hour)
		require.Len(t, cs, 1)
		assert.Positive(t, cs[0].Propensity)
		assert.Equal(t, shown, cs[0].Candidates[cs[0].Chosen].Item)
		return cs[0].Reward
	}
	assert.Equal(t, []float64{1, 0.6, 0.3, 0, 0, 0}, []float64{did("purchased", time.Minute), did("carted", time.Minute), did("clicked", 0), did("shown", 0), did("purchased", 2*time.Hour), did("purchased", -time.Hour)})
}

// Nothing is offered unasked while something is wrong.
func TestCalm(t *testing.T) {
	t.Parallel()
	calm := map[string]bool{}
	b := newBot(t, bot.Options{Understand: intentByWord{}}, bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) error {
		calm[turn.Message.Text] = turn.Calm()
		return turn.Say("ok")
	}))
	for i, text := range []string{"product.stock", "return.start", "hm", "complaint"} {
		_, err := b.Handle(t.Context(), bot.Message{ID: string(rune('1' + i)), Thread: thread("a"), Text: text})
		require.NoError(t, err)
	}
	assert.Equal(t, map[string]bool{"product.stock": true, "return.start": false, "hm": false, "complaint": false}, calm, "the return is still what is talked about")
}

// intentByWord takes the text for the intent; "hm" has none.
type intentByWord struct{}

func (intentByWord) Understand(_ context.Context, in nlu.Input) (nlu.Meaning, error) {
	m := nlu.Meaning{Language: "en", Text: in.Text, Next: in.Context}
	if in.Text != "hm" {
		m.Intent, m.Next.Intent = in.Text, in.Text
	}
	return m, nil
}

// What answers in between knows that a question waits, and offers nothing.
func TestInterrupting(t *testing.T) {
	t.Parallel()
	var between, alone []bool
	mux := bot.NewMux()
	mux.HandleFunc("look", func(_ context.Context, t *bot.Turn) error {
		between, alone = append(between, t.Interrupting()), append(alone, t.Calm())
		return t.Say("有的。")
	})
	mux.HandleFunc("cancel.order", func(_ context.Context, t *bot.Turn) error {
		_, err := bot.Choose(t, "which", "哪一单？", "甲", "乙")
		return err
	})
	r := bottest.New(t, bot.Options{Understand: words{"裙子": "look", "取消订单": "cancel.order"}}, mux)
	r.Say("有裙子吗").Want("有的。")
	r.Say("取消订单").Want("哪一单？")
	r.Say("有裙子吗").Want("有的。", "哪一单？")
	assert.Equal(t, []bool{false, true}, between)
	assert.Equal(t, []bool{true, false}, alone)
}

// shopper understands colours, materials and kinds by their names, carries what
// was said before unless another kind is named, and takes the text's language.
type shopper struct{}

func (shopper) Understand(_ context.Context, in nlu.Input) (nlu.Meaning, error) {
	m := nlu.Meaning{Language: "en", Text: in.Text, Intent: "product.search", Next: in.Context}
	types := map[string]bool{}
	for name, as := range map[string][2]string{"white": {"colour", "white"}, "白色": {"colour", "white"}, "black": {"colour", "black"}, "黑色": {"colour", "black"},
		"leather": {"material", "leather"}, "真皮": {"material", "leather"}, "dress": {"category", "dress"}, "shoes": {"category", "shoes"}, "鞋": {"category", "shoes"}} {
		at := strings.Index(in.Text, name)
		if at < 0 {
			continue
		}
		if name[0] >= 0x80 {
			m.Language = "zh"
		}
		e := nlu.Entity{Type: as[0], Value: as[1], Text: name, Start: at, End: at + len(name)}
		e.Negated = strings.HasSuffix(in.Text[:at], "not ") || strings.HasSuffix(in.Text[:at], "不要")
		m.Entities, types[e.Type] = append(m.Entities, e), true
	}
	for _, e := range in.Context.Entities {
		if !types[e.Type] && !types["category"] {
			m.Entities = append(m.Entities, e)
		}
	}
	m.Next.Entities = nil
	for _, e := range m.Entities {
		e.Text, e.Start, e.End, e.Carried = "", 0, 0, true
		m.Next.Entities = append(m.Next.Entities, e)
	}
	return m, nil
}

// What is said with "ideally", in its own clause, is wished for; the rest must
// be. A wish stays one until the thing is named anew.
func TestWanted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said            []string
		must, wish, not string
	}{
		"nothing soft":           {[]string{"white leather shoes"}, "category=shoes colour=white material=leather", "", ""},
		"its clause only":        {[]string{"white shoes, ideally leather"}, "category=shoes colour=white", "material=leather", ""},
		"zh its clause only":     {[]string{"有没有白色的鞋，最好是真皮的"}, "category=shoes colour=white", "material=leather", ""},
		"zh as much as possible": {[]string{"白色的鞋，尽量真皮"}, "category=shoes colour=white", "material=leather", ""},
		"behind":                 {[]string{"leather would be nice; it must be black"}, "colour=black", "material=leather", ""},
		"the sentence ends":      {[]string{"Ideally leather. In black."}, "colour=black", "material=leather", ""},
		"before a comma":         {[]string{"white shoes, ideally, leather"}, "category=shoes colour=white", "material=leather", ""},
		"after a comma":          {[]string{"white shoes, leather, if possible. thanks"}, "category=shoes colour=white", "material=leather", ""},
		"zh before a comma":      {[]string{"可以的话，真皮的，要白色"}, "colour=white", "material=leather", ""},
		"zh after a comma":       {[]string{"白色的鞋，真皮，就更好了。"}, "category=shoes colour=white", "material=leather", ""},
		"alone":                  {[]string{"if possible. leather"}, "material=leather", "", ""},
		"no wish, the best":      {[]string{"卖得最好的黑色鞋"}, "category=shoes colour=black", "", ""},
		"no wish, the finest":    {[]string{"我要最好的真皮"}, "material=leather", "", ""},
		"no wish, the prettiest": {[]string{"最好看的白色"}, "colour=white", "", ""},
		"no wish, the crowd":     {[]string{"the white ones people prefer"}, "colour=white", "", ""},
		"no word of its own":     {[]string{"preferredly white"}, "colour=white", "", ""},
		"a wish and a best":      {[]string{"卖得最好的，最好黑色"}, "", "colour=black", ""},
		"the kind is no wish":    {[]string{"ideally leather shoes"}, "category=shoes", "material=leather", ""},
		"either":                 {[]string{"white shoes, ideally black"}, "category=shoes colour=white|black", "colour=black", ""},
		"refused":                {[]string{"ideally not black"}, "", "", "colour=black"},
		"zh refused":             {[]string{"最好不要黑色"}, "", "", "colour=black"},
		"carried":                {[]string{"shoes, ideally leather", "in white"}, "category=shoes colour=white", "material=leather", ""},
		"zh carried twice":       {[]string{"鞋，最好真皮", "白色的", "黑色的呢"}, "category=shoes colour=black", "material=leather", ""},
		"named anew":             {[]string{"shoes, ideally leather", "no, it must be leather"}, "category=shoes material=leather", "", ""},
		"refused for good":       {[]string{"shoes, not black", "not leather", "in white"}, "category=shoes colour=white", "", "colour=black material=leather"},
		"refused one by one":     {[]string{"shoes, not black", "not white"}, "category=shoes", "", "colour=black colour=white"},
		"zh refused, and why":    {[]string{"不要黑色, black shoes make me look old", "white shoes"}, "category=shoes colour=white", "", "colour=black"},
		"refused, not carried":   {[]string{"not black, 黑色 makes me look old", "shoes"}, "category=shoes", "", "colour=black"},
		"refused, then asked":    {[]string{"shoes, not black", "black"}, "category=shoes colour=black", "", ""},
		"another search":         {[]string{"shoes, not black", "dress"}, "category=dress", "", ""},
		"never":                  {[]string{"not leather allergy, shoes", "dress"}, "category=dress", "", "material=leather"},
		"never, said after":      {[]string{"shoes, not leather, I am allergic", "dress"}, "category=dress", "", "material=leather"},
		"of something else":      {[]string{"shoes not leather, allergic to not white", "dress"}, "category=dress", "", "colour=white"},
		"zh never":               {[]string{"不要真皮我过敏", "黑色的鞋", "白色的鞋"}, "category=shoes colour=white", "", "material=leather"},
		"zh-Hant never":          {[]string{"不要真皮我過敏", "鞋"}, "category=shoes", "", "material=leather"},
		"never, then asked":      {[]string{"not leather allergy", "leather shoes"}, "category=shoes material=leather", "", ""},
		"softened":               {[]string{"white leather shoes", "leather if possible"}, "category=shoes colour=white", "material=leather", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got recommend.Request
			b := newBot(t, bot.Options{Understand: shopper{}}, bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) error {
				got = turn.Wanted("category", "colour", "material")
				assert.Equal(t, got, turn.Wanted("category", "colour", "material"), "asked again it is the same")
				for _, f := range turn.Wanted("size").Wish {
					assert.Equal(t, "size", f.Attribute, "only the types asked for")
				}
				return turn.Say("ok")
			}))
			for i, text := range c.said {
				_, err := b.Handle(t.Context(), bot.Message{ID: string(rune('1' + i)), Thread: thread("a"), Text: text})
				require.NoError(t, err)
			}
			written := func(fs []recommend.Filter) string {
				var out []string
				for _, f := range fs {
					out = append(out, f.Attribute+"="+strings.Join(f.Any, "|"))
				}
				slices.Sort(out)
				return strings.Join(out, " ")
			}
			assert.Equal(t, c.must, written(got.Must), "must")
			assert.Equal(t, c.wish, written(got.Wish), "wish")
			assert.Equal(t, c.not, written(got.Not), "not")
		})
	}
}

// The words that mark a wish are the host's to change.
func TestWantedInOtherWords(t *testing.T) {
	t.Parallel()
	texts, err := bot.ReadTexts(fstest.MapFS{"en.yaml": {Data: []byte("flow.cue.wish: at a pinch\nflow.cue.unwish: _\n")}}, "*.yaml")
	require.NoError(t, err)
	var got recommend.Request
	b := newBot(t, bot.Options{Understand: shopper{}, Texts: texts},
		bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) error {
			got = turn.Wanted("colour", "material")
			return turn.Say("ok")
		}))
	_, err = b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread("a"), Text: "ideally white, at a pinch _ leather"})
	require.NoError(t, err)
	assert.Equal(t, []recommend.Filter{{Attribute: "colour", Any: []string{"white"}}}, got.Must)
	assert.Equal(t, []recommend.Filter{{Attribute: "material", Any: []string{"leather"}}}, got.Wish)
}

// What goes with an item is shown once in a session, and only at a moment for it.
func TestGoesWithOnce(t *testing.T) {
	t.Parallel()
	item := func(id string, with ...string) recommend.Item {
		return recommend.Item{ID: id, Category: id, Name: map[string]string{"en": id, "zh": id}, Price: map[string]int64{"CNY": 100, "USD": 100}, Stock: 1, GoesWith: with}
	}
	shelf, err := recommend.New([]recommend.Item{item("dress", "shoes"), item("shoes", "belt"), item("belt"), item("coat", "belt"), item("ring")}, nil)
	require.NoError(t, err)
	b := newBot(t, bot.Options{Recommend: shelf}, bot.HandlerFunc(func(ctx context.Context, turn *bot.Turn) error {
		if err := turn.Say("about " + turn.Message.Text); err != nil {
			return err
		}
		return turn.GoesWith(ctx, turn.Message.Text)
	}))
	for i, c := range []struct{ asked, shown string }{
		{"ring", ""},
		{"dress", "shoes"},
		{"dress", ""},
		{"shoes", ""}, // it was shown with the dress
		{"coat", "belt"},
		{"", ""},
	} {
		replies, err := b.Handle(t.Context(), bot.Message{ID: string(rune('1' + i)), Thread: thread("a"), Text: c.asked})
		require.NoError(t, err)
		var shown []string
		for _, r := range replies {
			for _, card := range r.Cards {
				shown = append(shown, card.ID)
			}
		}
		assert.Equal(t, c.shown, strings.Join(shown, " "), "%d: %s", i, c.asked)
	}
}

// What is forgotten is carried no further; what is remembered is, instead of what
// was known of the same type.
func TestRememberAndForget(t *testing.T) {
	t.Parallel()
	var carried []string
	b := newBot(t, bot.Options{Understand: shopper{}}, bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) error {
		carried = nil
		for _, e := range turn.Meaning.Entities {
			carried = append(carried, e.Type+"="+e.Value)
		}
		slices.Sort(carried)
		switch turn.Message.Text {
		case "remember":
			turn.Remember("colour", "green")
		case "forget":
			turn.Forget("colour")
		}
		return turn.Say("ok")
	}))
	for i, c := range []struct{ said, carried string }{
		{"remember", ""},
		{"and now", "colour=green"},
		{"forget", "colour=green"},
		{"and now", ""},
	} {
		_, err := b.Handle(t.Context(), bot.Message{ID: string(rune('1' + i)), Thread: thread("a"), Text: c.said})
		require.NoError(t, err)
		assert.Equal(t, c.carried, strings.Join(carried, " "), "%d: %s", i, c.said)
	}
}

// Whatever is said, wherever an Understander says that it stands, each value is
// either wished for, or must be, or must not.
func TestWantedNeverLoses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"ideally", "最好", "的", "更好", "，", ", ", ".", "。", "1,2", "真皮", " white ", "\xff", "İ"}), 1, 30).Draw(rt, "text"), "")
		es := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) nlu.Entity {
			return nlu.Entity{Type: "colour", Value: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "value"), Negated: rapid.Bool().Draw(rt, "negated"), Carried: rapid.Bool().Draw(rt, "carried"),
				Start: rapid.IntRange(-3, 200).Draw(rt, "start"), End: rapid.IntRange(-3, 200).Draw(rt, "end")}
		}), 0, 6).Draw(rt, "entities")
		b := newBot(t, bot.Options{}, bot.HandlerFunc(func(_ context.Context, turn *bot.Turn) error {
			turn.Meaning.Entities = es
			r := turn.Wanted("colour")
			once := func(fs []recommend.Filter, negated bool) { // each, however often it was said
				var said, got []string
				for _, e := range es {
					no := slices.ContainsFunc(es, func(o nlu.Entity) bool { return o.Negated && !o.Carried && o.Value == e.Value })
					if e.Negated && negated || !e.Negated && !negated && !no {
						said = append(said, e.Value)
					}
				}
				for _, f := range fs {
					got = append(got, f.Any...)
				}
				slices.Sort(said)
				slices.Sort(got)
				assert.Equal(rt, slices.Compact(said), slices.Compact(got))
			}
			once(append(slices.Clone(r.Must), r.Wish...), false)
			once(r.Not, true)
			return turn.Say("ok")
		}))
		_, err := b.Handle(t.Context(), bot.Message{ID: "1", Thread: thread("a"), Text: text})
		require.NoError(rt, err)
	})
}

// A shorter list keeps the longer one in reach.
func TestShowKeepsTheListBefore(t *testing.T) {
	t.Parallel()
	steps := map[string][]string{"三件": {"a", "b", "c"}, "两件": {"x", "y"}, "一件": {"b"}, "另一件": {"z"}}
	r := bottest.New(t, bot.Options{}, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		t.Show(steps[t.Message.Text]...)
		return t.Say("{e}", "e", strings.Join(t.Earlier(), ""))
	}))
	for _, s := range [][2]string{{"三件", ""}, {"一件", "abc"}, {"另一件", "abc"}, {"两件", "abc"}, {"一件", "xy"}, {"三件", "xy"}} {
		r.Say(s[0])
		assert.Equal(t, s[1], strings.TrimSpace(r.Text()), s[0])
	}
}
