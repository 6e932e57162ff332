// Package floors holds the tests that keep the house in order: which package
// may import which, what a package variable may be initialised by, and what
// may lie at the top of the tree.
package floors

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

const module = "github.com/frontdesk-go/frontdesk"

// A source is one Go file of the module.
type source struct {
	dir  string // of its package, relative to the module; "" at the top
	name string // path relative to the module
	test bool
	file *ast.File
	set  *token.FileSet
}

// load parses every Go file under fsys, whatever its build tags.
func load(fsys fs.FS) ([]source, error) {
	var list []source
	set := token.NewFileSet()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != "." && (base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_') {
				return fs.SkipDir
			}
			if _, err := fs.Stat(fsys, path.Join(name, "go.mod")); err == nil && name != "." {
				return fs.SkipDir // a module of its own, linked into nothing
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("parse: %w", err)
		}
		dir := path.Dir(name)
		if dir == "." {
			dir = ""
		}
		list = append(list, source{dir: dir, name: name, test: strings.HasSuffix(name, "_test.go"), file: file, set: set})
		return nil
	})
	return list, err
}

// at names the place of a node: file:line.
func (s source) at(n ast.Node) string {
	return s.name + ":" + strconv.Itoa(s.set.Position(n.Pos()).Line)
}

// importPath returns the path an import names.
func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return p
}

// under reports whether the package dir is tree or lies in it.
func under(dir, tree string) bool {
	return dir == tree || strings.HasPrefix(dir, tree+"/")
}
