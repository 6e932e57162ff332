package entity

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTracking(t *testing.T) {
	t.Parallel()
	x, err := New(&Options{Tracking: Carriers})
	require.NoError(t, err)
	for in, want := range map[string]string{
		"tracking no. 1Z999AA10123456784": "tracking=1Z999AA10123456784",
		"where is 1z999aa10123456784?":    "tracking=1Z999AA10123456784",
		"my parcel RR123456785CN is late": "tracking=RR123456785CN",
		"国际包裹ＲＲ１２３４５６７８５ＣＮ":               "tracking=RR123456785CN",
		"快递单号YT8812345678901查一下":          "tracking=YT8812345678901",
		"顺丰SF1234567890123到哪了":            "tracking=SF1234567890123",
		"京东 JDVA01234567890":              "tracking=JDVA01234567890",
		"中通 73123456789012":               "tracking=73123456789012",
		"订单 A1024":                        "order=A1024",
		"订单号 RR123456786CN":               "order=RR123456786CN", // its check digit is wrong
		"order 1Z999AA10123456785":        "order=1Z999AA10123456785",
		"我的订单A1024，运单SF1234567890123，谢谢":  "order=A1024 tracking=SF1234567890123",
	} {
		got := ""
		for _, e := range x.Extract(in, "", testNow()) {
			if e.Type == TypeTracking || e.Type == TypeOrder {
				got += " " + e.Type + "=" + e.Value
				assert.Equal(t, in[e.Start:e.End], e.Text)
			}
		}
		if want != "" {
			want = " " + want
		}
		assert.Equal(t, want, got, in)
	}
	own, err := New(&Options{Tracking: `TRK\d{5}`})
	require.NoError(t, err)
	assert.Equal(t, "tracking=TRK00001", show(own.Extract("包裹 trk00001", "zh", testNow())))
	_, err = New(&Options{Tracking: `(`})
	assert.ErrorContains(t, err, `entity: Options.Tracking "("`)
}
