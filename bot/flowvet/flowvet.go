// Package flowvet is an analyzer for [go/analysis] drivers that finds what a
// flow must not do. A flow runs again from the top at every message, so in a
// function that takes a *bot.Turn it reports
//
//   - clocks and chance: time.Now, time.Sleep, math/rand and their like;
//     take t.Now, or t.At where the value must stay
//   - go statements: a step in another goroutine is not in order
//   - steps whose error is dropped
//   - steps in a loop under a name of every round: scope them with t.In or t.Each
//   - steps in a range over a map, whose order is chance
//   - names that are put together: they are the flow's schema; put what varies
//     into t.In
//
// Functions given to bot.Load and bot.Once, and a question's Check, may do what
// they like. A line that ends with "//flowvet:ok" and a reason is left alone.
//
//	go run github.com/frontdesk-go/frontdesk/bot/flowvet/cmd/frontdesk-vet ./...
package flowvet

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// Analyzer finds what a flow must not do.
var Analyzer = &analysis.Analyzer{
	Name:     "flowvet",
	Doc:      "find clocks, chance, goroutines, dropped errors and unscoped steps in flows of frontdesk bots",
	URL:      "https://pkg.go.dev/github.com/frontdesk-go/frontdesk/bot/flowvet",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      run,
}

const botPath = "github.com/frontdesk-go/frontdesk/bot"

func run(pass *analysis.Pass) (any, error) {
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	v := &vetter{pass: pass, allowed: allowed(pass)}
	in.Nodes([]ast.Node{(*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)}, func(n ast.Node, push bool) bool {
		if !push {
			return true
		}
		typ, body := parts(n)
		if body == nil || !v.takesTurn(typ) {
			return true
		}
		v.walk(body, nil, typ)
		return false // what is inside has been looked at
	})
	return nil, nil
}

func parts(n ast.Node) (*ast.FuncType, *ast.BlockStmt) {
	switch f := n.(type) {
	case *ast.FuncDecl:
		return f.Type, f.Body
	case *ast.FuncLit:
		return f.Type, f.Body
	}
	return nil, nil
}

// vetter looks at one package.
type vetter struct {
	pass    *analysis.Pass
	allowed map[string]map[int]bool // lines with a flowvet:ok, by file
}

// allowed finds the lines to leave alone.
func allowed(pass *analysis.Pass) map[string]map[int]bool {
	out := map[string]map[int]bool{}
	for _, f := range pass.Files {
		for _, g := range f.Comments {
			for _, c := range g.List {
				if !strings.HasPrefix(c.Text, "//flowvet:ok ") { // a reason must follow
					continue
				}
				p := pass.Fset.Position(c.Pos())
				if out[p.Filename] == nil {
					out[p.Filename] = map[int]bool{}
				}
				out[p.Filename][p.Line] = true
			}
		}
	}
	return out
}

func (v *vetter) report(pos token.Pos, format string, args ...any) {
	if p := v.pass.Fset.Position(pos); !v.allowed[p.Filename][p.Line] {
		v.pass.Reportf(pos, format, args...)
	}
}

// loop is a loop around the code looked at.
type loop struct {
	node  ast.Node
	byMap bool
}

// walk looks at the code of a flow; fn is the type of the function around it.
func (v *vetter) walk(n ast.Node, loops []loop, fn *ast.FuncType) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.GoStmt:
			v.report(x.Pos(), "a flow starts no goroutine: a step in it would run out of order, and again at every message")
		case *ast.RangeStmt:
			v.walk(x.X, loops, fn)
			_, byMap := under(v.pass.TypesInfo.TypeOf(x.X)).(*types.Map)
			v.walk(x.Body, append(loops, loop{x, byMap}), fn)
			return false
		case *ast.ForStmt:
			if x.Init != nil {
				v.walk(x.Init, loops, fn)
			}
			if x.Cond != nil {
				v.walk(x.Cond, loops, fn)
			}
			if x.Post != nil {
				v.walk(x.Post, loops, fn)
			}
			v.walk(x.Body, append(loops, loop{x, false}), fn)
			return false
		case *ast.FuncLit:
			v.walk(x.Body, loops, x.Type)
			return false
		case *ast.ExprStmt:
			if c, ok := x.X.(*ast.CallExpr); ok {
				v.dropped(c)
			}
		case *ast.DeferStmt:
			v.dropped(x.Call)
		case *ast.AssignStmt:
			v.assigned(x)
		case *ast.CallExpr:
			v.call(x, loops, fn)
			return v.descend(x, loops, fn)
		}
		return true
	})
}

// descend looks into a call but for the function of a Load or Once. It returns
// whether the caller has to.
func (v *vetter) descend(c *ast.CallExpr, loops []loop, fn *ast.FuncType) bool {
	s, ok := v.step(c)
	if !ok {
		return true
	}
	for _, a := range c.Args {
		switch x := ast.Unparen(a).(type) {
		case *ast.FuncLit:
			if s == "Load" || s == "Once" {
				continue
			}
		case *ast.CompositeLit:
			if s == "Ask" {
				for _, e := range x.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && isName(kv.Key, "Check") {
						continue
					}
					v.walk(e, loops, fn)
				}
				continue
			}
		}
		v.walk(a, loops, fn)
	}
	return false
}

