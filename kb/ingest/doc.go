// Package ingest reads documents people have (Markdown, HTML, plain text, Word,
// Excel, CSV, JSON of questions) into entries of a knowledge base.
//
//	docs, err := ingest.Dir(os.DirFS("handbook"), nil)
//	base, err := kb.New(append(faq, docs...), nil)
//
// A document becomes passages: pieces of a size that answers, each under the
// headings it stands under, with the file and line it came from. They are
// searched together with the questions of the base; a hit's Kind tells which it
// is. A table with a column of questions and one of answers becomes entries
// instead, whatever language its head is in.
//
// The ids are made of file names and headings, so that reading the same files
// again gives the same entries: [kb.Base.Sync] takes over what is new, changed
// or gone.
//
// [Site] reads the pages of a site that a crawl of the host's fetched: menus and
// notices that repeat are left out, each page is known by its canonical address.
//
// All readers take bytes from anywhere: they cap what they unfold and read, and
// never panic. Documents are trusted for what they say, though: their text is
// shown to customers. Where others may put files into a folder, open it with
// [os.OpenRoot], whose FS follows no link out of it, as os.DirFS does.
package ingest
