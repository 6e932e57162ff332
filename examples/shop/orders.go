package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/frontdesk-go/frontdesk/bot"
)

// order is one order of the shop's own system. Dates are relative to the
// moment the shop opens, so that the example is always fresh.
type order struct {
	ID        string            `yaml:"id"`
	Owner     string            `yaml:"owner"` // uid of the account
	Phone     string            `yaml:"phone"`
	Name      string            `yaml:"name"`
	City      map[string]string `yaml:"city"`
	Address   string            `yaml:"address"`
	Items     []line            `yaml:"items"`
	Total     map[string]int64  `yaml:"total"`
	Placed    day               `yaml:"placed"`
	Status    string            `yaml:"status"` // paid, packed, shipped, delivered, returned, cancelled
	Carrier   map[string]string `yaml:"carrier"`
	Tracking  string            `yaml:"tracking"`
	ETA       day               `yaml:"eta"`
	Delivered day               `yaml:"delivered"`
}

type line struct {
	ID   string `yaml:"id"`
	Size string `yaml:"size"`
	Qty  int    `yaml:"qty"`
}

// day is a number of days from the opening: "-7d".
type day int

// UnmarshalYAML reads "-7d" or "+2d".
func (d *day) UnmarshalYAML(n *yaml.Node) error {
	v, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSuffix(n.Value, "d"), "+"))
	if err != nil {
		return fmt.Errorf("line %d: %q: write days from today, such as -7d", n.Line, n.Value)
	}
	*d = day(v)
	return nil
}

func (o *order) open() bool { return o.Status == "paid" || o.Status == "packed" }

// ledger is the shop's own system: its orders, and what was done about them,
// kept in the shop's database beside the bot's tables. A host has its own.
type ledger struct {
	orders []order
	opened time.Time
	db     *sql.DB
}

func openLedger(fsys fs.FS, db *sql.DB, opened time.Time) (*ledger, error) {
	raw, err := fs.ReadFile(fsys, "orders.yaml")
	if err != nil {
		return nil, err
	}
	l := &ledger{opened: opened, db: db}
	if err := yaml.Unmarshal(raw, &l.orders); err != nil {
		return nil, fmt.Errorf("orders.yaml: %w", err)
	}
	if _, err := db.Exec(`CREATE TABLE IF NOT EXISTS shop_actions (
		key TEXT PRIMARY KEY, kind TEXT NOT NULL, order_id TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL)`); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *ledger) date(d day) time.Time { return l.opened.AddDate(0, 0, int(d)) }

// find returns an order as it stands after what was done about it.
func (l *ledger) find(ctx context.Context, id string) (order, bool, error) {
	i := slices.IndexFunc(l.orders, func(o order) bool { return strings.EqualFold(o.ID, id) })
	if i < 0 {
		return order{}, false, nil
	}
	o := l.orders[i]
	rows, err := l.db.QueryContext(ctx, `SELECT kind, detail FROM shop_actions WHERE order_id = ? ORDER BY at`, o.ID)
	if err != nil {
		return o, false, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var kind, detail string
		if err := rows.Scan(&kind, &detail); err != nil {
			return o, false, err
		}
		switch kind {
		case "cancel":
			o.Status = "cancelled"
		case "address":
			o.Address = detail
		case "return", "exchange":
			o.Status = "returned"
		}
	}
	return o, true, rows.Err()
}

// of are the orders of an account, latest first.
func (l *ledger) of(ctx context.Context, uid string) ([]order, error) {
	var out []order
	for _, o := range l.orders {
		if o.Owner != uid || uid == "" {
			continue
		}
		now, _, err := l.find(ctx, o.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, now)
	}
	slices.SortStableFunc(out, func(a, b order) int { return int(b.Placed) - int(a.Placed) })
	return out, nil
}

// act does something about an order, once for a key: the same key again only
// returns what the first time returned.
func (l *ledger) act(ctx context.Context, key, kind, id, detail string) (string, error) {
	o, ok, err := l.find(ctx, id)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", bot.Refuse("unknown", "order.unknown")
	}
	var n int
	err = l.db.QueryRowContext(ctx, `SELECT rowid FROM shop_actions WHERE key = ?`, key).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		if o.Status == "returned" || o.Status == "cancelled" {
			return "", bot.Refuse("done", "order.done")
		}
		res, err := l.db.ExecContext(ctx, `INSERT INTO shop_actions (key, kind, order_id, detail, at) VALUES (?, ?, ?, ?, ?)`,
			key, kind, o.ID, detail, time.Now().UTC().Format(time.RFC3339Nano))
		if err != nil {
			return "", err
		}
		id, err := res.LastInsertId()
		return fmt.Sprintf("%s%05d", strings.ToUpper(kind[:1]), 10000+id), err
	}
	return fmt.Sprintf("%s%05d", strings.ToUpper(kind[:1]), 10000+n), err
}
