package entity

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	x, err := New(nil)
	require.NoError(t, err)
	for in, want := range map[string]string{
		"我的身份证是11010519491231002X":       "id_card=11010519491231002X",
		"身份证号：１１０１０５１９４９１２３１００２ｘ。":       "id_card=11010519491231002X",
		"id number 110105 19491231 002x": "id_card=11010519491231002X",
		"卡号 6222 0212 0000 0000 000":     "", // no check digit
		"付款卡 4111 1111 1111 1111":        "bank_card=4111111111111111",
		"my card is 4111-1111-1111-1111": "bank_card=4111111111111111",
		"4111 1111 1111 1112":            "",
		"车牌沪A12345":                      "plate=沪A12345",
		"我的車牌是滬A·12345":                  "plate=沪A12345",
		"粤bd12345停在哪":                    "plate=粤BD12345",
		"京A 88888 的车主":                   "plate=京A88888",
		"教练车是川A1234学":                    "plate=川A1234学",
		"新A款有货吗":                         "", "我在北京A12座": "", "云A": "", "沪AI2345": "",
	} {
		got := ""
		for _, e := range x.Extract(in, "", testNow()) {
			if e.Type == TypeIDCard || e.Type == TypeBankCard || e.Type == TypePlate {
				got += e.Type + "=" + e.Value
				assert.Equal(t, in[e.Start:e.End], e.Text)
			}
		}
		assert.Equal(t, want, got, in)
	}
	// An order stays an order where the message says so.
	got := x.Extract("订单号4111111111111111", "zh", testNow())
	require.Len(t, got, 1)
	assert.Equal(t, TypeOrder, got[0].Type)

	without, err := New(&Options{Without: []string{TypeBankCard, TypePlate}})
	require.NoError(t, err)
	for _, e := range without.Extract("沪A12345 4111 1111 1111 1111", "zh", testNow()) {
		assert.NotContains(t, []string{TypeBankCard, TypePlate}, e.Type)
	}
}
