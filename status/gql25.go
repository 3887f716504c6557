package status

import "strings"

// InVersion gives an error as a version of the language tells it: Cypher25 from 25 on.
// One that is no *Error stays as it is.
func InVersion(version int, err error) error {
	if e := As(err); e != nil && version >= 25 {
		return e.Cypher25()
	}
	return err
}

// Cypher25 gives e the GQLSTATUS and the cause that it has in Cypher 25, in its
// words, where Cypher 5 had a status for few of its syntax errors.
func (e *Error) Cypher25() *Error {
	if e == nil || e.Newer {
		return e
	}
	if e.In25 != nil {
		n := e.In25()
		c := *e.With(n.GQLStatus, n.Cause)
		c.Code, c.Explanation, c.Newer = n.Code, n.Explanation, true
		return &c
	}
	if e.GQLStatus != "50N42" {
		return e.restated()
	}
	c := *e.caused25()
	c.Newer = true
	return &c
}

// restated gives an error that Cypher 5 has a GQLSTATUS for as Cypher 25 words it.
func (e *Error) restated() *Error {
	c := *e
	c.Newer = true
	c.Explanation = restate(c.GQLStatus, c.Explanation)
	c.Cause = nil
	if e.Cause != nil {
		c.Cause = e.Cause.restated()
	}
	return &c
}

// restate words an explanation of Cypher 5 as Cypher 25 does.
func restate(gql, text string) string {
	switch gql {
	case "42I13":
		return strings.ReplaceAll(text, "\n\n", " ")
	case "42I38":
		return strings.Replace(text, "'RETURN ...'", "'RETURN...'", 1)
	case "42N31":
		return strings.Replace(text, "to be INTEGER in", "to be INTEGER NOT NULL in", 1)
	case "42N39":
		if strings.HasPrefix(text, "All subqueries in a UNION") {
			return "All UNION subqueries must have the same return column names. Use `AS` to ensure columns have the same name."
		}
	}
	return text
}

// conditions25 are the descriptions that are others in Cypher 25.
var conditions25 = map[string]string{
	"42I38": "syntax error or access rule violation - invalid position of clause",
	"42N39": "syntax error or access rule violation - incompatible return column names",
}

// caused25 gives an error for which Cypher 5 has no GQLSTATUS its own.
func (e *Error) caused25() *Error {
	message := first(e.Message)
	if parts, ok := wildcards("* with id * has been deleted in this transaction", message); ok {
		return e.With("25N13", nil).Explained("A " + strings.ToLower(parts[0]) + " was accessed after being deleted in this transaction. Verify the transaction statements.")
	}
	if strings.HasPrefix(message, "Cannot delete node") && e.Code == ConstraintValidationFailed {
		return e.With("G1001", nil)
	}
	for _, k := range causes25 {
		parts, ok := wildcards(k.message, message)
		if !ok {
			continue
		}
		text := k.text
		for i, p := range parts {
			text = strings.ReplaceAll(text, "$"+string(rune('1'+i)), p)
		}
		return e.With(wholeOf(k.gql), Because(k.gql, "%s", text))
	}
	return e.failed25()
}

// wholeOf gives the GQLSTATUS of an error by that of its cause.
func wholeOf(cause string) string {
	switch cause {
	case "22N31":
		return "22G03"
	case "22N30", "22N11":
		return "22007"
	case "22N28":
		return "22012"
	case "22N15":
		return "22G05"
	}
	if cause[0] == '2' {
		return "22000"
	}
	return "42001"
}

// failed25 gives the errors of what failed, by their whole, as Cypher 25 tells them.
func (e *Error) failed25() *Error {
	if parts, ok := wildcards("Invalid input for '*()': *", e.Message); ok && strings.HasPrefix(parts[0], "vector.similarity.") {
		return e.With("22N38", nil).Explained("Invalid argument to the function " + parts[0] + ".")
	}
	parts, ok := wildcards("Failed to invoke procedure `*`: Caused by: *", e.Message)
	if !ok {
		return e
	}
	text := "Execution of the procedure " + parts[0] + "() failed"
	return e.With("52N37", Because("52U00", "%s due to %s.", text, strings.TrimSuffix(parts[1], "."))).Explained(text + ".")
}

