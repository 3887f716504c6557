package shell

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

var (
	// name => expression, and the older name: expression and name expression
	paramPattern = regexp.MustCompile("(?s)^(`(?:[^`]|``)*`|[\\pL_][\\pL\\pN_]*)\\s*(?:=>|:|\\s)\\s*(.+)$")
)

// givenParams sets the parameters of the flags.
func (sh *Shell) givenParams(ctx context.Context) error {
	for _, p := range sh.opts.params {
		if err := sh.setParams(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// setParams evaluates a map, or one name with its expression, on the server.
func (sh *Shell) setParams(ctx context.Context, text string) error {
	literal := strings.TrimSpace(text)
	if !strings.HasPrefix(literal, "{") {
		m := paramPattern.FindStringSubmatch(literal)
		if m == nil {
			return sh.usageError("param")
		}
		literal = "{" + m[1] + ": " + m[2] + "}"
	}
	if sh.conn == nil {
		return errDisconnected
	}
	_, rows, err := sh.conn.rows(ctx, sh.conn.database, "RETURN "+literal+" AS `result`", sh.params)
	if err != nil {
		return fmt.Errorf("Failed to evaluate expression %s: %s", literal, sh.describe(err))
	}
	var values map[string]any
	if len(rows) == 1 {
		values, _ = rows[0][0].(map[string]any)
	}
	if values == nil {
		return fmt.Errorf("Failed to evaluate expression %s: it is no map", literal)
	}
	maps.Copy(sh.params, values)
	return nil
}

// formatParams writes the parameters as a Cypher map, sorted by name.
func formatParams(params map[string]any) string {
	var b strings.Builder
	writeLiteralMap(&b, "", params, "")
	return b.String()
}

func writeLiteralMap(b *strings.Builder, open string, m map[string]any, indent string) {
	b.WriteString(open + "{\n")
	keys := slices.Sorted(maps.Keys(m))
	for i, k := range keys {
		b.WriteString(indent + "  " + quoteName(k) + ": ")
		writeLiteral(b, m[k], indent+"  ")
		if i < len(keys)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString(indent + "}")
}

var literalEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`)

// writeLiteral writes a value as Cypher that gives it back.
func writeLiteral(b *strings.Builder, v any, indent string) {
	call := func(function, text string) { b.WriteString(function + "('" + text + "')") }
	switch v := v.(type) {
	case bool:
		fmt.Fprint(b, v)
	case string:
		b.WriteString("'" + literalEscapes.Replace(v) + "'")
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			writeLiteral(b, e, indent)
		}
		b.WriteByte(']')
	case map[string]any:
		writeLiteralMap(b, "", v, indent)
	case dbtype.Point2D:
		writeLiteralMap(b, "point( ", map[string]any{"srid": int64(v.SpatialRefId), "x": v.X, "y": v.Y}, indent)
		b.WriteByte(')')
	case dbtype.Point3D:
		writeLiteralMap(b, "point( ", map[string]any{"srid": int64(v.SpatialRefId), "x": v.X, "y": v.Y, "z": v.Z}, indent)
		b.WriteByte(')')
	case dbtype.Duration:
		call("duration", formatDuration(v))
	case dbtype.Date:
		call("date", formatDate(v.Time()))
	case dbtype.LocalTime:
		call("localtime", formatClock(v.Time(), true))
	case dbtype.Time:
		call("time", formatClock(v.Time(), true)+formatOffset(v.Time()))
	case dbtype.LocalDateTime:
		call("localdatetime", formatDate(v.Time())+"T"+formatClock(v.Time(), true))
	case time.Time:
		call("datetime", formatZoned(v, true))
	default:
		writeValue(b, v)
	}
}
