package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/bot/desk"
	"github.com/frontdesk-go/frontdesk/nlu"
	"github.com/frontdesk-go/frontdesk/nlu/entity"
)

// told finds in any message the same entities.
type told []entity.Entity

func (ts told) Understand(_ context.Context, _ nlu.Input) (nlu.Meaning, error) {
	return nlu.Meaning{Language: "zh", Entities: ts}, nil
}

// Whatever the customer says, an order, a name, an address, and whatever a
// handler of the host's writes of it into the trace or into an error: the
// inspector has none of it.
func TestTheInspectorHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	personal := []string{"王小明", "13812345678", "世纪大道100号", "wang@example.com", "6217000010000000000", "TS20261107", "Jane Miller", "12 Baker Street", "+14155550134", "SF1234567890123"}
	var found told
	for i, kind := range []string{"name", "phone", "address", "email", "bank_card"} {
		found = append(found, entity.Entity{Type: kind, Value: personal[i]})
	}
	r := startWith(t, func(o *bot.Options) { o.Understand = found }, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		t.Trace.Add("shop", "order TS2026110701 of 13812345678, wang@example.com, parcel SF1234567890123")
		t.Learn("name", "王小明")
		t.Learn("address", "世纪大道100号")
		t.Track(bot.Event{Kind: "asked.after", Key: "SF1234567890123"})
		if t.Message.ID == "2" {
			return errors.New("no order TS2026110701 for +14155550134")
		}
		return nil
	}), nil)
	for i, text := range []string{"我叫王小明，电话 13812345678，住世纪大道100号，wang@example.com，卡号 6217000010000000000，订单 TS2026110701",
		"My name is Jane Miller, 12 Baker Street, +14155550134, parcel SF1234567890123"} {
		r.say(fmt.Sprint(i+1), text)
	}
	_, body := r.do("GET", "v1/traces", "Lin", nil)
	var out struct{ Traces []desk.Trace }
	require.NoError(t, json.Unmarshal([]byte(body), &out))
	require.Len(t, out.Traces, 2)
	assert.True(t, out.Traces[0].Failed)
	for _, want := range []string{"entities name phone address email bank_card", "order TS****0701", "asked.after SF****0123"} {
		assert.Contains(t, body, want, "what is no personal data is there")
	}
	_, conv := r.do("GET", "v1/conversations/"+out.Traces[0].Conversation, "Lin", nil)
	var own struct{ Traces json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(conv), &own))
	for _, p := range personal {
		assert.NotContains(t, body, p)
		assert.NotContains(t, string(own.Traces), p)
	}
}

// What a customer told in a dialog is masked in the panel by its name, what the
// bot says again of it as what the customer said.
func TestThePanelIsMasked(t *testing.T) {
	t.Parallel()
	found := told{{Type: "address", Value: "上海市世纪大道100号"}, {Type: "colour", Value: "red"}, {Type: "phone", Value: "13812345678"}}
	r := startWith(t, func(o *bot.Options) { o.Understand = found }, bot.HandlerFunc(func(_ context.Context, t *bot.Turn) error {
		t.Learn("name", "王小明")
		return t.Send(bot.Reply{Text: "您的电话是 13812345678，热线 400-000-0000。"})
	}), nil)
	r.say("1", "13812345678")
	r.say("2", "转人工")
	tickets, err := r.b.Tickets(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, tickets, 1)
	_, body := r.do("GET", "v1/conversations/"+tickets[0].Conversation, "Lin", nil)
	for _, p := range []string{"13812345678", "世纪大道", "王小明"} {
		assert.NotContains(t, body, p)
	}
	for _, want := range []string{"您的电话是 138****5678，热线 400-000-0000。", `"value":"red"`, `"value":"上****"`, `"name":"王**"`} {
		assert.Contains(t, body, want)
	}
	lines, err := r.b.History(t.Context(), bot.Key{Conversation: tickets[0].Conversation}, bot.Page{N: 10})
	require.NoError(t, err)
	assert.Contains(t, lines[1].Reply.Text, "13812345678", "what is stored stays as it is")
}
