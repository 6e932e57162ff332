package bot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/nlu"
)

// A number with what introduces it is the answer to the question for it; a
// question about it is none.
func TestAnswerIsIntroduced(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want Sure
	}{
		{"DL20261118", Exact}, {"订单号DL20261118", Exact}, {"我的订单号是 DL20261118。", Exact}, {"单号：DL20261118", Exact}, {"这个DL20261118", Exact},
		{"my order number is DL20261118", Exact}, {"it's DL20261118", Exact}, {"Order no. DL20261118!", Exact},
		{"帮我取消订单DL20261118", No}, {"DL20261118的发票怎么开", No}, {"what about the invoice for DL20261118", No}, {"not my order DL20261118", No},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			at := strings.Index(c.text, "DL20261118")
			require.GreaterOrEqual(t, at, 0)
			m := nlu.Meaning{Entities: []nlu.Entity{{Type: "order", Value: "DL20261118", Text: "DL20261118", Start: at, End: at + 10}}}
			got, sure := OrderID(Heard{Text: c.text, Meaning: &m, own: true, why: new(reason)})
			require.Equal(t, c.want, sure)
			if sure == Exact {
				assert.Equal(t, "DL20261118", got)
			}
		})
	}
}
