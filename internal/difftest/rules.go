package difftest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"graticule/graph"
	"graticule/internal/cases"
	"graticule/status"
)

// rule is one difference that is meant, with its reason.
type rule struct {
	name, reason string
	holds        func(s *Statement, class string, neo, ours *cases.Answer) bool
}

// rules are all of them. A rule must say what it allows as narrowly as it can.
var rules = []rule{
	{"internal failure", "Neo4j fails by itself (its code says so: Neo.DatabaseError), for example on count(*) in the WHERE of a MATCH; we give an answer, or an error that names the mistake",
		func(_ *Statement, _ string, neo, _ *cases.Answer) bool {
			return neo.Failure != nil && strings.HasPrefix(neo.Failure.Code, "Neo.DatabaseError.")
		}},
	{"aggregate in WHERE", "Neo4j finds only when a row comes to it that count(*) in the WHERE of a MATCH cannot be computed; we refuse the statement",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure == nil && empty(neo) && ours.Failure != nil && strings.HasPrefix(ours.Failure.Message, "Invalid use of aggregating function") && strings.Contains(s.Text, "WHERE count(*)")
		}},
	{"nodes of a path after grouping", "Neo4j puts the variables of the pattern in place of nodes(p) and relationships(p), and imports the nodes with p into subqueries, and then finds that the WHERE of a WITH that groups may not name them; in WITH p, 1 AS x WHERE … it may",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && strings.Contains(neo.Failure.Message, "not possible to access variables declared before the WITH/RETURN") && ours.Failure == nil && partsOfPath.MatchString(s.Text)
		}},
	{"allShortestPaths given again", "Neo4j 5.26 gives rows of an allShortestPaths again behind other clauses that bind its ends; the rows are the same but for that",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			if class != "rows" || !strings.Contains(s.Text, "allShortestPaths(") || len(neo.Rows) <= len(ours.Rows) {
				return false
			}
			n, o := texts(s, neo.Rows), texts(s, ours.Rows)
			slices.Sort(n)
			slices.Sort(o)
			return slices.Equal(slices.Compact(n), slices.Compact(o))
		}},
	{"allShortestPaths counted again", "the same where the rows are counted: each count is another's multiple, and all else is the same",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			return class == "rows" && strings.Contains(s.Text, "allShortestPaths(") && strings.HasSuffix(s.Text, "count(*)") && multiples(texts(s, neo.Rows), texts(s, ours.Rows))
		}},
	{"allShortestPaths before OPTIONAL MATCH", "Neo4j 5.26 gives each row of an allShortestPaths once for every path of the same ends, when an OPTIONAL MATCH comes right behind; with WITH * between them it does not",
		func(s *Statement, class string, neo, _ *cases.Answer) bool {
			return class == "rows" && neo.Failure == nil && doubledPaths.MatchString(s.Text)
		}},
	{"aggregates in a subquery", "Neo4j 5.26 takes an aggregate of a subquery expression, as in COUNT { RETURN count(*) AS x }, for one of the clause around it, and refuses what it would refuse of that; Neo4j 2026.08 does not, in Cypher 5 either",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && (ours.Failure == nil || failsByRow(ours)) && aggregatedInside.MatchString(s.Text) && aggregateMisplaced.MatchString(neo.Failure.Message)
		}},
	{"types of lists of lists of lists", "valueType of 5.26 leaves out, of lists that deep, types that are no parts of others, and keeps some that are",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			if class != "rows" || !strings.Contains(s.Text, "valueType(") {
				return false
			}
			n, o := texts(s, neo.Rows), texts(s, ours.Rows)
			if !slices.ContainsFunc(append(n, o...), deepType.MatchString) {
				return false
			}
			for _, rows := range [][]string{n, o} {
				for i := range rows {
					rows[i] = listType.ReplaceAllString(rows[i], "type")
				}
				slices.Sort(rows)
			}
			return slices.Equal(n, o)
		}},
	{"range that goes the other way", "range(1, 0, 2) is [1] in Neo4j, which divides towards zero; in openCypher it is empty",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return (strings.HasSuffix(class, "rows") || class == "counters") && slices.ContainsFunc(steppedRange.FindAllStringSubmatch(s.Text, -1), func(m []string) bool {
				from, to, step := atoi(m[1]), atoi(m[2]), atoi(m[3])
				return (to-from)*step < 0 && max(to-from, from-to) < max(step, -step)
			})
		}},
	{"reverse of a stored list", "reverse() of Neo4j 5.26 refuses lists that come from a property; ours turns them around as any other list",
		func(_ *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && strings.HasPrefix(neo.Failure.Message, "Invalid input for function 'reverse()'") && ours.Failure == nil
		}},
	{"timestamp with arguments", "Neo4j finds at run time only that timestamp() takes none, as it is a function of another family there",
		func(_ *Statement, _ string, neo, ours *cases.Answer) bool {
			return ours.Failure != nil && ours.Failure.Message == "Too many parameters for function 'timestamp'" && (neo.Failure == nil || strings.Contains(neo.Failure.Message, "DateTimeFunction"))
		}},
	{"name made by the same clause", "Neo4j 5 lets a property name what the same CREATE or MERGE makes, as null, and warns that this is deprecated; we refuse it",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return s.Wrong != "" && (strings.HasPrefix(s.Text, "CREATE") || strings.HasPrefix(s.Text, "MERGE")) && (neo.Failure == nil || strings.HasPrefix(neo.Failure.Message, "Cannot merge the following node because of null")) && ours.Failure != nil && strings.Contains(ours.Failure.Message, "not defined")
		}},
	{"order of COLLECT", "the rows of COLLECT { … } come in an open order, and so do the items of a list made of it",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			if class != "rows" || !strings.Contains(s.Text, "COLLECT {") {
				return false
			}
			unordered := *s
			for i := range neo.Columns {
				unordered.Bags = append(unordered.Bags, i)
			}
			n, o := texts(&unordered, neo.Rows), texts(&unordered, ours.Rows)
			slices.Sort(n)
			slices.Sort(o)
			return slices.Equal(n, o)
		}},
	{"index into COLLECT", "Neo4j rewrites COLLECT { … }[i] into a LIMIT, which fails for an index from the end, and is null for [-1]; we give the item",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			if neo.Failure == nil {
				return class == "rows" && collectFromEnd.MatchString(s.Text)
			}
			return strings.Contains(s.Text, "COLLECT") && strings.HasPrefix(neo.Failure.Message, "LIMIT: Invalid input. '-") && ours.Failure == nil
		}},
	{"path lost in a subquery", "in CALL (p) { WITH 1 AS a RETURN p }, and with WITH *, Neo4j 5.26 loses the path p of the MATCH right before, but not a node nor a path that went through a WITH; we keep it",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && ours.Failure == nil && strings.Contains(s.Text, "CALL ") && lostPath.MatchString(neo.Failure.Message)
		}},
	{"nodes of a path lost in a subquery expression", "in COLLECT { CALL { WITH p … WITH * … } … }, or with p named again, Neo4j 5.26 forgets the nodes of the path p, for the clauses around it too; in CALL (p), and without COLLECT, it does not",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && ours.Failure == nil && importedPath.MatchString(s.Text) && lostVariable.MatchString(neo.Failure.Message)
		}},
	{"WHERE of a node in a subquery of a property map", "in (n {i: COUNT { (m WHERE …)-->() }}) Neo4j 5.26 forgets the WHERE within the parentheses: it counts as without it",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && innerWhere.MatchString(s.Text)
		}},
	{"walk of no step in a subquery of OPTIONAL MATCH", "an OPTIONAL MATCH whose predicate counts walks from no step on, as COUNT { (a)-[*0..]->(:B) }, finds nothing in Neo4j 5.26, and finds its rows without OPTIONAL or with the count in a WITH before",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && strings.Contains(s.Text, "OPTIONAL MATCH") && walkInSubquery.MatchString(s.Text)
		}},
	{"OR of a COUNT in OPTIONAL MATCH", "an OPTIONAL MATCH … WHERE n.b OR 2 < COUNT { … } finds nothing in Neo4j 5.26, and finds its rows without OPTIONAL",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && orOfCount.MatchString(s.Text)
		}},
	{"COLLECT up to an item from its end", "Neo4j rewrites COLLECT { … }[..-1] into a LIMIT of -1 + 1 rows, which gives the empty list, and fails for [..-2]; with the list in a WITH it does not",
		func(s *Statement, class string, neo, _ *cases.Answer) bool {
			return (class == "rows" && neo.Failure == nil || neo.Failure != nil && strings.HasPrefix(neo.Failure.Message, "LIMIT: Invalid input. '-")) && collectUpTo.MatchString(s.Text)
		}},
	{"quantified path in a UNION", "MATCH (n:C)((a)-[:!(R|S)]-(b:D)){1,3}() WHERE n.b finds no row alone and finds one as a part of a UNION, in Neo4j 5.26; ours gives the same rows in both",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			if class != "rows" || neo.Failure != nil || !strings.Contains(s.Text, " UNION ") || !quantifiedPath.MatchString(s.Text) {
				return false
			}
			n := texts(s, neo.Rows)
			return len(ours.Rows) < len(neo.Rows) && !slices.ContainsFunc(texts(s, ours.Rows), func(row string) bool { return !slices.Contains(n, row) })
		}},
	{"two rows that fail", "a statement that fails at run time fails with the error of the row that comes first, and the order of rows is open",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return (s.Wrong == "" || strings.HasPrefix(s.Wrong, "write ")) && failsByRow(neo) && failsByRow(ours) && neo.Failure.Message != ours.Failure.Message && strings.Contains(s.Text, "MATCH")
		}},
	{"labels changed while they are looked for", "Neo4j 5.26 plans no Eager between a relationship scan with a test of alternative labels and SET or REMOVE of such a label, so that later rows see what earlier ones changed",
		func(s *Statement, class string, neo, _ *cases.Answer) bool {
			return (class == "rows" || class == "counters") && neo.Failure == nil && alternatives.MatchString(s.Text) && removesLabel.MatchString(s.Text)
		}},
	{"labels of a dynamic name after another change", "Neo4j plans the Eager that SET n:$(…) needs behind a MATCH with labels right before it, so that all rows have made the changes before; ours plans it behind the MATCH, as Neo4j does for written labels",
		func(s *Statement, class string, neo, _ *cases.Answer) bool {
			return class == "counters" && neo.Failure == nil && dynamicAfter.MatchString(s.Text)
		}},
	{"nodes deleted while relationships are scanned", "Neo4j 5.26 plans no Eager between a scan of relationships and DETACH DELETE of their ends, so that later rows miss what earlier ones deleted",
		func(s *Statement, class string, neo, _ *cases.Answer) bool {
			return (class == "rows" || class == "counters") && neo.Failure == nil && scanDeleted.MatchString(s.Text)
		}},
	{"last digit in a text", "toString shows all digits of a float, and the last of tan() and its like is not determined",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			return class == "rows" && strings.Contains(s.Text, "toString(") && slices.Equal(rounded(texts(s, neo.Rows)), rounded(texts(s, ours.Rows)))
		}},
	{"length of a last digit", "the same where the length of such a text is taken",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && lengthOfDigits.MatchString(s.Text)
		}},
	{"shortestPath that no row reaches", "whether shortestPath meets a pair of equal ends, which is an error, depends on the plan when the pattern beside it has no match",
		func(_ *Statement, _ string, neo, ours *cases.Answer) bool {
			return equalEnds(neo) && ours.Failure == nil && empty(ours) || equalEnds(ours) && neo.Failure == nil && empty(neo)
		}},
	{"truth value for SKIP or LIMIT", "Neo4j finds at run time only that a type test is no number for LIMIT, and names a class of its own; we refuse the statement",
		func(_ *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && ours.Failure != nil && strings.HasPrefix(neo.Failure.Message, "Expected a numeric value for org.neo4j.")
		}},
	{"AND true of no truth value", "Neo4j drops AND true and OR false before it looks at the other side, and then gives back a value that is none, or fails at another row whose null it may not MERGE; we refuse it as without them",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return (strings.Contains(s.Wrong, "AND true") || strings.Contains(s.Wrong, "OR false")) && (neo.Failure == nil || strings.HasPrefix(neo.Failure.Message, "Cannot merge the following")) && ours.Failure != nil && strings.HasPrefix(ours.Failure.Message, "Don't know how to treat that as a predicate")
		}},
	{"names of earlier graphs", "db.labels and its like tell what the store has known since its start, and other workers' graphs share it",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && knownNames.MatchString(s.Text)
		}},
	{"an entity out of an OPTIONAL CALL without rows", "where OPTIONAL CALL finds no row, Neo4j 5.26 gives a node or a relationship without content for an import that the subquery returns beside aggregates; in ours it is null",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			if class != "rows" || !strings.Contains(s.Text, "OPTIONAL CALL (") {
				return false
			}
			n, o := texts(s, neo.Rows), texts(s, ours.Rows)
			for i := range n {
				n[i] = hollow.ReplaceAllString(n[i], "${1}null")
				if strings.Contains(s.Text, "keys(") {
					n[i] = strings.ReplaceAll(n[i], "bag[]", "null")
				}
			}
			slices.Sort(n)
			slices.Sort(o)
			return slices.Equal(n, o)
		}},
	{"groups of NaN", "Neo4j keeps a group for each NaN object it computes, one for a folded constant, as it compares them by identity; in ours NaN groups with NaN, as in DISTINCT of openCypher",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			if class != "rows" || !aggregates.MatchString(s.Text) && !strings.Contains(s.Text, "UNION") && !strings.Contains(s.Text, "DISTINCT") {
				return false
			}
			n, nans := withoutNaN(texts(s, neo.Rows))
			o, groups := withoutNaN(texts(s, ours.Rows))
			slices.Sort(n)
			slices.Sort(o)
			return groups > 0 && groups < nans && slices.Equal(n, o)
		}},
	{"NaN in a list of distinct values", "the same for collect(DISTINCT …)",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			if class != "rows" || !strings.Contains(s.Text, "collect(DISTINCT ") {
				return false
			}
			n, o := texts(s, neo.Rows), texts(s, ours.Rows)
			for i := range n {
				n[i] = severalNaN.ReplaceAllString(n[i], "NaN")
			}
			slices.Sort(n)
			slices.Sort(o)
			return slices.Equal(n, o)
		}},
	{"groups of NaN that are not shown", "the same where the rows that follow do not show the NaN: they come once for each of its groups",
		func(s *Statement, class string, neo, ours *cases.Answer) bool {
			if class != "rows" || !makesNaN.MatchString(s.Text) || !aggregates.MatchString(s.Text) || len(neo.Rows) <= len(ours.Rows) {
				return false
			}
			n, o := texts(s, neo.Rows), texts(s, ours.Rows)
			slices.Sort(n)
			slices.Sort(o)
			return slices.Equal(slices.Compact(n), slices.Compact(o))
		}},
	{"groups of NaN, aggregated again", "the same where an aggregate of what those groups gave follows",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && aggregatedNaN.MatchString(s.Text)
		}},
	{"distinct NaN that are counted", "the same for count(DISTINCT …), and for the size of such a list",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && strings.HasPrefix(s.Text, "UNWIND [") && strings.Contains(s.Text, "DISTINCT v") && strings.Count(s.Text, "0.0 / 0.0") > 1
		}},
	{"an unsupported unit that no row needs", "whether duration.inDays and duration.inMonths of times, which fail, are looked at depends on the plan when another predicate holds for no row, or compares them with null",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return unsupportedUnit(ours) && neo.Failure == nil && empty(neo) || unsupportedUnit(neo) && ours.Failure == nil && (empty(ours) || strings.Contains(s.Text, "null = duration.in"))
		}},
	{"CALL (*) in a subquery expression", "Neo4j 5.26 forgets what EXISTS { CALL (*) { … } } may refer to of the clauses around it; 2026.08 does not",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && ours.Failure == nil && starImport.MatchString(s.Text) &&
				(strings.HasPrefix(neo.Failure.Message, "Variable `") && strings.HasSuffix(neo.Failure.Message, "` not defined") || strings.Contains(neo.Failure.Message, "is shadowing a variable with the same name from the outer scope"))
		}},
	{"maps of null", "Neo4j takes {a: null} and some other maps, such as {b: 1 / 0.0}, for one value where it looks for distinct ones",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && strings.HasPrefix(s.Text, "UNWIND [") && strings.Contains(s.Text, "DISTINCT v") && strings.Contains(s.Text, ": null")
		}},
	{"minus zero", "Neo4j takes -0.0 for less than 0.0 in comparisons that it does not compute before the run, though they are equal; in ours it is not",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && (strings.Contains(s.Text, "-0.0") || strings.Contains(s.Literal(), "-0.0"))
		}},
	{"types of joined lists", "Neo4j computes the type of the elements of a list joined of two whose types it does not know to one of a few, by chance, and refuses all others before the run; ours stays open",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && ours.Failure == nil && strings.Contains(s.Text, " || ") && (strings.HasPrefix(neo.Failure.Message, "Type mismatch: expected ") || strings.HasPrefix(neo.Failure.Message, "Type mismatch: accumulator is "))
		}},
	{"a type above numbers", "Neo4j takes reduce() over a list joined with a parameter for a Number, which no function asks for by that name, and refuses it where numbers may stand",
		func(_ *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && ours.Failure == nil && strings.HasPrefix(neo.Failure.Message, "Type mismatch: expected ") && strings.HasSuffix(neo.Failure.Message, " but was Number")
		}},
	{"AND true of a list", "a list is true as a predicate unless it is empty; Neo4j drops AND true, OR false and XOR false before it looks at the other side, and gives back the list",
		func(s *Statement, class string, neo, _ *cases.Answer) bool {
			return class == "rows" && neutral.MatchString(s.Text)
		}},
	{"OR of what holds always", "Neo4j drops the other side of OR true, and of what it computes to true before the run, even where that side would fail",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure == nil && failsByRow(ours) && strings.Contains(s.Text, " OR (") && strings.Contains(s.Text, "NOT NULL)")
		}},
	{"DISTINCT behind a walk from no step on", "COUNT { MATCH (a)-[:R]->{,2}(b) RETURN DISTINCT b.s AS x } counts a value again in Neo4j 5.26 when it is that of the first node; with * before DISTINCT or outside a subquery it does not",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return class == "rows" && distinctWalk.MatchString(s.Text)
		}},
	{"rtrim of all", "Neo4j keeps the first byte of a text of which rtrim with characters would cut off all, if it was sent and not stored",
		func(s *Statement, class string, _, _ *cases.Answer) bool {
			return (strings.HasSuffix(class, "rows") || class == "counters") && cutsEnd.MatchString(s.Text)
		}},
	{"a name of its own", "Neo4j 5.26 loses a variable that it has named itself, such as `  r11@23`",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure != nil && ours.Failure == nil && strings.HasPrefix(neo.Failure.Message, "Variable `  ")
		}},
	{"duration by zero", "Neo4j makes an empty duration of P1D / 0.0, and refuses P1M / 0.0; ours refuses both",
		func(_ *Statement, _ string, neo, ours *cases.Answer) bool {
			return neo.Failure == nil && ours.Failure != nil && (strings.HasPrefix(ours.Failure.Message, "Can not divide duration ") || strings.HasPrefix(ours.Failure.Message, "Can not multiply duration "))
		}},
	{"LIMIT 0", "whether an expression before a LIMIT 0 is ever looked at depends on the plan; this allows one side to fail where the other found nothing",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return strings.Contains(s.Text, "LIMIT 0") && (failsByRow(neo) && ours.Failure == nil && empty(ours) || failsByRow(ours) && neo.Failure == nil && empty(neo))
		}},
	{"a failing expression that no row needs", "whether an expression that fails is ever looked at depends on the plan when the pattern beside it has no match; this allows one side to fail where the other found nothing",
		func(s *Statement, _ string, neo, ours *cases.Answer) bool {
			return strings.HasPrefix(s.Wrong, "expression") && (neo.Failure == nil && empty(neo) || ours.Failure == nil && empty(ours)) ||
				strings.Contains(s.Text, "WHERE") && (failsByRow(neo) && ours.Failure == nil && empty(ours) || failsByRow(ours) && neo.Failure == nil && empty(neo))
		}},
}

