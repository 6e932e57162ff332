package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/kb"
	"github.com/frontdesk-go/frontdesk/kb/keep"
)

// check reports what is wrong with the base under review, or with a folder's files
// while nothing was collected, and what customers asked in vain by the talks in
// the folder.
func check(ctx context.Context, j *job) error {
	have, err := j.load()
	if err != nil {
		return err
	}
	if len(have) == 0 && len(j.args) > 1 {
		if have, err = files(ctx, j.args[1]); err != nil {
			return err
		}
	}
	if len(have) == 0 {
		return fmt.Errorf("%s holds no entries: collect some first, or name a folder of knowledge files", j.file)
	}
	r, err := j.check(ctx, have)
	if err != nil {
		return err
	}
	var missing []keep.Gap
	if len(j.args) > 1 {
		messages, err := j.talks(j.args[1])
		if err != nil {
			return err
		}
		if missing, err = open(ctx, have, keep.Questions(messages)); err != nil {
			return err
		}
	}
	if j.html != "" {
		var b strings.Builder
		page := keep.Page{Title: "Knowledge base", Lang: j.lang, Gaps: missing}
		if j.lang == "zh" {
			page.Title, page.Words = "知识库体检", chinese()
		}
		if err := r.HTML(&b, page); err != nil {
			return err
		}
		if err := replace(j.html, []byte(b.String())); err != nil {
			return err
		}
	}
	if j.json {
		e := json.NewEncoder(j.out)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"report": r, "gaps": missing})
	}
	j.printf("%s", r)
	for _, g := range missing {
		j.printf("gap: %d conversations: %q", g.Conversations, g.Question)
		if len(g.Nearest) > 0 {
			j.printf(", nearest %s", g.Nearest[0].ID)
		}
		if id := g.Draft().ID; slices.ContainsFunc(have, func(e kb.Entry) bool { return e.ID == id }) {
			j.printf(", drafted as %s", id)
		}
		j.printf("\n")
	}
	return nil
}

// check looks for what is wrong, with how customers took the answers if -feedback
// names it.
func (j *job) check(ctx context.Context, have []kb.Entry) (keep.Report, error) {
	o := keep.Options{Now: j.now, Public: ours()}
	if j.web {
		o.Link = asked(ctx)
	}
	if j.feedback != "" {
		signs, err := readFeedback(j.feedback)
		if err != nil {
			return keep.Report{}, err
		}
		base, err := kb.New(have, nil)
		if err != nil {
			return keep.Report{}, err
		}
		o.Records = keep.Learn(base, signs, 0).Records
	}
	return keep.Check(have, &o), nil
}

func readFeedback(name string) ([]keep.Feedback, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return keep.ReadFeedback(name, f)
}

