// Package pdf reads the text of PDF documents into entries of a knowledge base.
// It is a package of its own, so that who reads no PDF links none of it.
//
//	opts := &ingest.Options{Readers: map[string]func(string, io.Reader, *ingest.Options) ([]kb.Entry, error){".pdf": pdf.Read}}
//	docs, err := ingest.Dir(os.DirFS("handbook"), opts)
//
// A PDF has glyphs at places, no headings and no paragraphs: larger and bold type
// is taken for headings, the distance between lines tells paragraphs, cells in
// rows and columns are a table, and lines that stand in the head or foot of most
// pages are left out. Pictures are not read: a scanned page has no text; nor is
// what opens by a password only. One that anybody may open, but not change, is.
//
// The reader (after ISO 32000-1) goes through the whole file once and does not
// trust its table of contents, so that damaged files are read as far as they go.
// What it unfolds and draws is capped; no file makes it panic or go on for ever.
package pdf
