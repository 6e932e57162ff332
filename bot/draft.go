package bot

import "fmt"

// Draft is a reply that is shown while it is written.
type Draft struct {
	t    *Turn
	id   string
	text string
}

// Draft starts a reply that channels which stream show as it grows. Nothing of
// it counts until Send; a draft that is never sent is withdrawn when the turn
// ends.
func (t *Turn) Draft() *Draft {
	t.drafts++
	return &Draft{t: t, id: fmt.Sprintf("%s-%d-d%d", t.Key.Conversation, t.session.N+1, t.drafts)}
}

// Add puts text behind what was written so far.
func (d *Draft) Add(text string) {
	if text == "" {
		return
	}
	d.text += text
	d.t.part(Part{Reply: d.id, Text: text})
}

// Text is what was written so far.
func (d *Draft) Text() string { return d.text }

// Send adds r as the reply that takes the draft's place; its text is the
// draft's when empty. The error is that of Turn.Send.
func (d *Draft) Send(r Reply) error {
	if r.Text == "" {
		r.Text = d.text
	}
	r.ID = d.id
	return d.t.send(r)
}

// Notice shows that work is going on, on channels that stream: a text of the
// catalogue, see Text. It is no reply and is gone when the turn ends.
func (t *Turn) Notice(text string, args ...any) {
	t.drafts++
	t.part(Part{Reply: fmt.Sprintf("%s-%d-d%d", t.Key.Conversation, t.session.N+1, t.drafts), Text: t.Text(text, args...), Notice: true})
}

func (t *Turn) part(p Part) {
	if t.turnState.bot == nil || t.hush.over() {
		return
	}
	if t.stream != nil {
		t.stream(p)
	}
	t.bot.watchers.tell(Live{Key: t.Key, Part: &p})
}
