package main

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/engage"
	"github.com/frontdesk-go/frontdesk/bot/llm"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
	"github.com/frontdesk-go/frontdesk/profile"
	"github.com/frontdesk-go/frontdesk/recommend"
	"github.com/frontdesk-go/frontdesk/sentiment"
)

//go:embed data
var files embed.FS

// shop is what the handlers work with.
type shop struct {
	orders     *ledger
	shelf      *recommend.Shelf
	offers     *recommend.Offers
	attributes *recommend.Attributes
	kinds      map[string]string // of things within a category, by what they are called
	sold       map[string]bool   // the categories that have items
	forKids    []string          // the others among them that have some for children
	near       map[string][]string
	opposites  map[string]map[string]string   // attribute → value → what is wanted where it is too much
	kin        map[string]map[string][]string // attribute → value → what an allergy to it also forbids
	rules      *profile.Rules
}

// stock are the shop's parts, made of its data files.
type stock struct {
	shop  *shop
	goods goods
	model *nlu.Model
	base  *kb.Base
	mood  *sentiment.Scorer
	desk  *handoff.Policy
	texts *bot.Texts
	// engage speaks first on the web.
	engage *engage.Engine
	// write words answers when a model service is configured.
	write bot.Writer
}

// load reads the data files: everything a shop would edit.
// On the web (online) links and pictures of items are the site's own.
func load(ctx context.Context, db *sql.DB, opened time.Time, online bool) (*stock, error) {
	data, err := fs.Sub(files, "data")
	if err != nil {
		return nil, err
	}
	st := &stock{shop: &shop{}}
	if st.goods, err = st.shop.readGoods(data, opened, online); err != nil {
		return nil, err
	}
	if err := st.shop.stockUp(ctx, &st.goods); err != nil {
		return nil, err
	}
	if st.engage, err = engage.New(&engage.Options{Describe: st.shop.describe}); err != nil {
		return nil, err
	}
	if llm.Configured() {
		if st.write, err = llm.New(nil); err != nil {
			return nil, err
		}
	}
	knowledge, err := fs.Sub(data, "kb")
	if err != nil {
		return nil, err
	}
	same, err := synonyms(data)
	if err != nil {
		return nil, err
	}
	if st.base, err = kb.Load(knowledge, &kb.Options{Synonyms: same}); err != nil {
		return nil, err
	}
	if st.model, err = understanding(ctx, data, st); err != nil {
		return nil, err
	}
	if st.mood, err = sentiment.New(nil); err != nil {
		return nil, err
	}
	if st.desk, err = handoff.DefaultPolicy(); err != nil {
		return nil, err
	}
	if st.texts, err = bot.ReadTexts(data, "texts/*.yaml"); err != nil {
		return nil, err
	}
	if st.shop.rules, err = profile.DefaultRules(); err != nil {
		return nil, err
	}
	st.shop.orders, err = openLedger(data, db, opened)
	return st, err
}

// synonyms are the words customers use for the shop's own.
func synonyms(data fs.FS) ([][]string, error) {
	var groups [][]string
	err := readYAML(data, "synonyms.yaml", &groups)
	return groups, err
}

