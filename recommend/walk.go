package recommend

// Bounds of walks.
const (
	walkFrom  = 2   // latest items of a session that walks begin at
	walkFaint = 0.3 // a partner of less than this share of the strongest leads nowhere
)

// walk adds to scores what is two steps from an item: the partners of its
// partners, each divided by both counts to the power of own. Where an item has few
// partners of its own, those of its partners are next (random walks on the
// graph of items: Cooper et al., WWW 2014).
func (p *pairs) walk(item uint32, weight float32, own *power, to *scratch) {
	if int(item) >= len(p.rows) || p.seen[item] <= 0 {
		return
	}
	partners, least := p.rows[item].speak(rowTop), float32(0)
	for i := range partners {
		least = max(least, walkFaint*partners[i].w)
	}
	weight *= own.of(p.seen[item])
	for _, c := range partners {
		if c.item != 0 && c.w >= least {
			p.from(c.item, weight*c.w, rowTop, own, to)
		}
	}
}