// takenOut takes out of a text, or out of the literal of a parameter, what a rule is
// about, by the name of the rule. A rule that looks at the text alone holds for a
// read only if both sides agree on what is left. The others look at the answers, or
// have nothing that can be taken out.
var takenOut = map[string]func(text string) string{
	"allShortestPaths before OPTIONAL MATCH":          replaced(") OPTIONAL MATCH", ") WITH * OPTIONAL MATCH"),
	"range that goes the other way":                   func(text string) string { return steppedRange.ReplaceAllString(text, "range($1, $2)") },
	"index into COLLECT":                              func(text string) string { return minusOfIndex.ReplaceAllString(text, "$1") },
	"walk of no step in a subquery of OPTIONAL MATCH": replaced("*0..", "*1.."),
	"OR of a COUNT in OPTIONAL MATCH":                 replaced("OPTIONAL MATCH", "MATCH"),
	"COLLECT up to an item from its end":              replaced("..-", ".."),
	"groups of NaN, aggregated again":                 withoutNaNs,
	"distinct NaN that are counted":                   withoutNaNs,
	"maps of null":                                    replaced(": null", ": 0"),
	"length of a last digit":                          func(text string) string { return inexact.ReplaceAllString(text, "abs(") },
	"minus zero":                                      replaced("-0.0", "0.0"),
	"types of joined lists":                           replaced(" || ", " = "),
	"AND true of a list":                              func(text string) string { return neutral.ReplaceAllString(text, "") },
	"OR of what holds always":                         replaced(" OR ", " XOR "),
	"DISTINCT behind a walk from no step on":          replaced("DISTINCT ", ""),
	"rtrim of all":                                    strings.NewReplacer("rtrim(", "ltrim(", "TRAILING ", "LEADING ").Replace,
}

