package exec

import (
	"errors"
	"math"
	"math/bits"

	"graticule/cypher/ast"
	"graticule/graph"
)

// arithmetic are the operators of numbers that are computed for whole chunks.
var arithmetic = map[ast.Op]bool{ast.OpAdd: true, ast.OpSubtract: true, ast.OpMultiply: true, ast.OpDivide: true, ast.OpModulo: true}

// errByRow ends a computation of many values one of which needs more than a machine
// operation, as an overflow or a division by zero, or which take too much memory.
var errByRow = errors.New("to be computed row by row")

// arithmeticVector compiles an operator of numbers. Columns of INTEGER and of FLOAT
// are computed at once, all else value by value.
func (c *compiler) arithmeticVector(e *ast.Binary) vector {
	if calculated(e) { // the same in all rows
		return nil
	}
	e = factored(e)
	left, ok := c.operandOf(e.Left)
	right, known := c.operandOf(e.Right)
	if !ok || !known {
		return nil
	}
	op, slow := e.Op, operations[e.Op]
	return func(r *run, c *chunk, out *graph.Column) error {
		a, b := column(), column()
		defer putColumn(a)
		defer putColumn(b)
		if err := left.fill(r, c, a); err != nil {
			return err
		}
		if err := right.fill(r, c, b); err != nil {
			return err
		}
		out.Reset()
		x, y := bitsOf(a), bitsOf(b)
		if x == nil || y == nil || a.Len() == 1 && b.Len() == 1 {
			return oneByOne(r, c.n, a, b, op, slow, out)
		}
		if a.Kind == graph.KindInt && b.Kind == graph.KindInt {
			out.Kind = graph.KindInt
			out.Bits = grown(out.Bits, c.n)
			return integers(op, x, y, out.Bits)
		}
		if op == ast.OpDivide && b.Kind == graph.KindInt || op == ast.OpModulo {
			return oneByOne(r, c.n, a, b, op, slow, out)
		}
		out.Kind = graph.KindFloat
		out.Bits = grown(out.Bits, c.n)
		floats(op, a.Kind == graph.KindInt, b.Kind == graph.KindInt, x, y, out.Bits)
		return nil
	}
}

// fill computes the operand for a chunk: one value where it is the same in all rows.
func (o *operand) fill(r *run, c *chunk, out *graph.Column) error {
	if c.varies(o.slots) {
		return o.many(r, c, out)
	}
	v, err := o.one(r, c.f)
	out.Reset()
	out.Append(v)
	return err
}

// bitsOf gives the numbers of a column that holds nothing else, of one kind; nil for others.
func bitsOf(c *graph.Column) []uint64 {
	if c.Boxed || c.Mixed || c.Kind != graph.KindInt && c.Kind != graph.KindFloat {
		return nil
	}
	return c.Bits
}

func grown(bits []uint64, n int) []uint64 {
	if cap(bits) < n {
		return make([]uint64, n)
	}
	return bits[:n]
}

// oneByOne computes an operator value by value. A column of one value has it in all rows.
func oneByOne(r *run, n int, a, b *graph.Column, op ast.Op, f operation, out *graph.Column) error {
	i, j, di, dj := 0, 0, stride(a.Len()), stride(b.Len())
	var size made
	for range n {
		v, err := r.operate(op, f, a.At(i), b.At(j))
		if err != nil {
			return err
		}
		if err := size.append(out, v); err != nil {
			return err
		}
		i, j = i+di, j+dj
	}
	return nil
}

// stride is how far the next row's value is in a column of so many.
func stride(values int) int {
	if values == 1 {
		return 0
	}
	return 1
}

// integers computes out from x and y, one of which may have one value for all rows.
func integers(op ast.Op, x, y, out []uint64) error {
	i, j, di, dj := 0, 0, stride(len(x)), stride(len(y))
	failed := uint64(0) // its highest bit tells of an overflow
	switch op {
	case ast.OpAdd:
		for k := range out {
			a, b := x[i], y[j]
			s := a + b
			failed |= (a ^ s) & (b ^ s)
			out[k] = s
			i, j = i+di, j+dj
		}
	case ast.OpSubtract:
		for k := range out {
			a, b := x[i], y[j]
			s := a - b
			failed |= (a ^ b) & (a ^ s)
			out[k] = s
			i, j = i+di, j+dj
		}
	case ast.OpMultiply:
		for k := range out {
			a, b := int64(x[i]), int64(y[j])
			high, low := bits.Mul64(uint64(a), uint64(b))
			high -= uint64(a>>63&b) + uint64(b>>63&a) // of the signed product
			if high != uint64(int64(low)>>63) {
				return errByRow
			}
			out[k] = low
			i, j = i+di, j+dj
		}
	default:
		for k := range out {
			a, b := int64(x[i]), int64(y[j])
			if b == 0 || b == -1 {
				return errByRow
			}
			if op == ast.OpDivide {
				out[k] = uint64(a / b)
			} else {
				out[k] = uint64(a % b)
			}
			i, j = i+di, j+dj
		}
	}
	if int64(failed) < 0 {
		return errByRow
	}
	return nil
}

// number gives the FLOAT of an INTEGER's or a FLOAT's bits.
func number(bits uint64, integer bool) float64 {
	if integer {
		return float64(int64(bits))
	}
	return math.Float64frombits(bits)
}

// floats is integers where one side at least is FLOAT.
func floats(op ast.Op, intX, intY bool, x, y, out []uint64) {
	i, j, di, dj := 0, 0, stride(len(x)), stride(len(y))
	for k := range out {
		a, b := number(x[i], intX), number(y[j], intY)
		switch op {
		case ast.OpAdd:
			a += b
		case ast.OpSubtract:
			a -= b
		case ast.OpMultiply:
			a *= b
		default:
			a /= b
		}
		out[k] = math.Float64bits(a)
		i, j = i+di, j+dj
	}
}
