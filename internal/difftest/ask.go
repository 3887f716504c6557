package difftest

import (
	"context"
	"fmt"
	"strings"

	"graticule/graph"
	"graticule/internal/cases"
)

// Ask plays statements one after another on emptied databases, and prints what
// each answers: to look at one difference by hand.
func Ask(ctx context.Context, c Config, statements []string, params string) (string, error) {
	var values *graph.Map
	if params != "" {
		var err error
		if values, err = c.Literals(params); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	for i, db := range []cases.Database{c.Neo(), c.Engine} {
		if err := db.Reset(ctx, nil); err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s:\n", side(i))
		for _, text := range statements {
			a, err := db.Run(ctx, text, values, false)
			if err != nil {
				return "", err
			}
			if a.Failure != nil {
				fmt.Fprintf(&b, "  error %s %s at %s: %s\n", a.Failure.Code, a.Failure.GQL, a.Failure.At, a.Failure.Message)
				continue
			}
			fmt.Fprintf(&b, "  %v %v\n", a.Columns, a.Counters)
			for _, row := range texts(&Statement{}, a.Rows) {
				fmt.Fprintf(&b, "    %s\n", row)
			}
			if len(a.Operators) > 0 {
				fmt.Fprintf(&b, "  plan %v\n", a.Operators)
			}
		}
	}
	return b.String(), nil
}