// empty tells whether an answer holds nothing but counts of nothing.
func empty(a *cases.Answer) bool {
	for _, row := range a.Rows {
		for _, v := range row {
			if v.Kind() != graph.KindInt || v.AsInt() != 0 {
				return false
			}
		}
	}
	return true
}

func unsupportedUnit(a *cases.Answer) bool {
	return a.Failure != nil && strings.HasPrefix(a.Failure.Message, "Unsupported unit: ")
}

// equalEnds tells whether a statement failed because shortestPath met equal ends.
func equalEnds(a *cases.Answer) bool { return a.Failure != nil && a.Failure.GQL == "51N23" }

// rounded gives rows, sorted, with nine digits behind the point of each float at most.
func rounded(rows []string) []string {
	for i, row := range rows {
		rows[i] = longFloat.ReplaceAllString(row, "$1")
	}
	slices.Sort(rows)
	return rows
}

// multiples tells whether rows that end with a count differ in nothing else, and
// whether each count of more is that of the same row of fewer some times over.
func multiples(more, fewer []string) bool {
	counts := map[string]int{}
	split := func(row string) (string, int) {
		i := strings.LastIndex(row, " | ")
		return row[:max(i, 0)], atoi(strings.TrimPrefix(row[max(i, 0):], " | "))
	}
	for _, row := range fewer {
		rest, n := split(row)
		counts[rest] = n
	}
	for _, row := range more {
		rest, n := split(row)
		if counts[rest] == 0 || n%counts[rest] != 0 {
			return false
		}
	}
	return len(more) == len(fewer)
}

