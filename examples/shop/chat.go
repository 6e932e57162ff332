package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/handoff"
	"github.com/frontdesk-go/frontdesk/profile"
)

// agent is who takes tickets in the terminal.
const agent = "小林"

// chat is a conversation in a terminal or from a script.
type chat struct {
	bot        *bot.Bot
	out        io.Writer
	trace      bool
	prompt     bool
	thread     bot.Thread
	identities []profile.Identity
	lang       string
	last       bot.Report
	failed     error
}

// report sees every turn.
func (c *chat) report(r bot.Report) {
	c.last = r
	c.failed = errors.Join(c.failed, r.Err)
}

// talk reads lines until the end of input or /quit.
func (c *chat) talk(ctx context.Context, in io.Reader) error {
	fmt.Fprintln(c.out, map[string]string{
		"zh": "拾光里智能客服（AI）。直接输入问题即可；/take 接待工单，/say 回复，/back 交还机器人，/why 看原因，/quit 退出。",
		"en": "Daylight Lane's assistant (AI). Just type. /take takes the waiting ticket, /say answers, /back gives it back, /why explains, /quit ends.",
	}[c.lang])
	if err := c.quiet(ctx); err != nil {
		return err
	}
	lines := make(chan string)
	go func() { // ends with the process: a read from a terminal cannot be stopped
		defer close(lines)
		sc := bufio.NewScanner(in)
		sc.Buffer(nil, 4<<20)
		for sc.Scan() {
			select {
			case lines <- sc.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		fmt.Fprint(c.out, "\n> ")
		select {
		case <-ctx.Done():
			fmt.Fprintln(c.out)
			return nil
		case line, ok := <-lines:
			if !ok || line == "/quit" {
				fmt.Fprintln(c.out)
				return nil
			}
			if err := c.line(ctx, line); err != nil {
				fmt.Fprintln(c.out, "! "+err.Error())
			}
		}
	}
}

// replay acts out a script and fails when a turn failed inside.
func (c *chat) replay(ctx context.Context, in io.Reader) error {
	sc := bufio.NewScanner(in)
	sc.Buffer(nil, 4<<20)
	for sc.Scan() {
		line := sc.Text()
		switch {
		case strings.TrimSpace(line) == "", strings.HasPrefix(line, "#"), strings.HasPrefix(line, "<"), strings.HasPrefix(line, "!"), strings.HasPrefix(line, "@"):
			continue
		}
		if err := c.line(ctx, strings.TrimPrefix(line, "> ")); err != nil {
			return err
		}
	}
	return errors.Join(sc.Err(), c.failed)
}

// line serves one line: a command of the person at the desk, or the customer's.
func (c *chat) line(ctx context.Context, line string) error {
	cmd, rest, _ := strings.Cut(line, " ")
	switch cmd {
	case "/take":
		return c.take(ctx)
	case "/say":
		t, err := c.mine(ctx)
		if err != nil {
			return err
		}
		r, err := c.bot.Tell(ctx, c.thread.Tenant, t.ID, agent, bot.Reply{Text: rest})
		if err == nil {
			c.show("", []bot.Reply{r})
		}
		return err
	case "/back":
		t, err := c.mine(ctx)
		if err != nil {
			return err
		}
		if err := c.bot.Return(ctx, c.thread.Tenant, t.ID, agent); err != nil {
			return err
		}
		bot.WriteTurn(c.out, "", nil, c.last.Events)
		return nil
	case "/why":
		fmt.Fprint(c.out, c.last.Trace.String())
		return nil
	}
	c.last = bot.Report{}
	replies, err := c.bot.Handle(ctx, bot.Message{ID: rand.Text(), Thread: c.thread, Text: line, Identities: c.identities})
	if err != nil {
		return err
	}
	c.show(line, replies)
	if len(replies) == 0 && c.prompt {
		if err := c.quiet(ctx); err != nil {
			return err
		}
	}
	if c.trace {
		fmt.Fprint(c.out, c.last.Trace.String())
	}
	return nil
}

// quiet says why the bot does not answer, where a person has the conversation:
// it may have been handed over days ago.
func (c *chat) quiet(ctx context.Context) error {
	k, err := c.bot.Conversation(ctx, c.thread)
	if err != nil {
		return err
	}
	st, err := c.bot.State(ctx, k)
	if err != nil || st.Owner == bot.OwnerBot {
		return err
	}
	fmt.Fprintln(c.out, map[string]string{
		"zh": "! 这段对话已转给人工，机器人不插话：/take 接待工单，再用 /back 交还机器人。",
		"en": "! A person has this conversation, so the bot keeps quiet: /take takes the ticket, then /back gives it back.",
	}[c.lang])
	return nil
}

// show prints a turn: for a person in the terminal the replies alone, for a
// script the whole transcript.
func (c *chat) show(said string, replies []bot.Reply) {
	if !c.prompt {
		bot.WriteTurn(c.out, said, replies, c.last.Events)
		return
	}
	for _, r := range replies {
		fmt.Fprintln(c.out, r)
	}
}

// take takes the first waiting ticket and shows what a person needs.
func (c *chat) take(ctx context.Context) error {
	ts, err := c.bot.Tickets(ctx, c.thread.Tenant)
	if err != nil {
		return err
	}
	for _, t := range ts {
		if t.State != handoff.Waiting {
			continue
		}
		if t, err = c.bot.Take(ctx, c.thread.Tenant, t.ID, agent); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "! ticket %s: %s, priority %s\n", t.ID, t.Reason, t.Priority)
		for _, s := range t.Summary {
			fmt.Fprintln(c.out, "!   "+s)
		}
		for _, f := range t.Facts {
			fmt.Fprintf(c.out, "!   %s = %s\n", f.Name, f.Value)
		}
		if t.Suggested != "" {
			fmt.Fprintln(c.out, "!   suggested: "+t.Suggested)
		}
		bot.WriteTurn(c.out, "", nil, c.last.Events)
		return nil
	}
	return errors.New("no ticket is waiting")
}

// mine is the ticket the agent owns.
func (c *chat) mine(ctx context.Context) (handoff.Ticket, error) {
	ts, err := c.bot.Tickets(ctx, c.thread.Tenant)
	if err != nil {
		return handoff.Ticket{}, err
	}
	for _, t := range ts {
		if t.Agent == agent {
			return t, nil
		}
	}
	return handoff.Ticket{}, errors.New("you have no ticket: /take one first")
}
