package fulltext

import (
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// Hit is an entity that a query found.
type Hit struct {
	ID    uint64
	Score float32
}

// Options narrow a search.
type Options struct {
	Analyzer *Analyzer // for the words of the query; nil means the index's own
	Skip     int
	Limit    int // < 0: all
}

// Search gives the entities that match a query, the best first; of equal ones
// the one with the smaller id.
func (x *Index) Search(text string, o Options) ([]Hit, error) {
	q, err := Parse(text)
	if err != nil {
		return nil, err
	}
	s := searcher{x: x, analyzer: x.analyzer}
	if o.Analyzer != nil {
		s.analyzer = o.Analyzer
	}
	found, err := s.solve(q, 1)
	if err != nil {
		return nil, err
	}
	hits := make([]Hit, len(found))
	for i, m := range found {
		hits[i] = Hit{m.id, float32(m.score)}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
	hits = hits[min(len(hits), o.Skip):]
	if o.Limit >= 0 {
		hits = hits[:min(len(hits), o.Limit)]
	}
	return hits, nil
}

// match is an entity with its score so far. Lists of them ascend by id.
type match struct {
	id    uint64
	score float64
}

type searcher struct {
	x        *Index
	analyzer *Analyzer
}

// fields gives the numbers of the fields a clause is about.
func (s *searcher) fields(name string) []int {
	var out []int
	for i, f := range s.x.fields {
		if name == "" || name == f {
			out = append(out, i)
		}
	}
	return out
}

// anyField adds up what solve finds in each of the fields.
func (s *searcher) anyField(name string, solve func(field int) []match) []match {
	var out []match
	for _, f := range s.fields(name) {
		out = union(out, solve(f))
	}
	return rounding(out)
}

func (s *searcher) solve(q query, boost float32) ([]match, error) {
	switch q := q.(type) {
	case boosted:
		return s.solve(q.query, boost*q.boost)
	case boolean:
		return s.boolean(q, boost)
	case everything:
		var out []match
		s.x.docs.Scan(func(id uint64, _ *document) bool { out = append(out, match{id, float64(boost)}); return true })
		return out, nil
	case terms:
		words := s.analyzer.Terms(q.text)
		return s.anyField(q.field, func(f int) (out []match) {
			for _, w := range words {
				n, _ := s.x.terms.Get(termKey(f, w.Text))
				out = union(out, s.term(f, w.Text, boost, n))
			}
			return out
		}), nil
	case phrase:
		return s.anyField(q.field, func(f int) []match { return s.phrase(f, s.analyzer.Terms(q.text), q.slop, boost) }), nil
	case fuzzy:
		return s.anyField(q.field, func(f int) []match { return s.fuzzy(f, q, boost) }), nil
	case wildcard:
		return s.byPattern(q.field, wildcardPattern(s.analyzer.normal(q.pattern)), boost)
	case regex:
		return s.byPattern(q.field, "(?s)^(?:"+q.pattern+")$", boost)
	case between:
		low, high := s.analyzer.normal(q.low), s.analyzer.normal(q.high)
		return s.anyField(q.field, func(f int) []match {
			from := low
			if q.low == "*" {
				from = ""
			}
			return s.constant(f, from, boost, func(term string) (fits, more bool) {
				if q.high != "*" && (term > high || !q.highIncl && term == high) {
					return false, false
				}
				return q.low == "*" || q.lowIncl || term != low, true
			})
		}), nil
	}
	return nil, nil
}

func (s *searcher) boolean(q boolean, boost float32) ([]match, error) {
	var required, optional, excluded []match
	musts := 0
	for _, c := range q.clauses {
		found, err := s.solve(c.query, boost)
		if err != nil {
			return nil, err
		}
		switch c.occur {
		case must:
			if musts++; musts == 1 {
				required = found
			} else {
				required = intersect(required, found)
			}
		case mustNot:
			excluded = union(excluded, found)
		default:
			optional = union(optional, found)
		}
	}
	out := optional
	if musts > 0 {
		out = addTo(required, optional)
	}
	if len(excluded) > 0 {
		out = without(out, excluded)
	}
	return rounding(out), nil
}

// term scores the entities with a term in a field, as if docs of them had it.
func (s *searcher) term(field int, term string, boost float32, docs int64) []match {
	if docs == 0 {
		return nil
	}
	sc := s.x.scorer(field, boost, idf(docs, s.x.stats[field].docs))
	var out []match
	s.x.eachPosting(field, term, func(id uint64, positions []uint32) {
		out = append(out, match{id, float64(sc.score(float32(len(positions)), s.x.length(field, id)))})
	})
	return out
}

func (s *searcher) phrase(field int, words []Term, slop int, boost float32) []match {
	switch len(words) {
	case 0:
		return nil
	case 1:
		n, _ := s.x.terms.Get(termKey(field, words[0].Text))
		return s.term(field, words[0].Text, boost, n)
	}
	var sum float32
	positions := make([]map[uint64][]uint32, len(words))
	for i, w := range words {
		n, _ := s.x.terms.Get(termKey(field, w.Text))
		if n == 0 {
			return nil
		}
		sum += idf(n, s.x.stats[field].docs)
		positions[i] = make(map[uint64][]uint32, n)
		s.x.eachPosting(field, w.Text, func(id uint64, at []uint32) {
			if i == 0 || positions[i-1][id] != nil {
				positions[i][id] = at
			}
		})
	}
	sc := s.x.scorer(field, boost, sum)
	var out []match
	lists := make([][]int64, len(words))
	for id := range positions[len(words)-1] {
		for i, w := range words {
			lists[i] = lists[i][:0]
			for _, at := range positions[i][id] {
				lists[i] = append(lists[i], int64(at)-int64(w.Position))
			}
		}
		if freq := phraseFrequency(lists, int64(slop)); freq > 0 {
			out = append(out, match{id, float64(sc.score(freq, s.x.length(field, id)))})
		}
	}
	slices.SortFunc(out, func(a, b match) int { return compareIDs(a.id, b.id) })
	return out
}

// phraseFrequency counts how often all lists meet within slop, a wide meeting
// less than an exact one. Each list holds where its word would have the phrase begin.
func phraseFrequency(lists [][]int64, slop int64) float32 {
	at := make([]int, len(lists))
	end := int64(math.MinInt64)
	for _, l := range lists {
		end = max(end, l[0])
	}
	first := func() (i int, next int64) { // the smallest, and the one after it
		next = math.MaxInt64
		for j := range lists {
			switch p := lists[j][at[j]]; {
			case p < lists[i][at[i]]:
				i, next = j, lists[i][at[i]]
			case j != i && p < next:
				next = p
			}
		}
		return i, next
	}
	var freq float32
	i, next := first()
	length := end - lists[i][at[i]]
	for {
		if at[i]++; at[i] == len(lists[i]) {
			if length <= slop {
				freq += 1 / (1 + float32(length))
			}
			return freq
		}
		p := lists[i][at[i]]
		end = max(end, p)
		if p <= next {
			length = min(length, end-p)
			continue
		}
		if length <= slop {
			freq += 1 / (1 + float32(length))
		}
		i, next = first()
		length = end - lists[i][at[i]]
	}
}

const fuzzyTermsMax = 50 // best terms a fuzzy word stands for

// fuzzy finds words within some edits; the nearer, the more they count.
func (s *searcher) fuzzy(field int, q fuzzy, boost float32) []match {
	word := []rune(s.analyzer.normal(q.text))
	edits := int(q.edits)
	if q.edits < 1 && q.edits > 0 {
		edits = int((1 - q.edits) * float64(len(word)))
	}
	edits = min(edits, 2)
	type near struct {
		term  string
		boost float32
	}
	var found []near
	docs := int64(0)
	s.x.eachTerm(field, "", func(term string, n int64) bool {
		other := []rune(term)
		d := editDistance(word, other, edits)
		if d > edits {
			return true
		}
		closeness := float32(1)
		if d > 0 {
			closeness = 1 - float32(d)/float32(min(len(word), len(other)))
		}
		if closeness > 0 {
			found = append(found, near{term, closeness})
			docs = max(docs, n)
		}
		return true
	})
	slices.SortStableFunc(found, func(a, b near) int {
		switch {
		case a.boost > b.boost:
			return -1
		case a.boost < b.boost:
			return 1
		}
		return 0
	})
	var out []match
	for _, n := range found[:min(len(found), fuzzyTermsMax)] {
		out = union(out, s.term(field, n.term, boost*n.boost, docs))
	}
	return out
}

// editDistance counts the insertions, deletions, replacements and swaps of
// neighbours between two words; more than limit is as good as limit+1.
func editDistance(a, b []rune, limit int) int {
	if max(len(a), len(b))-min(len(a), len(b)) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		best := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			best = min(best, row[j])
		}
		if best > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// constant gives the entities with a term that fits, all with the same score.
func (s *searcher) constant(field int, from string, boost float32, fits func(term string) (fits, more bool)) []match {
	ids := map[uint64]struct{}{}
	s.x.eachTerm(field, from, func(term string, _ int64) bool {
		ok, more := fits(term)
		if ok {
			s.x.eachPosting(field, term, func(id uint64, _ []uint32) { ids[id] = struct{}{} })
		}
		return more
	})
	out := make([]match, 0, len(ids))
	for id := range ids {
		out = append(out, match{id, float64(boost)})
	}
	slices.SortFunc(out, func(a, b match) int { return compareIDs(a.id, b.id) })
	return out
}

func (s *searcher) byPattern(name, pattern string, boost float32) ([]match, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, &SyntaxError{Found: " <REGEXPTERM> \"" + pattern + "\""}
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, &SyntaxError{Found: " <REGEXPTERM> \"" + pattern + "\""}
	}
	prefix := literalPrefix(parsed.Simplify())
	return s.anyField(name, func(f int) []match {
		return s.constant(f, prefix, boost, func(term string) (fits, more bool) {
			return re.MatchString(term), strings.HasPrefix(term, prefix)
		})
	}), nil
}

// literalPrefix gives what any match of ^(…)$ begins with.
func literalPrefix(re *syntax.Regexp) string {
	if re.Op != syntax.OpConcat || len(re.Sub) < 2 || re.Sub[0].Op != syntax.OpBeginText {
		return ""
	}
	for _, sub := range re.Sub[1:] {
		for sub.Op == syntax.OpCapture || sub.Op == syntax.OpConcat {
			sub = sub.Sub[0]
		}
		if sub.Op == syntax.OpLiteral && sub.Flags&syntax.FoldCase == 0 {
			return string(sub.Rune)
		}
		return ""
	}
	return ""
}

func wildcardPattern(pattern string) string {
	var b strings.Builder
	b.WriteString("(?s)^")
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			b.WriteString(regexp.QuoteMeta(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '*':
			b.WriteString(".*")
		case r == '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	b.WriteString("$")
	return b.String()
}