// withoutNaN leaves out the rows that show a NaN, and counts them.
func withoutNaN(rows []string) (rest []string, left int) {
	for _, row := range rows {
		if strings.Contains(row, "NaN") {
			left++
		} else {
			rest = append(rest, row)
		}
	}
	return rest, left
}

var aggregates = regexp.MustCompile(`(?i)\b(count|sum|avg|min|max|collect|stDev|stDevP|percentileCont|percentileDisc)\(`)

var innerWhere = regexp.MustCompile(`\{\w+: [^}]*(COUNT|EXISTS|COLLECT) \{[^}]*[(\[]\w*(:[^ )]*)? WHERE`)

// failsByRow tells whether a statement failed because of the values of a row.
func failsByRow(a *cases.Answer) bool {
	return a.Failure != nil && (atRunTime(a.Failure.Code) || strings.HasPrefix(a.Failure.Message, "Cannot merge the following") || strings.HasPrefix(a.Failure.Message, "Text cannot be parsed to a "))
}

// atRunTime tells whether an error of this code is one of a row.
func atRunTime(code string) bool {
	switch code {
	case status.TypeError, status.ArgumentError, status.ArithmeticError, status.EntityNotFound, status.ExecutionFailed:
		return true
	}
	return false
}

var (
	quantifiedPath = regexp.MustCompile(`\)\(\(.*\)\)(\{[0-9,]+\}|[+*])`)
	orOfCount      = regexp.MustCompile(`OPTIONAL MATCH [^|]* WHERE [^{]*\bOR\b[^{]*COUNT \{`)
	collectUpTo    = regexp.MustCompile(`COLLECT \{.*\}\)?\[[^\]]*\.\.-`)
)

