// Package kb is a knowledge base: questions customers ask and their answers, in
// any number of languages, read from Markdown, CSV or JSON, searched without a
// model service, and honest about what it does not know.
//
//	base, err := kb.Load(os.DirFS("kb"), nil)
//	a, err := base.Answer(ctx, kb.Query{Text: "发票怎么开？", Language: "zh"})
//	switch a.Verdict {
//	case kb.Answered: // a.Hits[0].Answer
//	case kb.Unsure:   // ask which of a.Hits was meant
//	case kb.Unknown:  // say so
//	}
//
// # Ranking
//
// A query's score for an entry is the weighted mean of parts, each 0 to 1: BM25 (Robertson
// & Zaragoza 2009) over Han characters and pairs and English stems, divided by
// what a perfect match would score, with unknown words at the highest idf; the
// tf-idf cosine of character n-grams with the nearest wording; and the cosine
// with the profile of all the entry's wordings, which counts the more wordings the
// entries have, and not at all when each has one. A base of 50 wordings to 2,000
// entries adds the cosine in its latent factors, where words that often stand
// together are near each other; [Base.Adapt] learns better ones from which wordings
// belong to one entry. An entry loses a little where the question denies and its
// nearest wording does not, in Chinese, and for numbers of the question it lacks.
//
// That the question is on the base's topics ([Answer.OnTopic]) is judged by the
// score, the nearest wording and the share of the query's words that the base
// knows; the confidence, that the first entry answers, by that, its margin over the
// second, its gap to the fifth, and the question's length and script. Entries that
// say much the same as the question share it.
//
// With an [Embedder], the entries nearest to the query's vector are compared too,
// and that nearness counts beside the words: see [Base.Embed]. Without a vector
// in time the words decide alone.
//
// The first stage of a search goes through the words from the one that can add
// most to a score and stops to open new entries once those could not be among
// the best any more, which finds the same as going through all.
//
// [Base.Train] fits the weights of the sum and of the confidence to a base, from
// labels of which entry was right, and keeps what wins on labels held out.
//
// # Who may read what
//
// An entry may be limited to channels, to an audience, to products and to a
// time, and only approved entries answer. A limited entry is not found by a query
// that does not say it is from such a channel or by someone in that role.
//
// # Changes
//
// A [Base] is safe for concurrent use. Its entries are an immutable snapshot:
// [Base.Put] and [Base.Remove] make the next one at the price of what changed,
// [Base.Replace] swaps it whole, [Base.Restore] brings an earlier one back, and
// a base that does not load keeps the old. [Base.Save] writes the entries with
// their index and a checksum, [Open] reads them.
package kb