func chinese() map[string]string {
	return map[string]string{
		string(keep.Contradiction): "互相矛盾", string(keep.Translation): "两种语言不一致", string(keep.Channel): "渠道答案不一致", string(keep.Expired): "已过期", string(keep.Personal): "含个人信息",
		string(keep.Empty): "没有答案", string(keep.Variable): "变量未填", string(keep.Link): "链接失效", string(keep.PastDate): "日期已过", string(keep.Falling): "越来越帮不上忙", string(keep.Doubtful): "多半没帮上忙", string(keep.Edited): "来源已改动", string(keep.Duplicate): "重复",
		string(keep.NearDuplicate): "近似重复", string(keep.Missing): "缺少语言", string(keep.Expiring): "即将过期", string(keep.Stale): "久未复核",
		"entries": "条目", "findings": "发现", "gaps": "客户问了但没有答案", "conversations": "会话数", "none": "没有发现问题。",
		string(keep.Contradiction) + "?": "两条问的是同一件事，不可能都对：改正一条，再合并。", string(keep.Translation) + "?": "有一种语言的数字写错了，或没有跟着改。", string(keep.Channel) + "?": "有一个渠道的数字写错了，或没有跟着改。",
		string(keep.Expired) + "?": "写上新的截止日期，或者停用。", string(keep.Expiring) + "?": "写上新的截止日期，或者到时停用。", string(keep.Stale) + "?": "读一遍，改掉已经不对的地方，更新复核日期。", string(keep.PastDate) + "?": "改成现在的说法。",
		string(keep.Edited) + "?": "看看来源现在怎么写，重新提交审核。", string(keep.Falling) + "?": "客户这么说：看看原因，改正答案，更新复核日期。", string(keep.Doubtful) + "?": "客户这么说：看看原因，改正答案，更新复核日期。",
		string(keep.Link) + "?": "改正链接，或者删掉。", string(keep.Variable) + "?": "填上内容，或者给变量一个值。", string(keep.Personal) + "?": "删掉；店铺自己的公开电话可以登记为公开号码。", string(keep.Empty) + "?": "写上答案。",
		string(keep.Duplicate) + "?": "合并成一条，两种问法都保留。", string(keep.NearDuplicate) + "?": "合并成一条，两种问法都保留。", string(keep.Missing) + "?": "补上翻译。",
	}
}

// classify guesses the category of entries without one, and proposes categories
// for those that fit none.
func classify(ctx context.Context, j *job) error {
	have, err := j.load()
	if err != nil {
		return err
	}
	c := keep.NewClassifier(have)
	if c.Accuracy() > 0 {
		j.printf("learnt from the base: right for %.0f %% of the entries left out\n", 100*c.Accuracy())
	} else {
		j.printf("too few entries have a category to learn from\n")
	}
	var left []kb.Entry // of which the category stays open
	for i := range have {
		e := &have[i]
		if e.Category != "" || e.State == kb.Retired || e.State == kb.Rejected {
			left = append(left, *e)
			continue
		}
		g := c.Classify(*e)
		if len(g) == 0 || g[0].Confidence < j.least {
			left = append(left, *e)
			continue
		}
		j.printf("%s %s (%.0f %%)\n", pad(e.ID, 24), g[0].Category, 100*g[0].Confidence)
		if j.apply {
			e.Category = g[0].Category
		}
	}
	topics, err := keep.Topics(ctx, left, 0)
	if err != nil {
		return err
	}
	for _, t := range topics {
		j.printf("perhaps a category of its own, %q: %s\n", t.Name, strings.Join(t.Entries, ", "))
	}
	if j.apply {
		return j.save(have)
	}
	return nil
}

// learn reads how customers took the answers.
func learn(_ context.Context, j *job) error {
	if len(j.args) != 2 {
		return errors.New("learn FEEDBACK.jsonl: name one file")
	}
	have, err := j.load()
	if err != nil {
		return err
	}
	feedback, err := readFeedback(j.args[1])
	if err != nil {
		return err
	}
	base, err := kb.New(have, nil)
	if err != nil {
		return err
	}
	lessons := keep.Learn(base, feedback, 0)
	for _, r := range lessons.Records {
		j.printf("%s helped %.0f %%, surely %.0f %%", pad(r.Entry, 24), 100*r.Rate, 100*r.AtLeast)
		if r.Falling {
			j.printf(", falling")
		}
		if len(r.Reasons) > 0 {
			j.printf(": %s", strings.Join(r.Reasons, "; "))
		}
		j.printf("\n")
	}
	for _, w := range lessons.Wordings {
		j.printf("%s is asked as %q too (%d customers)\n", pad(w.Entry, 24), w.Text, w.Customers)
		if j.apply {
			for i := range have {
				have[i] = w.Apply(have[i])
			}
		}
	}
	for _, s := range keep.Synonyms(base, feedback, 0) {
		j.printf("%q may mean %q (%d customers)\n", s.Said, s.Base, s.Customers)
	}
	if j.apply {
		return j.save(have)
	}
	return nil
}
