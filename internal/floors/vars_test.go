package floors

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// initProblems returns the package variables that are initialised by a function
// call, and the init functions: both run, and keep in the binary what they
// reach, in every program that imports the package.
func initProblems(sources []source) []string {
	types := declaredTypes(sources)
	var problems []string
	for _, s := range sources {
		if s.test {
			continue
		}
		for _, decl := range s.file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					problems = append(problems, s.at(d)+": func init: do the work in a constructor that programs call")
				}
			case *ast.GenDecl:
				if d.Tok != token.VAR {
					continue
				}
				for _, spec := range d.Specs {
					v := spec.(*ast.ValueSpec)
					for _, value := range v.Values {
						if call := firstCall(s, types, value); call != nil {
							problems = append(problems, fmt.Sprintf("%s: package variable %s is initialised by a call of %s: make it where it is used, or in a constructor",
								s.at(call), names(v), describe(call.Fun)))
						}
					}
				}
			}
		}
	}
	return problems
}

// declaredTypes returns the names of the types that each package of the module
// declares, by import path.
func declaredTypes(sources []source) map[string][]string {
	types := map[string][]string{}
	for _, s := range sources {
		for _, decl := range s.file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.TYPE {
				for _, spec := range d.Specs {
					p := path.Join(module, s.dir)
					types[p] = append(types[p], spec.(*ast.TypeSpec).Name.Name)
				}
			}
		}
	}
	return types
}

// firstCall returns the first call in e that runs when e is evaluated, and is
// neither a conversion, nor a builtin the compiler can do, nor makes an error
// value. Bodies of functions do not run.
func firstCall(s source, types map[string][]string, e ast.Expr) *ast.CallExpr {
	var found *ast.CallExpr
	ast.Inspect(e, func(n ast.Node) bool {
		if found != nil {
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if !isHarmless(s, types, n.Fun) {
				found = n
				return false
			}
		}
		return true
	})
	return found
}

func isHarmless(s source, types map[string][]string, fun ast.Expr) bool {
	switch f := fun.(type) {
	case *ast.ParenExpr:
		return isHarmless(s, types, f.X)
	case *ast.StarExpr, *ast.ArrayType, *ast.MapType, *ast.ChanType, *ast.FuncType, *ast.InterfaceType, *ast.StructType:
		return true // conversion
	case *ast.IndexExpr: // conversion to a generic type
		return isHarmless(s, types, f.X)
	case *ast.IndexListExpr:
		return isHarmless(s, types, f.X)
	case *ast.Ident:
		switch f.Name {
		case "bool", "string", "byte", "rune", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr",
			"float32", "float64", "complex64", "complex128", "any", "error", "len", "cap", "min", "max", "new", "real", "imag", "complex":
			return true
		}
		return slices.Contains(types[path.Join(module, s.dir)], f.Name)
	case *ast.SelectorExpr:
		pkg, ok := f.X.(*ast.Ident)
		if !ok {
			return false
		}
		from := importOf(s, pkg.Name)
		switch from + "." + f.Sel.Name {
		case "errors.New", "fmt.Errorf", "time.Duration", "time.Month", "time.Weekday", "unsafe.Sizeof":
			return true
		}
		return slices.Contains(types[from], f.Sel.Name)
	}
	return false
}

// importOf returns the path of the package that s calls name.
func importOf(s source, name string) string {
	for _, spec := range s.file.Imports {
		p := importPath(spec)
		if spec.Name != nil && spec.Name.Name == name || spec.Name == nil && path.Base(p) == name {
			return p
		}
	}
	return ""
}

func names(v *ast.ValueSpec) string {
	var list []string
	for _, n := range v.Names {
		list = append(list, n.Name)
	}
	return strings.Join(list, ", ")
}

func describe(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return describe(f.X) + "." + f.Sel.Name
	case *ast.IndexExpr:
		return describe(f.X)
	case *ast.IndexListExpr:
		return describe(f.X)
	case *ast.CallExpr:
		return describe(f.Fun) + "()"
	case *ast.FuncLit:
		return "a function literal"
	case *ast.ParenExpr:
		return describe(f.X)
	}
	return strconv.Quote(fmt.Sprintf("%T", fun))
}
