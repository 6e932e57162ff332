package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
)

// Profiles are the customers of a store, folded from its event log. It is a
// bot.Customers and a profile.Store.
type Profiles struct{ s *Store }

// Profiles returns the customers in the same database.
func (s *Store) Profiles() *Profiles { return &Profiles{s} }

// identityHash names an identity in the index without storing it readable.
func identityHash(id profile.Identity) string {
	h := sha256.Sum256([]byte(id.Kind + "\x00" + id.Value))
	return hex.EncodeToString(h[:16])
}

// identity keeps the index of identities in step with the log: it follows the
// statement that writes the event, and runs only when the event was new.
func (b *batch) identity(e *bot.Event) {
	if e.Identity == nil {
		return
	}
	verified := 0
	if e.Identity.Verified {
		verified = 1
	}
	switch profile.Kind(e.Kind) {
	case profile.Identified:
		b.add(`INSERT INTO identities (tenant, identity, customer, verified) VALUES (?, ?, ?, ?)
			ON CONFLICT (tenant, identity, customer) DO UPDATE SET verified = CASE WHEN excluded.verified > identities.verified THEN excluded.verified ELSE identities.verified END`,
			e.Tenant, identityHash(*e.Identity), e.Customer, verified).If = true
	case profile.Unlinked:
		b.add(`DELETE FROM identities WHERE tenant = ? AND identity = ? AND customer = ?`, e.Tenant, identityHash(*e.Identity), e.Customer).If = true
	}
}

// group is the set of customers joined to one by verified identities, sorted.
func (s *Store) group(ctx context.Context, tenant, customer string) ([]string, error) {
	group := []string{customer}
	for i := 0; i < len(group); i++ {
		more, err := collect(ctx, s, `SELECT DISTINCT b.customer FROM identities a JOIN identities b ON b.tenant = a.tenant AND b.identity = a.identity
			WHERE a.tenant = ? AND a.customer = ? AND a.verified = 1 AND b.verified = 1`, []any{tenant, group[i]},
			func(rows *sql.Rows) (id string, err error) {
				err = rows.Scan(&id)
				return s.text(id), err
			})
		if err != nil {
			return nil, err
		}
		for _, id := range more {
			if !slices.Contains(group, id) {
				group = append(group, id)
			}
		}
	}
	slices.Sort(group)
	return group, nil
}

// first is the member of a group that was known first: its name for all.
func (s *Store) first(ctx context.Context, tenant string, group []string) (string, error) {
	best, at := group[0], int64(-1)
	for _, id := range group {
		var seq sql.NullInt64
		if err := s.row(ctx, `SELECT MIN(seq) FROM events WHERE tenant = ? AND customer = ?`, tenant, id).Scan(&seq); err != nil {
			return "", err
		}
		if seq.Valid && (at < 0 || seq.Int64 < at) {
			best, at = id, seq.Int64
		}
	}
	return best, nil
}

// Customer implements bot.Customers and profile.Store.
func (p *Profiles) Customer(ctx context.Context, tenant string, id profile.Identity) (profile.Customer, error) {
	s := p.s
	var owner string
	err := s.row(ctx, `SELECT i.customer FROM identities i WHERE i.tenant = ? AND i.identity = ? AND (i.verified = 1 OR ? = 'thread')
		ORDER BY i.verified DESC, (SELECT MIN(seq) FROM events e WHERE e.tenant = i.tenant AND e.customer = i.customer) LIMIT 1`,
		tenant, identityHash(id), id.Kind).Scan(&owner)
	if errors.Is(err, sql.ErrNoRows) {
		owner, err = profile.NewID(tenant, id), nil
	}
	if err != nil {
		return profile.Customer{}, fmt.Errorf("%s: finding the customer: %w", s.dialect.Name, err)
	}
	return p.Get(ctx, tenant, s.text(owner))
}

