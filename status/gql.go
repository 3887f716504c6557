package status

import (
	"fmt"
	"strings"
)

// conditions are the standard descriptions of the GQLSTATUS codes this project
// returns, as "condition - subcondition". Source: the Neo4j status codes
// manual, section "List of GQLSTATUS error codes".
var conditions = map[string]string{
	"08007": "connection exception - transaction resolution unknown",
	"22000": "data exception",
	"22003": "data exception - numeric value out of range",
	"22007": "data exception - invalid date, time, or datetime format",
	"22012": "data exception - division by zero",
	"22G03": "data exception - invalid value type",
	"22G05": "data exception - invalid date, time, or datetime function field name",
	"22N00": "data exception - unsupported value",
	"22N01": "data exception - invalid type",
	"22N03": "data exception - specified numeric value out of range",
	"22N04": "data exception - invalid input value",
	"22N05": "data exception - input failed validation",
	"22N07": "data exception - invalid pre-parser option key",
	"22N09": "data exception - conflicting pre-parser combination",
	"22N10": "data exception - invalid pre-parser option value",
	"22N11": "data exception - invalid argument",
	"22N12": "data exception - invalid date, time, or datetime format",
	"22015": "data exception - interval field overflow",
	"22N13": "data exception - invalid time zone",
	"22N14": "data exception - invalid temporal value combination",
	"22N19": "data exception - invalid spatial value",
	"22N20": "data exception - invalid spatial value dimensions",
	"22N22": "data exception - invalid spatial value combination",
	"22N24": "data exception - invalid coordinate arguments",
	"22N25": "data exception - invalid temporal arguments",
	"22N28": "data exception - overflow error",
	"22NBG": "data exception - invalid vector coordinates",
	"42I53": "syntax error or access rule violation - unsupported coordinate type",
	"42I65": "syntax error or access rule violation - invalid pattern character",
	"42I68": "syntax error or access rule violation - mismatched pattern",
	"42N48": "syntax error or access rule violation - no such function",
	"42NAP": "syntax error or access rule violation - unsupported trim specification",
	"22N23": "data exception - invalid latitude value",
	"22N26": "data exception - unsupported rounding mode",
	"22N27": "data exception - invalid entity type",
	"22N31": "data exception - invalid properties in merge pattern",
	"22N35": "data exception - invalid date format",
	"22N36": "data exception - invalid temporal format",
	"22N40": "data exception - non-assignable temporal component",
	"22G06": "data exception - invalid date, time, or datetime function field value",
	"22N37": "data exception - invalid coercion",
	"22N38": "data exception - invalid function argument",
	"22N65": "data exception - constraint already exists",
	"22N66": "data exception - conflicting constraint already exists",
	"22N67": "data exception - duplicated constraint name",
	"22N69": "data exception - index does not exist",
	"22N70": "data exception - index already exists",
	"22N71": "data exception - index with the same name already exists",
	"22N73": "data exception - constraint conflicts with existing index",
	"22N77": "data exception - property presence verification failed",
	"22N90": "data exception - property type unsupported in constraint",
	"22NB1": "data exception - type mismatch",
	"25N02": "invalid transaction state - unable to complete transaction",
	"25N14": "invalid transaction state - transaction termination client error",
	"42I04": "syntax error or access rule violation - invalid expression",
	"42I24": "syntax error or access rule violation - invalid use of aggregate function",
	"42I29": "syntax error or access rule violation - invalid use of IS",
	"42I48": "syntax error or access rule violation - invalid use of a subquery in MERGE",
	"42I58": "syntax error or access rule violation - invalid entity reference",
	"42N08": "syntax error or access rule violation - no such procedure",
	"42N17": "syntax error or access rule violation - unsupported request",
	"42N20": "syntax error or access rule violation - empty list range operator",
	"42N38": "syntax error or access rule violation - duplicate return item name",
	"42N42": "syntax error or access rule violation - unsupported sub-path binding",
	"42N53": "syntax error or access rule violation - unsafe usage of repeatable elements",
	"42N59": "syntax error or access rule violation - variable already defined",
	"42N60": "syntax error or access rule violation - unsupported combination of match mode and path mode",
	"42N61": "syntax error or access rule violation - unsupported mixing of different path modes",
	"42N62": "syntax error or access rule violation - variable not defined",
	"42N70": "syntax error or access rule violation - function without required WHERE clause",
	"42N7A": "syntax error or access rule violation - disjoint by requires concurrent transactions",
	"51N26": "system configuration or operation exception - not supported in this version",
	"42I07": "syntax error or access rule violation - invalid integer literal",
	"42I08": "syntax error or access rule violation - invalid lower bound",
	"42I10": "syntax error or access rule violation - invalid label expression",
	"42I11": "syntax error or access rule violation - invalid name",
	"42I12": "syntax error or access rule violation - invalid nesting of quantified path patterns",
	"42I14": "syntax error or access rule violation - invalid number of relationship types",
	"42I17": "syntax error or access rule violation - invalid quantifier",
	"42I19": "syntax error or access rule violation - invalid string literal",
	"42I26": "syntax error or access rule violation - invalid DELETE",
	"42I27": "syntax error or access rule violation - invalid use of DISTINCT with non-aggregate function",
	"42I28": "syntax error or access rule violation - invalid use of importing WITH",
	"42I30": "syntax error or access rule violation - invalid use of label expressions",
	"42I32": "syntax error or access rule violation - invalid use of node and relationship pattern predicate",
	"42I34": "syntax error or access rule violation - invalid use of pattern expression",
	"42I36": "syntax error or access rule violation - invalid use of REPORT STATUS",
	"42N25": "syntax error or access rule violation - missing YIELD",
	"42N41": "syntax error or access rule violation - missing |-expression",
	"42N65": "syntax error or access rule violation - node variable not bound",
	"22N15": "data exception - invalid temporal component",
	"G1001": "dependent object error - edges still exist",
	"42I41": "syntax error or access rule violation - invalid use of variable length relationship",
	"42I46": "syntax error or access rule violation - invalid use of a node pattern pair",
	"42I49": "syntax error or access rule violation - invalid inequality operator",
	"42I52": "syntax error or access rule violation - no longer valid syntax",
	"42I54": "syntax error or access rule violation - invalid use of `INSERT`",
	"42I55": "syntax error or access rule violation - invalid use of dynamic label or type",
	"42I56": "syntax error or access rule violation - invalid relationship direction",
	"42I57": "syntax error or access rule violation - invalid query ending",
	"42N28": "syntax error or access rule violation - patterns or variables not statically inferrable",
	"42N32": "syntax error or access rule violation - invalid use of parameter map",
	"42N34": "syntax error or access rule violation - path bound in quantified path pattern",
	"42N37": "syntax error or access rule violation - invalid use of relationship pattern predicates in variable length relationships",
	"42N44": "syntax error or access rule violation - inaccessible variable",
	"42N47": "syntax error or access rule violation - invalid use of UNION and CALL IN TRANSACTIONS",
	"42N56": "syntax error or access rule violation - unsupported use of properties",
	"42N58": "syntax error or access rule violation - unsupported use of nesting",
	"42N63": "syntax error or access rule violation - inner type with different nullability",
	"42N64": "syntax error or access rule violation - at least one node or relationship required",
	"42N72": "syntax error or access rule violation - graph function only supported on composite databases",
	"42N73": "syntax error or access rule violation - invalid placement of USE clause",
	"22N34": "data exception - invalid use of aggregate function",
	"42I63": "syntax error or access rule violation - wrong subclause order",
	"42001": "syntax error or access rule violation - invalid syntax",
	"42I01": "syntax error or access rule violation - invalid FOREACH",
	"42I05": "syntax error or access rule violation - invalid FIELDTERMINATOR",
	"42I06": "syntax error or access rule violation - invalid input",
	"42I13": "syntax error or access rule violation - invalid number of procedure or function arguments",
	"42I18": "syntax error or access rule violation - invalid reference to implicitly grouped expressions",
	"42I20": "syntax error or access rule violation - invalid symbol in expression",
	"42I25": "syntax error or access rule violation - invalid use of CALL IN TRANSACTIONS",
	"42I37": "syntax error or access rule violation - invalid use of RETURN *",
	"42I38": "syntax error or access rule violation - invalid use of RETURN",
	"42I40": "syntax error or access rule violation - invalid use of UNION and UNION ALL",
	"42I45": "syntax error or access rule violation - invalid use of multiple path patterns",
	"42N14": "syntax error or access rule violation - invalid use of command",
	"42N02": "syntax error or access rule violation - writing in read access mode",
	"42N07": "syntax error or access rule violation - variable shadowing",
	"42N21": "syntax error or access rule violation - unaliased return item",
	"42N22": "syntax error or access rule violation - single return column required",
	"42N24": "syntax error or access rule violation - missing WITH",
	"42N29": "syntax error or access rule violation - unbound variables in pattern expression",
	"42N31": "syntax error or access rule violation - specified number out of range",
	"42N39": "syntax error or access rule violation - incompatible return columns",
	"42N40": "syntax error or access rule violation - single relationship pattern required",
	"42N45": "syntax error or access rule violation - unexpected end of input",
	"42N57": "syntax error or access rule violation - invalid use of data-modifications in expressions",
	"42N71": "syntax error or access rule violation - incomplete query",
	"42N76": "syntax error or access rule violation - unfulfillable hints",
	"42N77": "syntax error or access rule violation - missing hint predicate",
	"42NA5": "syntax error or access rule violation - accessing multiple graphs only supported on composite databases",
	"42NFF": "syntax error or access rule violation - permission/access denied",
	"50N00": "general processing exception - internal error",
	"50N05": "general processing exception - deadlock detected",
	"50N09": "general processing exception - invalid server state transition",
	"50N11": "general processing exception - constraint creation failed",
	"50N12": "general processing exception - index drop failed",
	"50N13": "general processing exception - constraint drop failed",
	"42N50": "syntax error or access rule violation - procedure return column not defined",
	"42I43": "syntax error or access rule violation - invalid use of YIELD *",
	"42N36": "syntax error or access rule violation - procedure call without parentheses",
	"22N30": "data exception - missing temporal unit",
	"22N21": "data exception - unsupported coordinate reference system",
	"42N49": "syntax error or access rule violation - unsupported normal form",
	"22N43": "data exception - unable to load external resource",
	"42N00": "syntax error or access rule violation - graph reference not found",
	"52U00": "procedure exception - custom procedure execution error cause",
	"22N39": "data exception - unsupported property value type",
	"22G0I": "data exception - invalid duration field",
	"42I51": "syntax error or access rule violation - invalid call signature",
	"25N13": "invalid transaction state - cannot access entity after removal",
	"42I02": "syntax error or access rule violation - invalid comment",
	"42I15": "syntax error or access rule violation - invalid number of statements",
	"42N81": "syntax error or access rule violation - missing request parameter",
	"42I47": "syntax error or access rule violation - parser error",
	"50N42": "general processing exception - unexpected error",
	"51N23": "system configuration or operation exception - cyclic shortest path search disabled",
	"51N34": "system configuration or operation exception - replication required",
	"51N71": "system configuration or operation exception - feature: requires more memory",
	"52N24": "procedure exception - procedure execution timeout",
	"52N37": "procedure exception - procedure execution error",
}

