package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/frontdesk-go/frontdesk/bot"
	"github.com/frontdesk-go/frontdesk/profile"
)

// Dir keeps uploads in a folder, a folder for each customer. It is a Files and
// a bot.Eraser, safe for concurrent use.
type Dir struct {
	path string
	seal bot.Sealer
}

// NewDir makes the folder if it is not there. A nil sealer stores files plain.
func NewDir(path string, seal bot.Sealer) (*Dir, error) {
	if seal == nil {
		seal = bot.PlainSealer{}
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("web: the folder for uploads: %w", err)
	}
	return &Dir{path: path, seal: seal}, nil
}

// folder is a customer's; its name tells nothing of them.
func (d *Dir) folder(tenant, customer string) string {
	return filepath.Join(d.path, profile.NewID(tenant, profile.Identity{Kind: "customer", Value: customer}))
}

func goodID(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// Put implements Files.
func (d *Dir) Put(ctx context.Context, f File, body []byte) error {
	if !goodID(f.ID) {
		return fmt.Errorf("web: %q is no id of a file", f.ID)
	}
	head, err := json.Marshal(f)
	if err != nil {
		return err
	}
	plain := append(append(head, '\n'), body...)
	sealed, err := d.seal.Seal(ctx, "file/"+f.ID, plain)
	if err != nil {
		return fmt.Errorf("web: sealing a file: %w", err)
	}
	dir := d.folder(f.Tenant, f.Customer)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("web: keeping a file: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".part-*")
	if err != nil {
		return fmt.Errorf("web: keeping a file: %w", err)
	}
	_, err = tmp.Write(sealed)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(dir, f.ID))
	}
	if err != nil {
		return fmt.Errorf("web: keeping a file: %w", errors.Join(err, os.Remove(tmp.Name())))
	}
	return nil
}

// Get implements Files.
func (d *Dir) Get(ctx context.Context, id string) (File, []byte, error) {
	var f File
	if !goodID(id) {
		return f, nil, bot.ErrNotFound
	}
	found, err := filepath.Glob(filepath.Join(d.path, "*", id))
	if err != nil || len(found) == 0 {
		return f, nil, errors.Join(err, bot.ErrNotFound)
	}
	sealed, err := os.ReadFile(found[0])
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil, bot.ErrNotFound
	}
	if err != nil {
		return f, nil, fmt.Errorf("web: reading a file: %w", err)
	}
	plain, err := d.seal.Open(ctx, "file/"+id, sealed)
	if err != nil {
		return f, nil, fmt.Errorf("web: opening a file: %w", err)
	}
	head, body, ok := strings.Cut(string(plain), "\n")
	if !ok || json.Unmarshal([]byte(head), &f) != nil {
		return f, nil, fmt.Errorf("web: the file %s does not decode", id)
	}
	return f, []byte(body), nil
}

// Erase implements Files and bot.Eraser.
func (d *Dir) Erase(_ context.Context, tenant, customer string) (map[string]int, error) {
	dir := d.folder(tenant, customer)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]int{"files": 0}, nil
	}
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("web: erasing files: %w", err)
	}
	return map[string]int{"files": len(entries)}, nil
}
