package fn

import (
	"crypto/rand"
	"fmt"

	"graticule/graph"
)

func scalars() []Function {
	return []Function{
		{Name: "coalesce", Min: 1, Max: -1, TakesNull: true, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			for _, v := range a {
				if !v.IsNull() {
					return v, nil
				}
			}
			return graph.Null, nil
		}},
		{Name: "nullIf", Min: 2, Max: 2, TakesNull: true, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			if c.Equal(a[0], a[1]).IsTrue() {
				return graph.Null, nil
			}
			return a[0], nil
		}},
		{Name: "randomUUID", Eval: func(*Context, []graph.Value) (graph.Value, error) {
			u := newUUID()
			return graph.String(fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])), nil
		}},
		{Name: "timestamp", Eval: func(c *Context, _ []graph.Value) (graph.Value, error) {
			return graph.Int(c.Statement.UnixMilli()), nil
		}},
		{Name: "valueType", Min: 1, Max: 1, TakesNull: true, Eval: func(c *Context, a []graph.Value) (graph.Value, error) {
			return graph.String(typeOf(c, a[0]).String()), nil
		}},
	}
}

// newUUID makes a random UUID (RFC 9562, version 4).
func newUUID() (u [16]byte) {
	_, _ = rand.Read(u[:])
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return u
}
