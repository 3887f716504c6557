package exec

import (
	"strings"

	"graticule/graph"
)

// Declare makes a procedure from its signature, such as
// "db.x(a :: STRING, b = {} :: MAP) :: (value :: ANY)". Arguments left out are
// null to call.
func Declare(mode, signature, description string, call func(c *ProcedureContext, args []graph.Value) ([][]graph.Value, error)) *Procedure {
	name, rest, _ := strings.Cut(signature, "(")
	inputs, outputs, _ := strings.Cut(rest, ") :: ")
	p := &Procedure{Name: name, Signature: signature, Description: description, Mode: mode}
	for _, in := range Declarations(strings.TrimSuffix(inputs, ")")) {
		declared, typ, _ := strings.Cut(in, " :: ")
		input, _, optional := strings.Cut(declared, " = ")
		if optional {
			p.Optional++
		}
		p.Inputs, p.InputTypes = append(p.Inputs, input), append(p.InputTypes, typ)
	}
	for _, out := range Declarations(strings.Trim(outputs, "()")) {
		output, _, _ := strings.Cut(out, " :: ")
		p.Outputs = append(p.Outputs, output)
	}
	p.Call = func(c *ProcedureContext, args []graph.Value) ([][]graph.Value, error) {
		for len(args) < len(p.Inputs) {
			args = append(args, graph.Null)
		}
		return call(c, args)
	}
	return p
}

// OnSystem says that a procedure also works on the system database.
func (p *Procedure) OnSystem() *Procedure { p.System = true; return p }

// ForAdmins says that a procedure is for administrators, and works on the system database.
func (p *Procedure) ForAdmins() *Procedure { p.Admin, p.System = true, true; return p }

// Parameter is one input or output of a procedure, as its signature tells.
type Parameter struct{ Name, Type, Default string }

// Parameters gives the inputs and outputs that a signature declares.
func (p *Procedure) Parameters() (inputs, outputs []Parameter) {
	_, rest, _ := strings.Cut(p.Signature, "(")
	in, out, _ := strings.Cut(rest, ") :: ")
	read := func(list string) (all []Parameter) {
		for _, f := range Declarations(list) {
			declared, typ, _ := strings.Cut(f, " :: ")
			name, otherwise, _ := strings.Cut(declared, " = ")
			all = append(all, Parameter{name, typ, otherwise})
		}
		return all
	}
	return read(strings.TrimSuffix(in, ")")), read(strings.Trim(out, "()"))
}

// Declarations splits a list of declarations at its commas, those within <> or {} left alone.
func Declarations(list string) []string {
	var out []string
	depth, begin := 0, 0
	for i, c := range list {
		switch c {
		case '<', '{', '[':
			depth++
		case '>', '}', ']':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, strings.TrimSpace(list[begin:i]))
				begin = i + 1
			}
		}
	}
	if last := strings.TrimSpace(list[begin:]); last != "" {
		out = append(out, last)
	}
	return out
}