// Get returns a customer by id, with all that is joined to it.
func (p *Profiles) Get(ctx context.Context, tenant, customer string) (profile.Customer, error) {
	s := p.s
	group, err := s.group(ctx, tenant, customer)
	if err != nil {
		return profile.Customer{}, err
	}
	if len(group) == 1 {
		return p.fold(ctx, profile.Customer{ID: group[0], Tenant: tenant})
	}
	name, err := s.first(ctx, tenant, group)
	if err != nil {
		return profile.Customer{}, err
	}
	c := profile.Customer{ID: name, Tenant: tenant}
	for _, id := range group {
		if _, _, err := p.apply(ctx, &c, id, 0, math.MaxInt64); err != nil {
			return c, err
		}
	}
	return c, nil
}

// snapshotEvery is how many events are folded anew before a customer's fold is
// kept, so that a long history is not read at every turn.
const snapshotEvery = 100

// fold reads a customer's kept fold and what came since.
func (p *Profiles) fold(ctx context.Context, c profile.Customer) (profile.Customer, error) {
	c, n, _, err := p.foldUpTo(ctx, c, math.MaxInt64)
	if err == nil && n >= snapshotEvery {
		err = p.keep(ctx, profile.Customer{ID: c.ID, Tenant: c.Tenant})
	}
	return c, err
}

// foldUpTo folds what stands in the log up to a place. It returns how many
// events it read beside the kept fold, and the place of the last.
func (p *Profiles) foldUpTo(ctx context.Context, c profile.Customer, to int64) (profile.Customer, int, int64, error) {
	s := p.s
	var after int64
	var raw []byte
	err := s.row(ctx, `SELECT seq, body FROM profiles WHERE tenant = ? AND customer = ?`, c.Tenant, c.ID).Scan(&after, &raw)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return c, 0, 0, err
	default:
		if err := s.open(ctx, about("profiles", c.Tenant, c.ID), raw, &c); err != nil {
			return c, 0, 0, err
		}
	}
	n, last, err := p.apply(ctx, &c, c.ID, after, to)
	return c, n, last, err
}

// keep writes a customer's fold up to where the log is settled: an event that
// is written right now has a place before others that are seen already.
func (p *Profiles) keep(ctx context.Context, c profile.Customer) error {
	s := p.s
	settled, err := s.settled(ctx)
	if err != nil {
		return err
	}
	c, n, last, err := p.foldUpTo(ctx, c, settled)
	if err != nil || n == 0 {
		return err
	}
	b := s.batch(ctx)
	// Not when the customer was erased meanwhile: the event is gone then.
	b.add(`INSERT INTO profiles (tenant, customer, seq, body) SELECT tenant, customer, seq, CAST(? AS `+s.dialect.Blob+`) FROM events WHERE tenant = ? AND customer = ? AND seq = ? `+s.dialect.Share+`
		ON CONFLICT (tenant, customer) DO UPDATE SET seq = excluded.seq, body = excluded.body`,
		b.body("profiles", c.Tenant, c.ID, c), c.Tenant, c.ID, last)
	_, err = b.write()
	return err
}

// apply folds the events of one record between two places in the log into c.
func (p *Profiles) apply(ctx context.Context, c *profile.Customer, id string, after, to int64) (n int, last int64, err error) {
	events, err := p.s.eventRows(ctx, `SELECT seq, tenant, id, body FROM events WHERE tenant = ? AND customer = ? AND seq > ? AND seq <= ? ORDER BY seq`, c.Tenant, id, after, to)
	for i := range events {
		e := &events[i]
		last = e.Seq
		c.Apply(profile.Event{ID: e.ID, At: e.At, Kind: profile.Kind(e.Kind), Key: e.Key, Value: e.Value,
			Source: e.Source, Identity: e.Identity, Item: e.Item, Amount: e.Amount, Currency: e.Currency})
	}
	return len(events), last, err
}

// Record implements bot.Customers and profile.Store.
func (p *Profiles) Record(ctx context.Context, tenant, customer string, events ...profile.Event) error {
	out := make([]bot.Event, len(events))
	for i, e := range events {
		out[i] = bot.Event{ID: e.ID, At: e.At, Tenant: tenant, Customer: customer, Kind: string(e.Kind), Key: e.Key, Value: e.Value,
			Source: e.Source, Identity: e.Identity, Item: e.Item, Amount: e.Amount, Currency: e.Currency}
	}
	return p.s.Append(ctx, out...)
}
