package fn

import (
	"encoding/binary"
	"regexp"
	"strconv"
	"strings"

	"graticule/graph"
	"graticule/status"
)

var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

func uuids() []Function {
	bits := func(name string, of func(most, least uint64) uint64) Function {
		return Function{Name: name, Min: 1, Max: 1, Eval: func(_ *Context, a []graph.Value) (graph.Value, error) {
			if a[0].Kind() != graph.KindUUID {
				return graph.Null, newerInput(name, a[0], "UUID", "%s() requires a uuid", name)
			}
			return graph.Int(int64(of(a[0].AsUUID()))), nil
		}}
	}
	return []Function{
		{Name: "uuid", Max: 2, Eval: uuid},
		bits("uuid.mostSignificantBits", func(most, _ uint64) uint64 { return most }),
		bits("uuid.leastSignificantBits", func(_, least uint64) uint64 { return least }),
	}
}

// uuid is uuid(), uuid(text) and uuid(most, least).
func uuid(_ *Context, a []graph.Value) (graph.Value, error) {
	switch {
	case len(a) == 0:
		u := newUUID()
		return graph.UUIDOf(binary.BigEndian.Uint64(u[:8]), binary.BigEndian.Uint64(u[8:])), nil
	case len(a) == 2:
		if a[0].Kind() != graph.KindInt || a[1].Kind() != graph.KindInt {
			wrong := a[0]
			if wrong.Kind() == graph.KindInt {
				wrong = a[1]
			}
			return graph.Null, newerInput("uuid", wrong, "INTEGER", "uuid() requires integers")
		}
		return graph.UUIDOf(uint64(a[0].AsInt()), uint64(a[1].AsInt())), nil
	case a[0].Kind() == graph.KindUUID:
		return a[0], nil
	case a[0].Kind() != graph.KindString:
		return graph.Null, textWanted("uuid", a[0])
	}
	text := a[0].AsString()
	if !uuidForm.MatchString(text) {
		return graph.Null, status.New(status.ArgumentError, "", "The argument `input` in the `uuid()` function must be a valid uuid string.").
			With("22N38", status.Because("22N04", "Invalid input '%s' for input. Expected 'The UUID string must consist of 32 hexadecimal digits displayed in 5 groups, separated by 4 hyphens.'.", text)).Explained("Invalid argument to the function uuid().")
	}
	digits := strings.ReplaceAll(text, "-", "")
	most, _ := strconv.ParseUint(digits[:16], 16, 64)
	least, _ := strconv.ParseUint(digits[16:], 16, 64)
	return graph.UUIDOf(most, least), nil
}
