package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/ingest"
	"github.com/frontdesk-go/frontdesk/kb/keep"
)

// evaluateDocs ingests a folder of real documents and asks what their own FAQ
// asks: how often a part of the answer comes first, among the first three, and is
// given without asking back; and how many off-topic questions are answered by
// mistake. With -unseen the FAQ's headings, which are the questions, are taken
// out first.
func evaluateDocs(ctx context.Context, args []string, log io.Writer) (result, error) {
	fs := flags("docs", log)
	dir := fs.String("dir", "", "folder with md/, queries.tsv and, if there is one, offtopic.tsv")
	faq := fs.String("faq", "faq.md", "the file of md/ whose headings ask the questions")
	unseen := fs.Bool("unseen", false, "take the questions out of the FAQ")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if err := need(map[string]string{"dir": *dir}); err != nil {
		return nil, err
	}
	w := start()
	passages, err := ingest.Dir(os.DirFS(filepath.Join(*dir, "md")), nil)
	if err != nil {
		return nil, err
	}
	passages, cleaned := keep.Clean(passages, nil)
	right := map[string][]string{} // the heading, folded, to the ids under it
	for i := range passages {
		e := &passages[i]
		if e.Source.File != *faq {
			continue
		}
		q := e.Path[len(e.Path)-1]
		right[bareQuestion(q)] = append(right[bareQuestion(q)], e.ID)
		if *unseen {
			for lang, t := range e.Texts {
				t.Question = strings.Join(e.Path[:len(e.Path)-1], " › ")
				if t.Question == "" {
					t.Question = "FAQ"
				}
				e.Texts[lang] = t
			}
		}
	}
	base, err := kb.New(passages, nil)
	if err != nil {
		return nil, err
	}
	cpu, _ := w.stop()
	res := result{"passages": len(passages), "cleaned": len(cleaned), "ingest_s": round(cpu)}
	questions, err := rows(filepath.Join(*dir, "queries.tsv"), 2)
	if err != nil {
		return nil, err
	}
	var n, first, three, ten, given float64
	for _, q := range questions {
		want := right[bareQuestion(q[1])]
		if len(want) == 0 {
			continue // a question whose answer is no section of the FAQ any more
		}
		a, err := base.Answer(ctx, kb.Query{Text: q[1], N: 10})
		if err != nil {
			return nil, err
		}
		n++
		at := slices.IndexFunc(a.Hits, func(h kb.Hit) bool { return slices.Contains(want, h.ID) })
		if at == 0 {
			first++
			if a.Verdict == kb.Answered {
				given++
			}
		}
		if at >= 0 && at < 3 {
			three++
		}
		if at >= 0 {
			ten++
		}
	}
	if n == 0 {
		return nil, fmt.Errorf("%s: no question of queries.tsv is a heading of %s", *dir, *faq)
	}
	res["questions"], res["recall_at_1"], res["recall_at_3"], res["recall_at_10"], res["answered"] = int(n), round(first/n), round(three/n), round(ten/n), round(given/n)
	if f := filepath.Join(*dir, "offtopic.tsv"); exists(f) {
		off, err := rows(f, 1)
		if err != nil {
			return nil, err
		}
		wrong := 0.0
		for _, q := range off {
			a, err := base.Answer(ctx, kb.Query{Text: q[len(q)-1]})
			if err != nil {
				return nil, err
			}
			if a.Verdict == kb.Answered {
				wrong++
			}
		}
		res["offtopic_answered"] = round(wrong / float64(len(off)))
	}
	return res, nil
}

// bareQuestion is a question without the mark it has in a FAQ and without signs.
func bareQuestion(s string) string {
	for _, mark := range []string{"Q：", "Q:", "Q "} {
		s = strings.TrimPrefix(s, mark)
	}
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" ?？,，.。:：;；'\"`“”‘’()（）\t*", r) }), "")
}