// call looks at one call.
func (v *vetter) call(c *ast.CallExpr, loops []loop, fn *ast.FuncType) {
	if f := v.callee(c); f != nil && f.Pkg() != nil && f.Signature().Recv() == nil {
		switch what := forbidden(f.Pkg().Path(), f.Name()); what {
		case "":
		case "clock":
			v.report(c.Pos(), "%s.%s in a flow: it runs again at every message; take t.Now, or t.At where the time must stay", f.Pkg().Name(), f.Name())
		default:
			v.report(c.Pos(), "%s.%s in a flow: it runs again at every message with another outcome; take it in bot.Load", f.Pkg().Name(), f.Name())
		}
	}
	s, ok := v.step(c)
	if !ok || s == "Say" || s == "Send" {
		return
	}
	for _, l := range loops {
		if l.byMap {
			v.report(c.Pos(), "%s in a range over a map: the order is chance; sort the keys first", s)
			return
		}
	}
	name, turn := stepArgs(c, s)
	if n := len(loops); n > 0 && turn != nil && v.outside(turn, loops[n-1].node) {
		v.report(c.Pos(), "%s in a loop uses the same name in every round: scope it with t.In(what, id) or range over t.Each", s)
		return
	}
	if name != nil && !v.constant(name) && !v.parameter(name, fn) {
		v.report(name.Pos(), "the name of a step is put together: names are the flow's schema; keep it constant and put what varies into t.In")
	}
}

// forbidden says what a function of another package brings into a flow.
func forbidden(path, name string) string {
	switch path {
	case "time":
		switch name {
		case "Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker":
			return "clock"
		}
	case "math/rand", "math/rand/v2", "crypto/rand":
		return "chance"
	case "github.com/google/uuid":
		if strings.HasPrefix(name, "New") {
			return "chance"
		}
	}
	return ""
}

// step returns the name of the step a call is.
func (v *vetter) step(c *ast.CallExpr) (string, bool) {
	f := v.callee(c)
	if f == nil || f.Pkg() == nil || f.Pkg().Path() != botPath {
		return "", false
	}
	if recv := f.Signature().Recv(); recv != nil {
		if !isTurn(recv.Type()) {
			return "", false
		}
		switch f.Name() {
		case "Say", "Send", "Until", "At":
			return f.Name(), true
		}
		return "", false
	}
	switch f.Name() {
	case "Ask", "Choose", "Confirm", "Fill", "Load", "Once", "Wait":
		return f.Name(), true
	}
	return "", false
}

func (v *vetter) callee(c *ast.CallExpr) *types.Func {
	fun := ast.Unparen(c.Fun)
	switch x := fun.(type) { // an instance of a generic function
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	switch x := fun.(type) {
	case *ast.Ident:
		f, _ := v.pass.TypesInfo.Uses[x].(*types.Func)
		return f
	case *ast.SelectorExpr:
		f, _ := v.pass.TypesInfo.Uses[x.Sel].(*types.Func)
		return f
	}
	return nil
}

// stepArgs finds the name and the Turn of a step; nil where there is none.
func stepArgs(c *ast.CallExpr, step string) (name, turn ast.Expr) {
	arg := func(i int) ast.Expr {
		if i < len(c.Args) {
			return c.Args[i]
		}
		return nil
	}
	switch step {
	case "Load", "Once":
		return arg(2), arg(1)
	case "Until", "At":
		if sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr); ok {
			return arg(0), sel.X
		}
	case "Ask":
		if q, ok := ast.Unparen(arg(1)).(*ast.CompositeLit); ok {
			for _, e := range q.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok && isName(kv.Key, "Name") {
					return kv.Value, arg(0)
				}
			}
		}
		return nil, arg(0)
	default:
		return arg(1), arg(0)
	}
	return nil, nil
}

// outside reports whether a Turn is a variable from outside a loop.
func (v *vetter) outside(turn ast.Expr, loop ast.Node) bool {
	id, ok := ast.Unparen(turn).(*ast.Ident)
	if !ok {
		return false // t.In(…)
	}
	o := v.pass.TypesInfo.ObjectOf(id)
	return o != nil && (o.Pos() < loop.Pos() || o.Pos() > loop.End())
}

func (v *vetter) constant(e ast.Expr) bool {
	tv, ok := v.pass.TypesInfo.Types[e]
	return ok && tv.Value != nil && tv.Value.Kind() == constant.String
}

// parameter reports whether an expression is a parameter of the function, as
// in a helper that asks under a name it is given, or a field of one.
func (v *vetter) parameter(e ast.Expr, fn *ast.FuncType) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return false
	}
	o := v.pass.TypesInfo.ObjectOf(id)
	return o != nil && o.Pos() >= fn.Pos() && o.Pos() < fn.End()
}

// dropped reports a step whose results are ignored.
func (v *vetter) dropped(c *ast.CallExpr) {
	if s, ok := v.step(c); ok {
		v.report(c.Pos(), "the error of %s is dropped: return it, it may say that a question is open", s)
	}
}

// assigned reports a step whose error goes to _.
func (v *vetter) assigned(a *ast.AssignStmt) {
	if len(a.Rhs) != 1 {
		return
	}
	c, ok := ast.Unparen(a.Rhs[0]).(*ast.CallExpr)
	if !ok || len(a.Lhs) == 0 || !isName(a.Lhs[len(a.Lhs)-1], "_") {
		return
	}
	v.dropped(c)
}

func (v *vetter) takesTurn(f *ast.FuncType) bool {
	for _, p := range f.Params.List {
		if isTurn(v.pass.TypesInfo.TypeOf(p.Type)) {
			return true
		}
	}
	return false
}

func isTurn(t types.Type) bool {
	p, ok := t.(*types.Pointer)
	if !ok {
		return false
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	return ok && n.Obj().Name() == "Turn" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == botPath
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func under(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}