// readYAML reads one of the shop's small tables.
func readYAML(data fs.FS, name string, into any) error {
	raw, err := fs.ReadFile(data, name)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// understanding trains the intents on the shop's examples, with the questions
// of the knowledge base as a class of their own, and teaches the names of the
// catalogue.
func understanding(ctx context.Context, data fs.FS, st *stock) (*nlu.Model, error) {
	examples, err := nlu.ReadExamples(data, "intents/*.yaml")
	if err != nil {
		return nil, err
	}
	for e := range st.base.Entries() {
		for lang, t := range e.Texts {
			for _, w := range append([]string{t.Question}, t.Others...) {
				examples = append(examples, nlu.Example{Text: w, Intent: "faq", Language: lang})
			}
		}
	}
	slices.SortStableFunc(examples, func(a, b nlu.Example) int {
		if a.Intent+a.Text < b.Intent+b.Text {
			return -1
		}
		return 1
	})
	var names []entity.Name
	for v, texts := range st.shop.attributes.All() {
		switch v.Attribute {
		case "kind": // its names are the category's too
		case "hidden":
			names = append(names, entity.Name{Texts: texts})
		default:
			names = append(names, entity.Name{Type: v.Attribute, Value: v.Value, Texts: texts})
		}
	}
	for _, it := range st.shop.shelf.Items() {
		n := entity.Name{Type: "product", Value: it.ID, Texts: []string{it.ID}}
		for _, lang := range []string{"zh", "en"} {
			if it.Name[lang] != "" {
				n.Texts = append(n.Texts, it.Name[lang])
			}
		}
		names = append(names, n)
	}
	extractor, err := entity.New(&entity.Options{Names: names})
	if err != nil {
		return nil, err
	}
	// The shop would rather ask again than act on a guess of less than 40 %.
	return nlu.Train(ctx, examples, &nlu.Options{Extractor: extractor, Seed: 1, Threshold: 0.4})
}

// goods are what the shelf is made of.
type goods struct {
	items  []recommend.Item
	bought []recommend.Event // by customers before
	offers []byte            // offers.yaml
}

// readGoods reads the catalogue, what is told of it and what was bought.
func (s *shop) readGoods(data fs.FS, opened time.Time, online bool) (g goods, err error) {
	open := func(name string) fs.File {
		if err != nil {
			return nil
		}
		var f fs.File
		f, err = data.Open(name)
		return f
	}
	if f := open("attributes.yaml"); err == nil {
		s.attributes, err = recommend.ReadAttributes(f, "attributes.yaml")
	}
	if f := open("catalogue.csv"); err == nil {
		g.items, err = recommend.ReadCatalogue(f, "catalogue.csv")
	}
	if err == nil {
		g.offers, err = fs.ReadFile(data, "offers.yaml")
	}
	if err != nil {
		return g, err
	}
	s.sold = map[string]bool{}
	for i := range g.items {
		it := &g.items[i]
		s.sold[it.Category] = true
		if it.Category != "kids" && it.Has(recommend.Filter{Attribute: "gender", Any: []string{"kids"}}) {
			s.forKids = append(s.forKids, it.Category)
		}
		if online {
			it.Link, it.Picture = "/p/"+it.ID, "/img/"+it.ID+".svg"
		}
	}
	var groups map[string][]string
	if err := errors.Join(readYAML(data, "groups.yaml", &groups), readYAML(data, "near.yaml", &s.near), readYAML(data, "opposites.yaml", &s.opposites),
		readYAML(data, "kin.yaml", &s.kin)); err != nil {
		return g, err
	}
	s.kinds = kindsOf(g.items, s.attributes, groups)
	f, err := data.Open("history.csv")
	if err != nil {
		return g, err
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return g, fmt.Errorf("history.csv: %w", err)
	}
	for i, r := range rows[1:] {
		ago, err := strconv.Atoi(r[2])
		if err != nil {
			return g, fmt.Errorf("history.csv:%d: days_ago %q is no number", i+2, r[2])
		}
		g.bought = append(g.bought, recommend.Event{ID: "h" + strconv.Itoa(i), At: opened.AddDate(0, 0, -ago), Customer: r[0], Item: r[1], Basket: r[3], Kind: "purchased"})
	}
	return g, nil
}

// stockUp puts goods on a shelf of the shop's own, which learns from then on,
// beside offers that remember who was granted one.
func (s *shop) stockUp(ctx context.Context, g *goods) (err error) {
	if s.offers, err = recommend.ReadOffers(bytes.NewReader(g.offers), "offers.yaml"); err != nil {
		return err
	}
	if s.shelf, err = recommend.New(g.items, &recommend.Options{Attributes: s.attributes}); err != nil {
		return err
	}
	return s.shelf.Record(ctx, g.bought...)
}

// newBot puts the parts together. erase is called with what a customer asked
// to have forgotten, once the turn that says so is committed.
func newBot(st *stock, o bot.Options) (*bot.Bot, error) {
	o.Understand, o.Knowledge, o.Mood = st.model, st.base, st.mood
	o.Recommend, o.Handoff, o.Texts = st.shop.shelf, st.desk, st.texts
	o.Write, o.Variables = st.write, st.shop
	o.Erasers = append(o.Erasers, st.shop.offers)
	if o.Store != nil {
		if _, err := bot.FoldGrants(context.Background(), o.Store, st.shop.offers, 0); err != nil {
			return nil, err
		}
	}
	o.Zone = time.Local
	report := o.OnTurn
	var b *bot.Bot
	o.OnTurn = func(r bot.Report) {
		if report != nil {
			report(r)
		}
		for _, e := range r.Events {
			if e.Kind == eventForget {
				if _, err := b.Erase(context.Background(), r.Key.Tenant, e.Customer); err != nil {
					o.Logger.Error("erasing a customer", "error", err)
				}
			}
		}
	}
	mux := st.shop.handlers()
	mux.Register(engage.Handler, st.engage)
	b, err := bot.New(o, mux)
	if err != nil {
		return nil, err
	}
	b.Use(st.engage.Middleware, st.shop.taps, st.shop.makeUp, st.shop.meant, st.shop.blame, st.shop.roles)
	return b, nil
}

// handlers are the shop's answers by intent. What is not here is answered from
// the knowledge base and the texts.
func (s *shop) handlers() *bot.Mux {
	mux := bot.NewMux()
	mux.HandleFunc("greet", s.greet)
	mux.HandleFunc("bye", s.bye)
	mux.HandleFunc("complaint", s.complaint)
	mux.HandleFunc("compensation.ask", s.compensate)
	mux.HandleFunc("order.status", s.orderStatus)
	mux.HandleFunc("order.cancel", s.orderCancel)
	mux.HandleFunc("return.start", s.returnOrder)
	mux.HandleFunc("address.change", s.changeAddress)
	mux.HandleFunc("size.advice", s.sizeAdvice)
	mux.HandleFunc("product.search", s.search)
	mux.HandleFunc("product.dismiss", s.dismiss)
	mux.HandleFunc("product.why", s.why)
	mux.HandleFunc("product.stock", s.inStock)
	mux.HandleFunc("product.detail", s.detail)
	mux.HandleFunc("product.pair", s.goesWith)
	mux.HandleFunc("product.compare", s.compare)
	mux.HandleFunc("product.shipping", s.shipping)
	mux.HandleFunc("offer.ask", s.offer)
	mux.HandleFunc("consent.withdraw", s.withdraw)
	mux.HandleFunc("profile.forget", s.forget)
	return mux
}

var errNoStock = errors.New("the shop has no such item")