var walkInSubquery = regexp.MustCompile(`(COUNT|EXISTS|COLLECT) \{ [^}]*\*0\.\.`)

var (
	aggregatedNaN  = regexp.MustCompile(`WITH [^{]*0\.0 / 0\.0[^{]*\b(count|sum|avg|min|max|collect)\(.*\b(sum|avg|stDevP?|percentile\w+|count|collect)\(`)
	makesNaN       = regexp.MustCompile(`0\.0 / 0\.0|\b(log|log10|sqrt|acos|asin)\(`)
	severalNaN     = regexp.MustCompile(`NaN(,? NaN)+`)
	hollow         = regexp.MustCompile("(^| \\| )(\\(\\)|\\[:``\\])")
	longFloat      = regexp.MustCompile(`(\d\.\d{9})\d+`)
	scanDeleted    = regexp.MustCompile(`^(OPTIONAL )?MATCH (\w+ = )?\(\w*\)<?-\[\w*:[^\]]*\]->?\(\w*\) DETACH DELETE`)
	dynamicAfter   = regexp.MustCompile(`MATCH .*\(\w*:.*\b(SET|REMOVE) .*\b(SET|REMOVE) \w+:\$`)
	alternatives   = regexp.MustCompile(`\(\w*:[^)]*\|`)
	doubledPaths   = regexp.MustCompile(`= allShortestPaths\(\([^)]*\)<?-[^-]*->?\([^)]*\)\) OPTIONAL MATCH`)
	steppedRange   = regexp.MustCompile(`range\((-?\d+), (-?\d+), (-?\d+)\)`)
	collectFromEnd = regexp.MustCompile(`COLLECT \{.*\}\)?\[-`)
	removesLabel   = regexp.MustCompile(`(REMOVE|SET) [^)]*\w(:| IS )`)
)

