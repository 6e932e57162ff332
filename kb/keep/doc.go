// Package keep keeps a knowledge base true: it reports what is wrong with the
// entries, and what customers ask that none of them answers.
//
//	entries, err := kb.ReadDir(os.DirFS("kb"), nil)
//	for _, f := range keep.Check(entries, &keep.Options{Now: now}).Findings {
//		fmt.Println(f)
//	}
//
// [Collect] takes over what sources say now, as drafts; [Clean] masks personal
// data and drops what stands in every document; [ReadMessages] and [Questions]
// read what customers asked and people replied. [Classifier] guesses categories,
// [Topics] proposes new ones.
//
// A [Report] is text, JSON or a page of HTML. [Gaps] groups the questions the base
// does not answer; [Learn] makes a record of each answer, and proposes wordings,
// from how customers took it ([ReadFeedback]); [Synonyms] proposes words that mean
// the same.
//
// Nothing here changes a base. What it proposes, drafts among it, is for someone
// to judge: see [kb.Entry.Step] for the way to approval.
package keep
