package kb

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/internal/text"
)

// A saved base is, in order: magic, a header as JSON, the entries, the slices of
// its one segment, each with its length before it (uint64), all numbers
// little-endian, and the SHA-256 of all that.
const (
	magic    = "frontdesk kb 4\n"
	maxSaved = 4 << 30 // bytes that are read
)

type savedHeader struct {
	Synonyms uint64  `json:"synonyms"` // a hash of those the index was made with
	Version  string  `json:"version"`
	Ranker   Ranker  `json:"ranker"`
	Total    float64 `json:"total"`
	Slips    string  `json:"slips,omitempty"` // the pairs of characters that are heard
}

// ErrSaved says that what was read is no saved base, or not the whole of one.
var ErrSaved = errors.New("kb: no whole saved base")

// Save writes the base with its index, compacted, and its ranker, so that Open
// need not make the index again. Earlier versions are not saved. The base serves
// and takes changes meanwhile; what is saved is one version.
func (b *Base) Save(w io.Writer) error {
	b.Compact()
	s := b.snap.Load()
	if len(s.parts) != 1 || s.parts[0].gone > 0 { // changed again in between, or empty
		var entries []Entry
		for e := range s.entries() {
			entries = append(entries, *e)
		}
		s = (&snapshot{same: b.same}).with(newSegment(entries, b.same, statistics{}))
	}
	seg := s.parts[0].segment
	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<20)
	sw := saver{w: out}
	sw.bytes([]byte(magic))
	sw.json(savedHeader{Synonyms: b.same.sum(), Version: s.name(), Ranker: b.Ranker(), Total: seg.total, Slips: seg.slips.String()})
	sw.length(len(seg.entries.raw))
	sw.string(seg.entries.raw)
	var langs []string
	words := make([]uint32, 0, 2*len(seg.words))
	for _, d := range seg.words {
		k := slices.Index(langs, d.lang)
		if k < 0 {
			k = len(langs)
			langs = append(langs, d.lang)
		}
		k <<= 1 // the lowest bit is whether it denies
		if d.denies {
			k++
		}
		words = append(words, uint32(k), uint32(d.n))
	}
	whole := make([]uint32, 0, 2*len(seg.whole))
	for _, e := range seg.whole {
		whole = append(whole, e.from, e.to)
	}
	sw.json(langs)
	for _, v := range []any{seg.terms.keys, seg.offs, seg.docs, seg.imps, seg.grams.keys, seg.df, seg.gram, seg.value, words, seg.vecs, seg.first, whole} {
		sw.slice(v)
	}
	if sw.err == nil {
		sw.err = out.Flush()
	}
	if sw.err == nil {
		_, sw.err = w.Write(sum.Sum(nil))
	}
	if sw.err != nil {
		return fmt.Errorf("kb: saving: %w", sw.err)
	}
	return nil
}

type saver struct {
	w   *bufio.Writer
	err error
}

func (s *saver) bytes(b []byte) {
	if s.err == nil {
		_, s.err = s.w.Write(b)
	}
}

func (s *saver) string(b string) {
	if s.err == nil {
		_, s.err = s.w.WriteString(b)
	}
}

func (s *saver) length(n int) { s.bytes(binary.LittleEndian.AppendUint64(nil, uint64(n))) }

func (s *saver) json(v any) {
	b, err := json.Marshal(v)
	if err != nil && s.err == nil {
		s.err = err
	}
	s.length(len(b))
	s.bytes(b)
}

func (s *saver) slice(v any) {
	s.length(binary.Size(v))
	if s.err == nil {
		s.err = binary.Write(s.w, binary.LittleEndian, v)
	}
}

// sum is a hash of the synonyms.
func (s *synonyms) sum() uint64 {
	h := uint64(len(s.from))
	for _, w := range s.from {
		h = (h ^ text.Hash(w+"\x00"+s.to[w])) * fnvPrime
	}
	return h
}

// Open reads a base that Save wrote. A file that is not whole, or was changed,
// is an error that wraps ErrSaved, and nothing of it is used. With other
// synonyms than it was saved with the index is made anew. The saved ranker is
// used unless the options have one.
func Open(r io.Reader, opts *Options) (*Base, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxSaved))
	if err != nil {
		return nil, fmt.Errorf("kb: opening: %w", err)
	}
	body := len(raw) - sha256.Size
	if body < len(magic) || !bytes.HasPrefix(raw, []byte(magic)) {
		return nil, fmt.Errorf("%w: it does not begin as one: save the base again", ErrSaved)
	}
	if sum := sha256.Sum256(raw[:body]); !bytes.Equal(sum[:], raw[body:]) {
		return nil, fmt.Errorf("%w: the checksum differs: copy the file or save the base again", ErrSaved)
	}
	h, seg, err := readSegment(raw[len(magic):body])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSaved, err)
	}
	b := &Base{opts: opts.fill()}
	b.same = newSynonyms(b.opts.Synonyms)
	if b.opts.Ranker == (Ranker{}) {
		b.opts.Ranker = h.Ranker
	}
	if err := b.SetRanker(b.opts.Ranker); err != nil {
		return nil, err
	}
	if h.Synonyms != b.same.sum() {
		seg = newSegment(seg.unpacked(), b.same, statistics{})
	} else {
		seg.slips = slipsOf(h.Slips, b.same.sounds)
	}
	s := snapshotOf(seg, b.same)
	if s.name() != h.Version {
		return nil, fmt.Errorf("%w: its version is %s, its entries are %s: it was saved by a later program", ErrSaved, h.Version, s.name())
	}
	b.serve(s)
	return b, nil
}