var (
	minusOfIndex       = regexp.MustCompile(`(\}\)?\[)-`)
	neutral            = regexp.MustCompile(` (AND true|OR false|XOR false)\b|\b(true AND|false OR|false XOR) `)
	distinctWalk       = regexp.MustCompile(`(COUNT|EXISTS|COLLECT) \{.*(\{0?,\d\}|\*0\.\.).*DISTINCT `)
	cutsEnd            = regexp.MustCompile(`rtrim\([^()]*(\([^()]*\)[^()]*)*,|TRAILING '`)
	starImport         = regexp.MustCompile(`\b(COUNT|EXISTS|COLLECT) \{.*CALL \(\*\) \{`)
	aggregatedInside   = regexp.MustCompile(`(?i)\b(COUNT|EXISTS|COLLECT) \{.*\b(count|sum|avg|min|max|collect|stDevP?|percentile\w+)\(.*\}`)
	aggregateMisplaced = regexp.MustCompile("^(Can't use aggregate functions inside of aggregate functions|Can't use aggregating expressions inside of|Aggregation column contains implicit grouping expressions|Cannot use aggregation in ORDER BY)")
	deepType           = regexp.MustCompile(`'LIST<[^']*LIST<[^']*LIST<`)
	listType           = regexp.MustCompile(`'LIST<[^']*'`)
)