// Because makes the GQL cause of an error: explanation is the sentence of its description.
func Because(gql, explanation string, args ...any) *Error {
	text := explanation
	if len(args) > 0 {
		text = fmt.Sprintf(explanation, args...)
	}
	return &Error{GQLStatus: gql, Explanation: text, Message: gql + ": " + text}
}

// Listed writes names in a sentence, each between two marks, and word before the last
// of several: 'a', 'b' and 'c'. No names are nothing.
func Listed(names []string, left, right, word string) string {
	if len(names) == 0 {
		return "nothing"
	}
	last := left + names[len(names)-1] + right
	if len(names) == 1 {
		return last
	}
	return left + strings.Join(names[:len(names)-1], right+", "+left) + right + " " + word + " " + last
}

// With gives a copy of e that has a GQLSTATUS and, unless it is nil, a cause.
// The cause stands where e stands.
func (e *Error) With(gql string, cause *Error) *Error {
	c := *e
	c.GQLStatus = gql
	if cause != nil {
		at := *cause
		at.Position = e.Position
		c.Cause = &at
	}
	return &c
}

// Explained gives a copy of e whose description ends with text.
func (e *Error) Explained(text string) *Error {
	c := *e
	c.Explanation = text
	return &c
}

// Description is the GQL status description: the standard text of the
// GQLSTATUS and the sentence about this case.
func (e *Error) Description() string {
	gql := e.GQLStatus
	text, known := conditions[gql]
	if newer := conditions25[gql]; e.Newer && newer != "" {
		text = newer
	}
	if !known {
		text = "general processing exception"
	}
	text = "error: " + text
	switch {
	case e.Explanation != "":
		return text + ". " + e.Explanation
	case gql == "50N42" || gql == "":
		return "error: " + conditions["50N42"] + ". Unexpected error has occurred. See debug log for details."
	case gql == "50N00":
		return text + ". Internal exception raised CypherExecution: " + e.Message
	case whole[gql]:
		return text
	}
	sentence, _, _ := strings.Cut(e.Message, " (line ")
	return text + ". " + strings.TrimSuffix(sentence, ".") + "."
}

// whole are the codes whose description says nothing about the case at hand;
// a cause does.
var whole = map[string]bool{"22012": true, "22G05": true, "G1001": true, "22000": true, "22007": true, "22G03": true, "42001": true, "42N76": true, "22003": true, "22015": true}

// unclassified are the codes without classification in the diagnostic record.
var unclassified = map[string]bool{"52N37": true, "52U00": true, "50N42": true, "50N00": true, "22G03": true, "": true}

// unplaced are the codes without a position in the diagnostic record: the text has it.
var unplaced = map[string]bool{"50N42": true, "50N00": true, "": true}

// Diagnosis gives what the diagnostic record tells: the classification, ""
// when there is none, and the position, zero when it has none.
func (e *Error) Diagnosis() (classification string, at Position) {
	if !unclassified[e.GQLStatus] || e.Newer && e.GQLStatus == "22G03" {
		switch {
		case strings.HasPrefix(e.GQLStatus, "50"):
			classification = "DATABASE_ERROR"
		case e.Transient():
			classification = "TRANSIENT_ERROR"
		default:
			classification = "CLIENT_ERROR"
		}
	}
	if !unplaced[e.GQLStatus] {
		at = e.Position
	}
	return classification, at
}
