package bot

import (
	"slices"
	"strings"

	"github.com/frontdesk-go/frontdesk/handoff"
)

// expire ends flows nobody answered for too long, and tells the customer.
func (b *Bot) expire(t *Turn, st *flowState) error {
	f := st.top()
	if f == nil || t.Now.Sub(f.At) <= b.opts.Expire {
		return nil
	}
	for st.top() != nil {
		f = st.top()
		b.end(t, st, "expired")
	}
	if t.fired != "" || t.push != nil || t.session.Owner != "" || !f.Told {
		return nil
	}
	text := "flow.expired"
	if len(f.effects()) > 0 {
		text = "flow.expired_done"
	}
	return t.Say(text, "what", t.flowName(f.Flow))
}

// maxSummed bounds an answer in a summary, in bytes.
const maxSummed = 60

// sum keeps the answer just given for the summary.
func (r *run) sum(q asker) {
	if r.t.back != r.frame.Number || q.kind != kindAnswer {
		return
	}
	s := r.reached[len(r.reached)-1]
	value := s.Words
	if q.show != nil {
		value = q.show(s.Value)
	}
	if q.files {
		n := max(strings.Count(string(s.Value), `"url"`), 1)
		value = r.t.Text("flow.file", "n", n)
	}
	if value = cut(value, maxSummed); value == "" {
		return
	}
	if len(q.labels) > 0 {
		value = r.t.Text("flow.answer", "label", q.labels[0], "value", value)
	}
	r.sums = append(r.sums, value)
}

// summary says what the flow knows so far.
func (r *run) summary() Reply {
	rep := Reply{Text: r.t.Text("opening.left", "what", r.t.flowName(r.frame.Flow)), Language: r.t.Language}
	if len(r.sums) > 0 {
		rep.Text += "\n" + r.t.Text("flow.so_far", "done", strings.Join(r.sums, r.t.Text("flow.comma")))
	}
	return rep
}

// maxAnswers bounds the answers of flows that go with a ticket.
const maxAnswers = 30

// answered appends what the customer answered in a flow.
func (f *frame) answered(facts []handoff.Fact) []handoff.Fact {
	for _, s := range f.Steps {
		if s.Kind == kindAnswer && s.Words != "" && len(facts) < maxAnswers {
			facts = append(facts, handoff.Fact{Name: f.Flow + "/" + s.Name, Value: cut(s.Words, 200)})
		}
	}
	return facts
}

// flowFacts are the answers given in the flows that ended before their end in
// this turn and in those under way: the person who takes over need not ask again.
func (t *Turn) flowFacts() []handoff.Fact {
	facts := slices.Clone(t.told)
	st, err := decodeFlows(t.session.Flows)
	if err != nil {
		return facts
	}
	for _, f := range st.Stack {
		facts = f.answered(facts)
	}
	return facts
}

// flowName is what customers call a flow.
func (t *Turn) flowName(flow string) string {
	if s, ok := t.lookup("flow.name." + flow); ok {
		return s
	}
	return flow
}