// causes25 are the causes of the syntax errors of Cypher 25 by their messages,
// where a * stands for anything and $1 for what the first of them stood for.
// Source: the errors of Neo4j 2026.08.
var causes25 = []struct{ message, gql, text string }{
	{"Invalid input '*': expected four hexadecimal digits *", "42I47", "Parser Error: Invalid input '$1': expected four hexadecimal digits $2."},
	{"Invalid input '*': expected *", "42I06", "Invalid input '$1', expected: $2."},
	{"Invalid input '*'", "42I06", "Invalid input '$1'."},
	{"Constraint type '*' does not allow multiple properties", "42N16", "Only single property '$1' constraints are supported."},
	{"Only single property * indexes are supported", "42N16", "Only single property $1 indexes are supported."},
	{"Variable `*` not defined", "42N62", "Variable `$1` not defined."},
	{"Variable `*` already declared", "42N59", "Variable `$1` already declared."},
	{"Variable `*` already declared in outer scope", "42N07", "The variable `$1` is shadowing a variable with the same name from the outer scope and needs to be renamed."},
	{"The variable `*` is shadowing *", "42N07", "The variable `$1` is shadowing $2."},
	{"Multiple result columns with the same name are not supported", "42N38", "Return items must have unique names."},
	{"Unknown function '*'", "42N48", "The function $1() was not found. Verify that the spelling is correct."},
	{"Invalid use of aggregating function *(...) in this context", "42I24", "Aggregate expression '$1(...)' is not allowed in this context."},
	{"Can't use aggregate functions inside of aggregate functions.", "42I24", "An aggregate expression is not allowed in this context."},
	{"Can't use non-deterministic (random) functions inside of aggregate functions.", "22N34", "Cannot use non-deterministic function inside an aggregate function."},
	{"Parameter maps cannot be used in `*` patterns *", "42N32", "Parameter maps cannot be used in '$1' patterns. Use a literal map instead."},
	{"Dynamic graph lookup not allowed here. *", "42N72", "Calling graph functions is only supported on composite databases. Use the name directly or connect to a composite database with the desired constituents."},
	{"USE clause must be either *", "42N73", "The USE clause must be the first clause of a query or an operand to '... UNION ...' . In a CALL sub-query, it can also be the second clause if the first clause is an importing WITH."},
	{"All types in a Closed Dynamic Union must *", "42N63", "All inner types in a Closed Dynamic Union must be nullable, or be appended with 'NOT NULL'."},
	{"Unknown operation '!=' *", "42I49", "Unknown inequality operator '!='. The operator for inequality in Cypher is '<>'."},
	{"Failed to parse string literal. *", "42I19", "Failed to parse string literal. $1"},
	{"A quantifier for a path pattern must not have a lower bound *", "42I17", "A quantifier must not have a lower bound greater than the upper bound."},
	{"Quantified path patterns are not allowed to be nested.", "42I12", "Quantified path patterns cannot be nested."},
	{"A quantified path pattern needs to have at least one relationship.*", "42N64", "A quantified or parenthesized path pattern must have at least one node or relationship pattern."},
	{"A top-level path pattern in a `MATCH` clause *", "42N64", "A quantified or parenthesized path pattern must have at least one node or relationship pattern."},
	{"Assigning a path in a quantified path pattern *", "42N34", "Path cannot be bound in a quantified path pattern."},
	{"Variable length relationships cannot be part of *", "42I41", "Variable length relationships cannot be used in $1"},
	{"Variable length relationships must not use relationship type expressions.", "42I41", "Variable length relationships cannot be used in combination with relationship type expressions."},
	{"Variable length relationships cannot be used in *", "42I41", "Variable length relationships cannot be used in $1."},
	{"Juxtaposition is currently only supported *", "42I46", "Node pattern pairs are only supported for quantified path patterns."},
	{"Path selectors such as `*` cannot be used in a * clause, *", "42I04", "'$1' cannot be used in a $2 clause."},
	{"Quantified path patterns cannot be used in a * clause, *", "42I04", "A quantified path pattern cannot be used in a $1 clause."},
	{"Mixing label expression symbols * expressed as *.", "42I10", "Mixing label expression symbols (`|`, `&`, `!`, and `%`) with colon (`:`) between labels is not allowed. This expression could be expressed as `$2`."},
	{"A pattern expression should only be used * inside the function size(), *", "42I52", "A pattern expression should only be used $1 inside the function size(), $2"},
	{"A pattern expression should only be used *", "42I34", "A pattern expression can only be used to test the existence of a pattern. Use a pattern comprehension instead."},
	{"Relationship pattern predicates are not supported for variable-length relationships.", "42N37", "Relationship pattern predicates cannot be use in variable length relationships."},
	{"*(...) does not support a minimal length different from 0 or 1", "42I08", "The lower bound of the variable length relationship used in the $1() function must be 0 or 1."},
	{"*(...) contains properties *", "42N56", "Properties are not supported in the $1() function."},
	{"FINISH can only be used at the end of the query.", "42I38", "'FINISH...' can only be used at the end of a query or subquery."},
	{"* Expression cannot contain a query ending with FINISH.", "42I57", "$1 Expression cannot contain a query ending with FINISH."},
	{"In a WITH/RETURN with DISTINCT or an aggregation, it is not possible to access variables declared before the WITH/RETURN: *", "42N44", "It is not possible to access the variable `$1` declared before the RETURN clause when using `DISTINCT`, an aggregation, or a `GROUP BY` clause."},
	{"It is not allowed to * in *, so that the value for * can be statically calculated.", "42N28", "Only statically inferrable patterns and variables are allowed in '$3'."},
	{"It is not allowed to use patterns in the expression for *, so that *", "42N28", "Only statically inferrable patterns and variables are allowed in '$1'."},
	{"Invalid use of DISTINCT with function '*'", "42I27", "`DISTINCT` cannot be used with the $1() function."},
	{"Importing WITH should consist only of simple references to outside variables. * is not allowed.", "42I28", "Importing WITH can consist only of direct references to outside variables. '$1' is not allowed."},
	{"Importing WITH should consist only of *", "42I28", "Importing WITH can consist only of direct references to outside variables."},
	{"The property existence syntax *", "42I52", "The property existence syntax $1"},
	{"REPORT STATUS can only be used when *", "42I36", "'REPORT STATUS' can only be used when specifying 'ON ERROR CONTINUE' or 'ON ERROR BREAK'."},
	{"CALL { ... } IN TRANSACTIONS nested in a regular CALL is not supported", "42N58", "Nested 'CALL { ... } IN TRANSACTIONS is not supported."},
	{"Nested CALL { ... } IN TRANSACTIONS is not supported", "42N58", "Nested 'CALL { ... } IN TRANSACTIONS is not supported."},
	{"CALL { ... } IN TRANSACTIONS in a UNION is not supported", "42N47", "'CALL { ... } IN TRANSACTIONS' is not supported in '... UNION ...'."},
	{"Label expressions in patterns are not allowed in *, but *", "42I30", "Label expressions cannot be used in '$1'."},
	{"Exactly one relationship type must be specified for *. Did *", "42I14", "Exactly one relationship type must be specified for `$1`."},
	{"A single relationship type must be specified for *", "42I14", "Exactly one relationship type must be specified for `$1`."},
	{"Only directed relationships are supported in *", "42I56", "Only directed relationships are supported in `$1`."},
	{"* pattern predicates are not allowed in *, but *", "42I32", "Node and relationship pattern predicates cannot be used in $2. They can only be used in a `MATCH` clause or inside a pattern comprehension."},
	{"Colon `:` conjunction is not allowed in INSERT. *", "42I54", "`Colon `:` conjunction is` not allowed in `INSERT`. Use `CREATE` or 'conjunction with ampersand `&` instead'."},
	{"Named patterns are not allowed in `INSERT`. *", "42I54", "`Named patterns are` not allowed in `INSERT`. Use `CREATE` or 'remove the name'."},
	{"Null is not a valid token name. *", "42I11", "A label name cannot be empty or contain any null-bytes: 'Null'."},
	{"'*' is not a valid token name. *", "42I11", "A label name cannot be empty or contain any null-bytes: '$1'."},
	{"Dynamic labels using `$any()` are not allowed in *", "42I55", "Dynamic labels using `$any()` are not allowed in `CREATE`."},
	{"DELETE doesn't support removing labels from a node. *", "42I26", "'DELETE ...' does not support removing labels from a node. Use 'REMOVE ...' instead."},
	{"Failed to parse comment. *", "42I02", "Failed to parse comment. A comment starting with '/*' must also have a closing '*/'."},
	{"Expected exactly one statement per query but got: *", "42I15", "Expected exactly one statement per query but got: $1."},
	{"Cannot merge the following * because of null property value for '*': *", "22N31", "The $1 property `$2` in '$3' is invalid. 'MERGE' cannot be used with a graph element property value that is null."},
	{"/ by zero", "22N28", "The result of the operation '/ by zero' has caused an overflow."},
	{"Cannot use `YIELD *` outside standalone call", "42I43", "'YIELD *' can only be used with a standalone procedure call."},
	{"reduce(...) requires '| expression' (an accumulation expression)", "42N41", "The reduce function requires a '| expression' after the accumulator."},
	{"Mixing variable-length relationships ('-[*]-') with *", "42I41", "Variable length relationships cannot be used in combination with quantified relationships ('()-->*()') or quantified path patterns ('(()-->())*')."},
	{"A *(...) requires bound nodes when not part of a MATCH clause.", "42N65", "The $1() function requires bound node variables when it is not part of a 'MATCH ...'."},
	{"Procedure call is missing parentheses: *", "42N36", "Procedure call is missing parentheses."},
	{"Procedure call inside a query does not support passing arguments implicitly. *", "42N36", "Procedure call is missing parentheses."},
	{"At least one temporal unit must be specified.", "22N30", "At least one temporal unit must be specified."},
	{"Invalid value for MonthOfYear *", "22N11", "Invalid argument: cannot process 'month'."},
	{"Invalid value for DayOfMonth *", "22N11", "Invalid argument: cannot process 'day'."},
	{"Invalid date *", "22N11", "Invalid argument: cannot process 'day'."},
	{"Invalid value for HourOfDay *", "22N11", "Invalid argument: cannot process 'hour'."},
	{"Invalid value for MinuteOfHour *", "22N11", "Invalid argument: cannot process 'minute'."},
	{"Invalid value for SecondOfMinute *", "22N11", "Invalid argument: cannot process 'second'."},
	{"Invalid value for WeekOfWeekBasedYear *", "22N11", "Invalid argument: cannot process 'week'."},
	{"Unknown coordinate reference system: *", "22N21", "Unsupported coordinate reference system (CRS): $1."},
	{"Invalid URL '*': *", "22N43", "Could not load external resource from $1."},
	{"Cannot load from URL '*': *", "22N43", "Could not load external resource from $1."},
	{"Graph not found: *", "42N00", "A graph reference with the name `$1` was not found. Verify that the spelling is correct."},
	{"There is no procedure with the name `*` *", "42N08", "The procedure $1() was not found. Verify that the spelling is correct."},
}

// wildcards matches text with a pattern in which * stands for anything, and
// gives what each of them stood for.
func wildcards(pattern, text string) ([]string, bool) {
	pieces := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(text, pieces[0])
	if !ok {
		return nil, false
	}
	var out []string
	for i, piece := range pieces[1:] {
		if last := i == len(pieces)-2; last {
			part, ok := strings.CutSuffix(rest, piece)
			return append(out, part), ok
		}
		part, after, ok := strings.Cut(rest, piece)
		if !ok {
			return nil, false
		}
		out, rest = append(out, part), after
	}
	return out, rest == ""
}

// first gives a message without the place that stands behind it, or how many
// transactions were committed before.
func first(message string) string {
	text, _, _ := strings.Cut(message, " (line ")
	text, _, _ = strings.Cut(text, " (Transactions committed: ")
	return text
}
