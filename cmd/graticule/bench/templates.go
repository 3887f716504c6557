package bench

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"graticule/internal/social"
)

// templates loads the social network where it is not there, compares the rows
// of each template on all targets, and then measures it: each target warms up,
// and they work in turn, for the same users.
func templates(ctx context.Context, o *options, targets []*target) ([][]Result, error) {
	network, err := o.networkOf()
	if err != nil {
		return nil, err
	}
	results := make([][]Result, len(targets))
	for k, t := range targets {
		r, err := loadNetwork(ctx, o, t, network)
		if err != nil {
			return nil, fmt.Errorf("load at %s: %w", t.name, err)
		}
		results[k] = append(results[k], r)
	}
	list, err := o.templates()
	if err != nil {
		return nil, err
	}
	one := *o
	one.clients = 1
	ratios := 0.0
	for _, tpl := range list {
		l := templateLoad(tpl, network)
		differ, err := compareRows(ctx, targets, l)
		if err != nil {
			return nil, err
		}
		times := make([][]time.Duration, len(targets))
		for k, t := range targets {
			w, err := one.hire(ctx, t, l)
			if err != nil {
				return nil, err
			}
			defer w.dismiss(ctx)
			if _, err := w.work(ctx, o.duration); err != nil { // warm
				return nil, fmt.Errorf("%s at %s: %w", tpl.Name, t.name, err)
			}
			w.next[0] = 0
			if times[k], err = w.work(ctx, o.duration); err != nil {
				return nil, err
			}
		}
		for k, t := range targets {
			r := summary(tpl.Name, t, 1, times[k], o.duration)
			r.Query = tpl.Query
			if k > 0 {
				r.Extra = map[string]float64{"runs with other rows": float64(differ)}
				ratios += math.Log(results[0][len(results[0])-1].P50 / r.P50)
			}
			results[k] = append(results[k], r)
		}
	}
	if len(targets) == 2 {
		mean := Result{Workload: "geometric mean of p50", Target: "ratio", Clients: 1, P50: math.Exp(ratios / float64(len(list)))}
		results[0], results[1] = append(results[0], mean), append(results[1], Result{Workload: mean.Workload, Target: "rival", P50: 1})
	}
	return results, nil
}

// templates gives those of --templates, mgbench's without.
func (o *options) templates() ([]social.Template, error) {
	if o.file == "" {
		return social.Templates, nil
	}
	text, err := os.ReadFile(o.file)
	if err != nil {
		return nil, err
	}
	var list []social.Template
	for _, q := range strings.Split(string(text)+"\n", ";\n") {
		if q = strings.TrimSpace(q); q != "" {
			list = append(list, social.Template{Name: q, Query: q})
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s holds no template; each ends with ';' at the end of a line", o.file)
	}
	return list, nil
}

func templateLoad(t social.Template, n social.Network) *load {
	return &load{name: t.Name, text: t.Query, params: []string{"id", "to"}, values: func(i int, into []int64) {
		for k := range into { // any two users, the same for the same i
			x := uint64(2*i+k+1) * 0x9E3779B97F4A7C15
			into[k] = int64((x ^ x>>29) % uint64(n.Users))
		}
	}}
}

func loadNetwork(ctx context.Context, o *options, t *target, network social.Network) (Result, error) {
	s := t.session(ctx, false)
	defer s.Close(ctx)
	rows, err := t.execute(ctx, s, "MATCH (n:User) RETURN count(*)", nil)
	if err != nil {
		return Result{}, err
	}
	r := Result{Workload: "load (rows)", Target: t.name, Clients: 1}
	switch have := rows[0].Values[0].(int64); have {
	case 0:
	case int64(network.Users):
		return r, nil
	default:
		return r, fmt.Errorf("the database holds %d users already; use an empty one for --size %s", have, o.size)
	}
	begin := time.Now()
	r.Count, err = network.Load(func(query string, rows []any) error {
		_, err := t.execute(ctx, s, query, map[string]any{"rows": rows})
		return err
	})
	r.Rate = float64(r.Count) / time.Since(begin).Seconds()
	return r, err
}

// comparedRuns of each template are compared row by row.
const comparedRuns = 5

// compareRows tells how many runs give other rows on one target than on the
// first. What LIMIT takes without an order may be any rows: their number is compared.
func compareRows(ctx context.Context, targets []*target, l *load) (int, error) {
	anyRows := strings.Contains(l.text, "LIMIT") && !strings.Contains(l.text, "ORDER BY")
	differ := 0
	values := make([]int64, len(l.params))
	for i := range comparedRuns {
		l.values(i, values)
		params := map[string]any{}
		for k, name := range l.params {
			params[name] = values[k]
		}
		var first []string
		for k, t := range targets {
			s := t.session(ctx, false)
			rows, err := t.execute(ctx, s, l.text, params)
			s.Close(ctx)
			if err != nil {
				return 0, fmt.Errorf("%s at %s: %w", l.name, t.name, err)
			}
			var texts []string
			for _, row := range rows {
				text := ""
				if !anyRows {
					for _, v := range row.Values {
						text += plain(v) + "; "
					}
				}
				texts = append(texts, text)
			}
			slices.Sort(texts)
			if k == 0 {
				first = texts
			} else if !slices.Equal(texts, first) {
				differ++
			}
		}
	}
	return differ, nil
}

// plain gives a value without the ids that each server chooses itself.
func plain(v any) string {
	switch v := v.(type) {
	case neo4j.Node:
		return fmt.Sprint(v.Labels, v.Props)
	case neo4j.Relationship:
		return fmt.Sprint(v.Type, v.Props)
	}
	if f, ok := v.(float64); ok { // the last digits of a mean depend on the order of adding
		return fmt.Sprintf("%.9g", f)
	}
	return fmt.Sprint(v)
}
