package shell

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"
)

// formatValue writes a value of a row the way cypher-shell does.
func formatValue(v any) string {
	var b strings.Builder
	writeValue(&b, v)
	return b.String()
}

func writeValue(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("NULL")
	case bool:
		b.WriteString(strings.ToUpper(strconv.FormatBool(v)))
	case string:
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(v, `"`, `\"`))
		b.WriteByte('"')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			writeValue(b, e)
		}
		b.WriteByte(']')
	case map[string]any:
		writeMap(b, v)
	case dbtype.Node:
		writeNode(b, v)
	case dbtype.Relationship:
		writeRelationship(b, v)
	case dbtype.Path:
		writePath(b, v)
	case []byte:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(strconv.Itoa(int(int8(e))))
		}
		b.WriteByte(']')
	default:
		b.WriteString(formatScalar(v))
	}
}

// formatScalar writes numbers, points and temporal values.
func formatScalar(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return formatFloat(v)
	case dbtype.Point2D:
		return fmt.Sprintf("point({srid:%d, x:%s, y:%s})", v.SpatialRefId, formatFloat(v.X), formatFloat(v.Y))
	case dbtype.Point3D:
		return fmt.Sprintf("point({srid:%d, x:%s, y:%s, z:%s})", v.SpatialRefId, formatFloat(v.X), formatFloat(v.Y), formatFloat(v.Z))
	case dbtype.Duration:
		return formatDuration(v)
	case dbtype.Date:
		return formatDate(v.Time())
	case dbtype.LocalTime:
		return formatClock(v.Time(), false)
	case dbtype.Time:
		return formatClock(v.Time(), false) + formatOffset(v.Time())
	case dbtype.LocalDateTime:
		return formatDate(v.Time()) + "T" + formatClock(v.Time(), false)
	case time.Time:
		return formatZoned(v, false)
	case *dbtype.InvalidValue:
		return "<" + v.Message + ">"
	}
	return fmt.Sprint(v)
}

// formatFloat writes the shortest text that reads back as f: plain between
// 0.001 and ten million, else with an exponent.
func formatFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	if a := math.Abs(f); a >= 1e-3 && a < 1e7 {
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") { // two digits at least
		mantissa, exponent, _ = strings.Cut(strconv.FormatFloat(f, 'e', 1, 64), "e")
	}
	n, _ := strconv.Atoi(exponent) // strconv wrote it
	return mantissa + "E" + strconv.Itoa(n)
}

func writeNode(b *strings.Builder, n dbtype.Node) {
	b.WriteByte('(')
	for _, l := range n.Labels {
		b.WriteByte(':')
		b.WriteString(quoteName(l))
	}
	if len(n.Props) > 0 {
		if len(n.Labels) > 0 {
			b.WriteByte(' ')
		}
		writeMap(b, n.Props)
	}
	b.WriteByte(')')
}

func writeRelationship(b *strings.Builder, r dbtype.Relationship) {
	b.WriteString("[:")
	b.WriteString(quoteName(r.Type))
	if len(r.Props) > 0 {
		b.WriteByte(' ')
		writeMap(b, r.Props)
	}
	b.WriteByte(']')
}

func writePath(b *strings.Builder, p dbtype.Path) {
	for i, n := range p.Nodes {
		if i > 0 && i <= len(p.Relationships) {
			r := p.Relationships[i-1]
			forward := r.StartElementId == p.Nodes[i-1].ElementId
			if !forward {
				b.WriteByte('<')
			}
			b.WriteByte('-')
			writeRelationship(b, r)
			b.WriteByte('-')
			if forward {
				b.WriteByte('>')
			}
		}
		writeNode(b, n)
	}
}

func writeMap(b *strings.Builder, m map[string]any) {
	b.WriteByte('{')
	for i, k := range mapOrder(m) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quoteName(k))
		b.WriteString(": ")
		writeValue(b, m[k])
	}
	b.WriteByte('}')
}

// quoteName puts a name in backticks unless it is a plain identifier.
func quoteName(s string) string {
	plain := s != ""
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return "`" + strings.ReplaceAll(s, "`", "``") + "`"
}

// isNumber tells whether a value may grow in later rows of its column.
func isNumber(v any) bool {
	switch v.(type) {
	case int64, float64:
		return true
	}
	return false
}
