// Package profiletest is the conformance suite of profile.Store.
package profiletest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/frontdesk-go/frontdesk/profile"
)

// Run tests a store. open returns an empty one each time.
func Run(t *testing.T, open func(t *testing.T) profile.Store) {
	ctx := context.Background()
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	web, app := profile.Identity{Kind: "thread", Value: "web//1"}, profile.Identity{Kind: "thread", Value: "app//1"}
	phone := profile.Identity{Kind: "phone", Value: "+8613800138000", Verified: true}
	n := 0
	event := func(kind profile.Kind, id *profile.Identity) profile.Event {
		n++
		return profile.Event{ID: time.Duration(n).String(), At: at.Add(time.Duration(n) * time.Minute), Kind: kind, Identity: id}
	}
	known := func(t *testing.T, s profile.Store, id profile.Identity) profile.Customer {
		t.Helper()
		c, err := s.Customer(ctx, "shop", id)
		require.NoError(t, err)
		require.NoError(t, s.Record(ctx, "shop", c.ID, event(profile.Identified, &id)))
		return c
	}

	t.Run("an unknown identity always has the same customer", func(t *testing.T) {
		s := open(t)
		a, err := s.Customer(ctx, "shop", web)
		require.NoError(t, err)
		b, err := s.Customer(ctx, "shop", web)
		require.NoError(t, err)
		assert.Equal(t, a.ID, b.ID)
		assert.Empty(t, a.Identities)
		other, err := s.Customer(ctx, "other", web)
		require.NoError(t, err)
		assert.NotEqual(t, a.ID, other.ID, "tenants share a customer")
		assert.NotContains(t, a.ID, "web")
	})
	t.Run("an event counts once", func(t *testing.T) {
		s := open(t)
		c := known(t, s, web)
		e := event(profile.Purchased, nil)
		e.Item, e.Amount, e.Currency = "x", 100, "CNY"
		for range 3 {
			require.NoError(t, s.Record(ctx, "shop", c.ID, e))
		}
		got, err := s.Customer(ctx, "shop", web)
		require.NoError(t, err)
		assert.Equal(t, int64(100), got.Activity.Spent["CNY"])
	})
	t.Run("a verified identity joins, an unverified one does not", func(t *testing.T) {
		s := open(t)
		a, b := known(t, s, web), known(t, s, app)
		loose := phone
		loose.Verified = false
		require.NoError(t, s.Record(ctx, "shop", a.ID, event(profile.Identified, &phone)))
		require.NoError(t, s.Record(ctx, "shop", b.ID, event(profile.Identified, &loose)))
		x, err := s.Customer(ctx, "shop", app)
		require.NoError(t, err)
		assert.Equal(t, b.ID, x.ID, "an unverified phone joined two customers")
		require.NoError(t, s.Record(ctx, "shop", b.ID, event(profile.Identified, &phone)))
		x, err = s.Customer(ctx, "shop", app)
		require.NoError(t, err)
		y, err := s.Customer(ctx, "shop", web)
		require.NoError(t, err)
		assert.Equal(t, y.ID, x.ID, "a verified phone did not join two customers")
		assert.True(t, x.Has(web, false) && x.Has(app, false))
		z, err := s.Customer(ctx, "shop", phone)
		require.NoError(t, err)
		assert.Equal(t, y.ID, z.ID)
		elsewhere, err := s.Customer(ctx, "other", phone)
		require.NoError(t, err)
		assert.NotEqual(t, y.ID, elsewhere.ID, "joined across tenants")
	})
	t.Run("a mistaken link is taken apart again", func(t *testing.T) {
		s := open(t)
		a, b := known(t, s, web), known(t, s, app)
		for _, c := range []profile.Customer{a, b} {
			require.NoError(t, s.Record(ctx, "shop", c.ID, event(profile.Identified, &phone)))
		}
		require.NoError(t, s.Record(ctx, "shop", b.ID, event(profile.Unlinked, &phone)))
		x, err := s.Customer(ctx, "shop", app)
		require.NoError(t, err)
		assert.Equal(t, b.ID, x.ID)
		assert.False(t, x.Has(phone, false))
		y, err := s.Customer(ctx, "shop", phone)
		require.NoError(t, err)
		assert.Equal(t, a.ID, y.ID)
	})
}
