package kb

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// Embedder turns texts into vectors that are near each other when the texts mean
// the same: a model service, or a model of the host's own. It returns one vector
// for each text, all of one length, in their order, and must be safe for
// concurrent use.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

const (
	maxEmbedded = 2000    // bytes of a text that is embedded
	embedBatch  = 64      // texts in one call
	maxAsked    = 4096    // queries whose vectors are remembered
	maxDim      = 1 << 14 // numbers of a vector
)

// meanings are the vectors of texts, by what they say.
type meanings struct {
	mu    sync.Mutex
	of    map[uint64]vector // wordings
	asked map[uint64]vector // queries
	dim   int
}

func contentKey(s string) uint64 { return text.Hash(text.Cut(s, maxEmbedded)) }

// said is a wording of an entry as it stands, or a passage's text.
func (seg *segment) said(w int, d uint32) string {
	e := seg.entries.entry(d)
	t := e.Texts[seg.words[w].lang]
	if seg.words[w].n < 0 {
		return t.Answer
	}
	return t.wording(int(seg.words[w].n))
}

// Embed has Options.Embedder make vectors of what the base says and puts them to
// use; without an embedder it does nothing. It asks only for texts it has no
// vector of yet: call it after New and after changes, in the background; until
// then, and for entries without vectors, the words decide alone. n is how many
// texts it asked for. On an error what was made until then is kept and used.
func (b *Base) Embed(ctx context.Context) (n int, err error) {
	if b.opts.Embedder == nil {
		return 0, nil
	}
	s := b.snap.Load()
	var keys []uint64
	var texts []string
	want := map[uint64]bool{}
	for k := range s.parts {
		seg := s.parts[k].segment
		of := seg.owners()
		for w := range seg.words {
			said := text.Cut(seg.said(w, of[w]), maxEmbedded)
			key := contentKey(said)
			if want[key] || b.means.has(key) {
				continue
			}
			want[key] = true
			keys, texts = append(keys, key), append(texts, said)
		}
	}
	for from := 0; from < len(texts) && err == nil; from += embedBatch {
		to := min(from+embedBatch, len(texts))
		var vs []vector
		if vs, err = b.embed(ctx, texts[from:to]); err == nil {
			b.means.keep(keys[from:to], vs)
			n = to
		}
	}
	if n > 0 || b.means.size() > 0 {
		for k := range s.parts {
			b.means.attach(s.parts[k].segment)
		}
	}
	if err != nil {
		return n, fmt.Errorf("kb: embedding: %w", err)
	}
	return n, nil
}

// embed asks for the vectors of some texts and checks them.
func (b *Base) embed(ctx context.Context, texts []string) ([]vector, error) {
	raw, err := b.opts.Embedder.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	if len(raw) != len(texts) {
		return nil, fmt.Errorf("the embedder gave %d vectors for %d texts", len(raw), len(texts))
	}
	out := make([]vector, len(raw))
	for i, x := range raw {
		if len(x) == 0 || len(x) > maxDim {
			return nil, fmt.Errorf("the embedder gave a vector of %d numbers: 1 to %d are kept", len(x), maxDim)
		}
		if len(x) != len(raw[0]) {
			return nil, fmt.Errorf("the embedder gave a vector of %d numbers among others of %d: use one model for all", len(x), len(raw[0]))
		}
		v, ok := quantiseVector(x)
		if !ok {
			return nil, errors.New("the embedder gave a vector without a direction")
		}
		out[i] = v
	}
	if n := len(raw[0]); !b.means.fits(n) { // last, as the first sound ones decide
		return nil, fmt.Errorf("the embedder gave a vector of %d numbers among others of %d: use one model for all", n, b.means.length())
	}
	return out, nil
}

// meant is the vector of a query; ok is false when there is none in time, so
// that the words decide alone.
func (b *Base) meant(ctx context.Context, query string) (v vector, ok bool) {
	if b.opts.Embedder == nil || b.means.size() == 0 || query == "" {
		return vector{}, false
	}
	query = text.Cut(query, maxEmbedded)
	key := contentKey(query)
	if v, ok = b.means.seen(key); ok {
		return v, true
	}
	ctx, stop := context.WithTimeout(ctx, b.opts.EmbedWithin)
	defer stop()
	vs, err := b.embed(ctx, []string{query})
	if err != nil {
		return vector{}, false
	}
	b.means.remember(key, vs[0])
	return vs[0], true
}

const embedWithin = 400 * time.Millisecond

func (m *meanings) has(key uint64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.of[key]
	return ok
}

func (m *meanings) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.of)
}

func (m *meanings) length() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dim
}

// fits reports whether vectors have this length; the first decides it.
func (m *meanings) fits(dim int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dim == 0 {
		m.dim = dim
	}
	return m.dim == dim
}

func (m *meanings) keep(keys []uint64, vs []vector) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		m.of = map[uint64]vector{}
	}
	for i, k := range keys {
		m.of[k] = vs[i]
	}
}

// seen is a query's vector, that of a wording too.
func (m *meanings) seen(key uint64) (vector, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.asked[key]
	if !ok {
		v, ok = m.of[key]
	}
	return v, ok
}

func (m *meanings) remember(key uint64, v vector) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.asked == nil || len(m.asked) >= maxAsked {
		m.asked = map[uint64]vector{} // simpler than telling which is oldest
	}
	m.asked[key] = v
}

// attach gives a segment the vectors there are of its wordings.
func (m *meanings) attach(seg *segment) {
	if m.size() == 0 {
		return
	}
	of := seg.owners()
	rows := make([]vector, len(seg.words))
	m.mu.Lock()
	for w := range seg.words {
		rows[w] = m.of[contentKey(seg.said(w, of[w]))]
	}
	dim := m.dim
	m.mu.Unlock()
	seg.meaning.Store(newMatrix(rows, dim))
}