// readSegment reads what Save wrote between magic and checksum.
func readSegment(raw []byte) (h savedHeader, seg *segment, err error) {
	r := opener{raw: raw}
	seg = &segment{}
	var langs []string
	var words, whole []uint32
	r.json(&h)
	entries := r.next()
	r.json(&langs)
	seg.terms.keys = slice[uint64](&r)
	seg.offs = slice[uint32](&r)
	seg.docs = slice[uint32](&r)
	seg.imps = slice[uint16](&r)
	seg.grams.keys = slice[uint64](&r)
	seg.df = slice[uint32](&r)
	seg.gram = slice[uint32](&r)
	seg.value = slice[uint16](&r)
	words = slice[uint32](&r)
	seg.vecs = slice[uint32](&r)
	seg.first = slice[uint32](&r)
	whole = slice[uint32](&r)
	if r.err == nil && len(r.raw) > 0 {
		r.err = errors.New("there is more than a base")
	}
	if r.err != nil {
		return h, nil, r.err
	}
	seg.total = h.Total
	for i := 0; i+1 < len(words); i += 2 {
		if int(words[i]>>1) >= len(langs) {
			return h, nil, errors.New("a wording has no language")
		}
		seg.words = append(seg.words, wording{lang: langs[words[i]>>1], n: int32(words[i+1]), denies: words[i]&1 == 1})
	}
	for i := 0; i+1 < len(whole); i += 2 {
		seg.whole = append(seg.whole, extent{whole[i], whole[i+1]})
	}
	seg.entries, err = unpack(entries, func(d int, e *Entry) error {
		seg.flags = append(seg.flags, flagsOf(e))
		seg.sums = append(seg.sums, e.sum())
		seg.kinds.add(e)
		return seg.worded(d, e)
	})
	if err == nil {
		err = seg.check()
	}
	if err != nil {
		return h, nil, err
	}
	seg.kinds.seen = nil
	seg.terms, seg.grams = tableOf(seg.terms.keys), tableOf(seg.grams.keys)
	seg.peak = make([]uint16, len(seg.terms.keys))
	for t := range seg.peak {
		if seg.offs[t] < seg.offs[t+1] {
			seg.peak[t] = slices.Max(seg.imps[seg.offs[t]:seg.offs[t+1]])
		}
	}
	seg.findCommon(commonFrom)
	return h, seg, nil
}

type opener struct {
	raw []byte
	err error
}

// next is the next part.
func (r *opener) next() []byte {
	if r.err != nil {
		return nil
	}
	if len(r.raw) < 8 {
		r.err = io.ErrUnexpectedEOF
		return nil
	}
	n := binary.LittleEndian.Uint64(r.raw)
	r.raw = r.raw[8:]
	if n > uint64(len(r.raw)) {
		r.err = io.ErrUnexpectedEOF
		return nil
	}
	part := r.raw[:n]
	r.raw = r.raw[n:]
	return part
}

func (r *opener) json(v any) {
	part := r.next()
	if r.err != nil {
		return
	}
	r.err = json.Unmarshal(part, v)
}

func slice[T uint16 | uint32 | uint64](r *opener) []T {
	part := r.next()
	var one T
	size := binary.Size(one)
	if r.err != nil || len(part)%size != 0 {
		r.err = errors.Join(r.err, errors.New("a part has no whole numbers"))
		return nil
	}
	out := make([]T, len(part)/size)
	_, r.err = binary.Decode(part, binary.LittleEndian, out)
	return out
}

// check finds what would make a search read outside of its slices.
func (seg *segment) check() error {
	n := uint32(seg.entries.len())
	rises := func(list []uint32, count int, end int) bool {
		return len(list) == count+1 && list[0] == 0 && int(list[count]) == end && slices.IsSorted(list)
	}
	below := func(list []uint32, end int) bool {
		return !slices.ContainsFunc(list, func(v uint32) bool { return int(v) >= end })
	}
	last := 0
	if len(seg.vecs) > 0 {
		last = int(seg.vecs[len(seg.vecs)-1])
	}
	ok := rises(seg.offs, len(seg.terms.keys), len(seg.docs)) && len(seg.imps) == len(seg.docs) && below(seg.docs, int(n)) &&
		len(seg.df) == len(seg.grams.keys) && below(seg.gram, len(seg.df)) && len(seg.value) == len(seg.gram) &&
		rises(seg.vecs, len(seg.words), last) && last <= len(seg.gram) &&
		rises(seg.first, int(n), len(seg.words)) && len(seg.whole) == int(n)
	if !ok {
		return errors.New("its parts do not fit together")
	}
	for _, e := range seg.whole {
		if e.from > e.to || int(e.to) > len(seg.gram) {
			return errors.New("a profile is outside of the base")
		}
	}
	for t := range seg.terms.keys {
		for k := seg.offs[t] + 1; k < seg.offs[t+1]; k++ {
			if seg.docs[k] <= seg.docs[k-1] {
				return errors.New("the postings are in no order")
			}
		}
	}
	return nil
}

// worded finds an entry without the wordings that the index has of it.
func (seg *segment) worded(d int, e *Entry) error {
	if d+1 >= len(seg.first) || seg.first[d] >= seg.first[d+1] || int(seg.first[d+1]) > len(seg.words) {
		return fmt.Errorf("entry %d has no wording", d)
	}
	for _, w := range seg.words[seg.first[d]:seg.first[d+1]] {
		t, ok := e.Texts[w.lang]
		if !ok || w.n < -1 || int(w.n) > len(t.Others) || strings.TrimSpace(t.Question) == "" {
			return fmt.Errorf("entry %q lacks a wording", e.ID)
		}
	}
	return nil
}

// unpacked are the entries.
func (seg *segment) unpacked() []Entry {
	out := make([]Entry, seg.entries.len())
	for d := range out {
		out[d] = seg.entries.entry(uint32(d))
	}
	return out
}