var (
	inexact        = regexp.MustCompile(`\b(exp|log|log10|a?sin|a?cos|a?tan|cot|sinh|cosh|tanh|coth|haversin|sqrt|degrees|radians)\(`)
	lengthOfDigits = regexp.MustCompile(`\b(size|char_length|character_length)\(toString\(.*` + inexact.String())
)

var knownNames = regexp.MustCompile(`^CALL db\.(labels|relationshipTypes|propertyKeys)\b`)

var partsOfPath = regexp.MustCompile(`WITH .* WHERE .*((nodes|relationships)\(p\d|\{.*WITH [^}]*\bp\d)`)

var (
	importedPath = regexp.MustCompile(`\b(COUNT|EXISTS|COLLECT) \{.*CALL \{ WITH [^}]*\bp[0-9]+\b`)
	lostVariable = regexp.MustCompile("^Variable `[^`]*` not defined$")
)

var lostPath = regexp.MustCompile("^Variable `(p|  UNNAMED)[0-9]+` not defined$")

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

// replaced gives what writes new in place of old.
func replaced(old, new string) func(string) string {
	return func(text string) string { return strings.ReplaceAll(text, old, new) }
}

var withoutNaNs = replaced("0.0 / 0.0", "7.25")

// explain gives the first rule that allows a difference, nil for none.
func explain(s *Statement, class string, neo, ours *cases.Answer) *rule {
	for i := range rules {
		if rules[i].holds(s, class, neo, ours) {
			return &rules[i]
		}
	}
	return nil
}

// reduced gives s without what r is about; nil where r looks at the answers, or
// where what is left would be played on a graph that s has changed.
func (r *rule) reduced(s *Statement) *Statement {
	take := takenOut[r.name]
	if take == nil || s.Writes {
		return nil
	}
	rest := *s
	rest.Text = take(s.Text)
	rest.Params = make([]string, len(s.Params))
	for i, p := range s.Params {
		rest.Params[i] = take(p)
	}
	if rest.Text == s.Text && slices.Equal(rest.Params, s.Params) {
		return nil
	}
	return &rest
}
