package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// tour goes through all of it once, on the example's files, in a folder of its
// own that is gone afterwards.
func tour(ctx context.Context, out io.Writer) error {
	data := "examples/knowledge/data"
	if _, err := os.Stat(data); err != nil {
		data = "data"
	}
	if _, err := os.Stat(filepath.Join(data, "team.json")); err != nil {
		return fmt.Errorf("the tour needs its files, examples/knowledge/data: run it in the folder of go.mod, or name a command: %w", err)
	}
	dir, err := os.MkdirTemp("", "knowledge-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	at := []string{"-kb", filepath.Join(dir, "knowledge.json"), "-base", filepath.Join(dir, "base.kb"), "-today", "2026-11-21", "-team", filepath.Join(data, "team.json")}
	for _, line := range [][]string{
		{"collect", data},
		{"check", "-feedback", filepath.Join(data, "feedback.jsonl"), data},
		{"classify", "-apply"},
		{"learn", "-apply", filepath.Join(data, "feedback.jsonl")},
		{"submit", "-by", "小周", "draft.*", "care.html*", "保修说明.docx*", "after.*", "https://*"},
		{"reject", "-by", "老陈", "-why", "七天，不是十五天", "after.return"},
		{"approve", "-by", "老陈", "draft.*", "care.html*", "保修说明.docx*", "after.fabric", "https://*"},
		{"queue"},
		{"publish", "-by", "老陈"},
		{"ask", "衣柜是师傅上门装吗？"},
		{"ask", "How many fabric samples are free?"},
		{"ask", "实木床保修几年"},
		{"ask", "没有电梯搬楼怎么收费"},
		{"ask", "你们招聘吗"},
	} {
		args := append([]string{line[0]}, at...)
		args = append(args, line[1:]...)
		if _, err := fmt.Fprintf(out, "\n$ knowledge"); err != nil {
			return err
		}
		for _, a := range line {
			fmt.Fprintf(out, " %s", a)
		}
		fmt.Fprintln(out)
		if err := run(ctx, args, out); err != nil {
			return err
		}
	}
	return nil
}
