package recommend

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Money has as many places as its currency, and no code is taken for another.
func TestMoneyByCurrency(t *testing.T) {
	t.Parallel()
	items, err := ReadCatalogue(strings.NewReader("id,category,name.en,price.JPY,price.KWD,price.USD,stock\na,c,A,1800,1.25,19.99,1\n"), "c.csv")
	require.NoError(t, err)
	assert.Equal(t, map[string]int64{"JPY": 1800, "KWD": 1250, "USD": 1999}, items[0].Price)
	s, err := New(items, nil)
	require.NoError(t, err)
	for currency, want := range map[string]string{"JPY": "under your budget of 2000 JPY", "KWD": "under your budget of 2 KWD", "USD": "under your budget of $20"} {
		r := Request{Currency: currency, MaxPrice: map[string]int64{"JPY": 2000, "KWD": 2000, "USD": 2000}[currency], Language: "en"}
		got := recommendTo(t, s, r)
		require.Len(t, got, 1, currency)
		assert.Equal(t, want, got[0].Reasons[0].Text)
	}
}
