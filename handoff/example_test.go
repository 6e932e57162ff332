package handoff_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/frontdesk-go/frontdesk/handoff"
)

func Example() {
	policy, err := handoff.DefaultPolicy()
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	created := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	queue := handoff.NewQueue()
	for i, s := range []handoff.Situation{
		{Stage: handoff.Before, Language: "zh", Text: "鞋子什么时候发货?"},
		{Stage: handoff.Before, Language: "en", Intent: "person", Text: "Order 0042 is two weeks late. Let me talk to a person."},
		{Stage: handoff.Before, Language: "zh", Text: "我上周买的鞋子开胶了。再这样我就投诉到12315!"},
	} {
		d, err := policy.Judge(ctx, s)
		if err != nil {
			fmt.Println(err)
			return
		}
		if !d.Handover {
			continue
		}
		err = queue.Put(handoff.NewTicket(handoff.Case{ID: fmt.Sprint("t", i), Conversation: fmt.Sprint("c", i), Language: s.Language,
			Created: created, Decision: d, Transcript: []handoff.Line{{At: created, From: "customer", Text: s.Text}}}))
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	for {
		t, ok := queue.Next("amy", []string{"complaints"}, created.Add(time.Minute))
		if !ok {
			break
		}
		fmt.Println(t.ID, t.Reason, t.Priority, t.Summary)
	}
	// Output:
	// t2 threat urgent [我上周买的鞋子开胶了。 再这样我就投诉到12315!]
	// t1 asked normal [Order 0042 is two weeks late. Let me talk to a person.]
}

// A host's own rules come from a file.
func ExampleReadPolicy() {
	policy, err := handoff.ReadPolicy(strings.NewReader(`
- name: a regular is annoyed
  when: {tiers: [vip], emotions: [angry]}
  then: {handover: true, reason: vip, priority: high, skill: vip}
- name: wholesale
  when: {words: {zh: [批发, 团购], en: [wholesale, bulk order]}}
  then: {offer: true, reason: rule, skill: sales}
`), "handoff.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, text := range []string{"你们支持团购吗", "Do you take bulk orders?", "Do you do a bulk order discount?"} {
		d, err := policy.Judge(context.Background(), handoff.Situation{Stage: handoff.Before, Text: text})
		fmt.Println(d.Offer, d.Skill, err)
	}
	// Output:
	// true sales <nil>
	// false  <nil>
	// true sales <nil>
}
