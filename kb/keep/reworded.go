package keep

import "github.com/frontdesk-go/frontdesk/kb"

// reworded looks for contradictions among entries whose questions are too far
// apart for near-duplicates, but want to know the same of the same. Those of
// known are done.
func (c *checker) reworded(lang string, known map[[2]int]pair) {
	type wording struct {
		entry int
		text  string
		asks  asks
	}
	by := map[string][]wording{}
	done := map[[2]int]bool{}
	for i, e := range c.entries {
		t, ok := e.Texts[lang]
		if !ok || e.Kind == kb.Passage {
			continue
		}
		says := saysOf(t)
		for _, s := range says[:min(len(says), mostAsked)] {
			w := wording{entry: i, text: s, asks: asksOf(s)}
			k := w.asks.key()
			if k == "" {
				continue
			}
			all := by[k]
			for _, old := range all[max(0, len(all)-crowded):] {
				at := [2]int{old.entry, i}
				if _, near := known[at]; near || done[at] || old.entry == i || !old.asks.same(w.asks) || !meet(c.entries[old.entry], e) {
					continue
				}
				done[at] = true
				c.contradict(Finding{Other: e.ID, Language: lang, Like: weights(nil).jaccard(setOf(old.text), setOf(w.text))}, c.entries[old.entry], e)
			}
			by[k] = append(all, w)
		}
	}
}

const mostAsked = 32 // wordings of an entry that are read
