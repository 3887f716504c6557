package notice

import (
	"fmt"
	"strings"

	"graticule/status"
)

const (
	warning     = "WARNING"
	information = "INFORMATION"
)

func notification(code, gql, title, description, severity, category, text string, at status.Position) status.Notification {
	kind := "info: "
	if severity == warning {
		kind = "warn: "
	}
	if strings.HasPrefix(gql, "00") {
		kind = "note: "
	}
	return status.Notification{Code: "Neo.ClientNotification." + code, GQLStatus: gql, Title: title, Description: description, Severity: severity, Category: category,
		StatusDescription: kind + text, Position: at}
}

// CartesianProduct tells that the parts of pattern are not connected; names
// are the nodes of one part out of count.
func CartesianProduct(pattern string, names []string, count int, at status.Position) status.Notification {
	which := "identifier is"
	if count != 1 {
		which = "identifiers are"
	}
	return notification("Statement.CartesianProduct", "03N90", "This query builds a cartesian product between disconnected patterns.",
		"If a part of a query contains multiple disconnected patterns, this will build a cartesian product between all those parts. This may produce a large amount of data and slow down query processing. While occasionally intended, it may often be possible to reformulate the query that avoids the use of this cross product, perhaps by adding a relationship between the different parts or by using OPTIONAL MATCH ("+
			which+": ("+strings.Join(names, ", ")+"))",
		information, "PERFORMANCE",
		"cartesian product. The disconnected pattern '"+pattern+"' builds a cartesian product. A cartesian product may produce a large amount of data and slow down query processing.", at)
}

// UnknownLabel tells that no node ever had a label.
func UnknownLabel(name string, at status.Position) status.Notification {
	return notification("Statement.UnknownLabelWarning", "01N50", "The provided label is not in the database.",
		"One of the labels in your query is not available in the database, make sure you didn't misspell it or that the label is available when you run this statement in your application (the missing label name is: "+name+")",
		warning, "UNRECOGNIZED", "label does not exist. The label `"+name+"` does not exist. Verify that the spelling is correct.", at)
}

// UnknownType tells that no relationship ever had a type.
func UnknownType(name string, at status.Position) status.Notification {
	return notification("Statement.UnknownRelationshipTypeWarning", "01N51", "The provided relationship type is not in the database.",
		"One of the relationship types in your query is not available in the database, make sure you didn't misspell it or that the label is available when you run this statement in your application (the missing relationship type is: "+name+")",
		warning, "UNRECOGNIZED", "relationship type does not exist. The relationship type `"+name+"` does not exist. Verify that the spelling is correct.", at)
}

// UnknownKey tells that nothing ever had a property.
func UnknownKey(name string, at status.Position) status.Notification {
	return notification("Statement.UnknownPropertyKeyWarning", "01N52", "The provided property key is not in the database",
		"One of the property names in your query is not available in the database, make sure you didn't misspell it or that the label is available when you run this statement in your application (the missing property name is: "+name+")",
		warning, "UNRECOGNIZED", "property key does not exist. The property `"+name+"` does not exist. Verify that the spelling is correct.", at)
}

// Deprecated tells that a feature will go; text is what replaces it, if anything.
func Deprecated(description, text string, at status.Position) status.Notification {
	return deprecated("01N00", description, "feature deprecated. "+text, at)
}

// DeprecatedFor tells that old is replaced by replacement.
func DeprecatedFor(description, old, replacement string, at status.Position) status.Notification {
	return deprecated("01N01", description, "feature deprecated with replacement. "+old+" is deprecated. It is replaced by "+replacement+".", at)
}

// DeprecatedForNothing tells that old will go without a replacement.
func DeprecatedForNothing(description, old string, at status.Position) status.Notification {
	return deprecated("01N02", description, "feature deprecated without replacement. "+old+" is deprecated and will be removed without a replacement.", at)
}

func deprecated(gql, description, text string, at status.Position) status.Notification {
	return notification("Statement.FeatureDeprecationWarning", gql, "This feature is deprecated and will be removed in future versions.", description, warning, "DEPRECATION", text, at)
}

// UnboundedShortestPath tells that a shortest path may have any length.
func UnboundedShortestPath(pattern string, at status.Position) status.Notification {
	return notification("Statement.UnboundedVariableLengthPattern", "03N91", "The provided pattern is unbounded, consider adding an upper limit to the number of node hops.",
		"Using shortest path with an unbounded pattern will likely result in long execution times. It is recommended to use an upper limit to the number of node hops in your pattern.",
		information, "PERFORMANCE", "unbounded variable length pattern. The provided pattern '"+pattern+"' is unbounded. Shortest path with an unbounded pattern may result in long execution times. Use an upper limit (e.g. '[*..5]') on the number of node hops in your pattern.", at)
}

// ExhaustiveShortestPath tells that a predicate is about the whole of a shortest path.
func ExhaustiveShortestPath(predicate string, at status.Position) status.Notification {
	return notification("Statement.ExhaustiveShortestPath", "03N92", "Exhaustive shortest path has been planned for your query that means that shortest path graph algorithm might not be used to find the shortest path. Hence an exhaustive enumeration of all paths might be used in order to find the requested shortest path.",
		"Using shortest path with an exhaustive search fallback might cause query slow down since shortest path graph algorithms might not work for this use case. It is recommended to introduce a WITH to separate the MATCH containing the shortest path from the existential predicates on that path.",
		information, "PERFORMANCE", "exhaustive shortest path. The query runs with exhaustive shortest path due to the existential predicate(s) '"+predicate+"'. It may be possible to use 'WITH' to separate the 'MATCH' from the existential predicate(s).", at)
}

// RepeatedRelationship tells that a relationship is twice in one pattern.
func RepeatedRelationship(name, pattern string, variable bool, at status.Position) status.Notification {
	text := "A relationship is referenced more than once in the query, which leads to no results because relationships must not occur more than once in each result. (Relationship `" + name + "` was repeated)"
	if variable {
		text = "A variable-length relationship variable is bound more than once, which leads to no results because relationships must not occur more than once in each result. (the repeated variable-length relationship is: " + name + ")"
	}
	return notification("Statement.RepeatedRelationshipReference", "01N63", "The query returns no results due to repeated references to a relationship.", text,
		warning, "GENERIC", "repeated relationship pattern variable. `"+name+"` is repeated in '"+pattern+"', which leads to no results.", at)
}

// UnsatisfiableType tells that no relationship can have the types asked for.
func UnsatisfiableType(expression string, at status.Position) status.Notification {
	return notification("Statement.UnsatisfiableRelationshipTypeExpression", "01N61", "The query contains a relationship type expression that cannot be satisfied.",
		"Relationship type expression cannot possibly be satisfied. (`"+expression+"` can never be satisfied by any relationship. Relationships must have exactly one relationship type.)",
		warning, "GENERIC", "unsatisfiable relationship type expression. The expression '"+expression+"' cannot be satisfied because relationships must have exactly one type.", at)
}

// Shadowing tells that a name of a subquery hides one of the query around it,
// which it can import with a clause by the words given.
func Shadowing(name, with, by string, at status.Position) status.Notification {
	return notification("Statement.SubqueryVariableShadowing", "03N60", "Variable in subquery is shadowing a variable with the same name from the outer scope.",
		"Variable in subquery is shadowing a variable with the same name from the outer scope. If you want to use that variable instead, it must be imported into the subquery using "+with+". (the shadowing variable is: "+name+")",
		information, "GENERIC", "subquery variable shadowing. The variable `"+name+"` in the subquery uses the same name as a variable from the outer query. Use "+by+" to import the one from the outer scope unless you want it to be a new variable.", at)
}

// RedundantOptional tells that OPTIONAL CALL { } returns nothing anyway.
func RedundantOptional(at status.Position) status.Notification {
	text := "The use of `OPTIONAL` is redundant as `CALL` is a unit subquery."
	return notification("Statement.RedundantOptionalSubquery", "03N62", "The use of `OPTIONAL` is redundant when `CALL` is a unit subquery.", text, information, "GENERIC", "redundant optional subquery. "+text, at)
}

// MissingParameters tells that an explained statement cannot run without parameters.
func MissingParameters(names []string) status.Notification {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = "$`" + n + "`"
	}
	return notification("Statement.ParameterNotProvided", "01N60", "The statement refers to a parameter that was not provided in the request.",
		"Did not supply query with enough parameters. The produced query plan will not be cached and is not executable without EXPLAIN. (Missing parameters: "+strings.Join(names, ", ")+")",
		warning, "GENERIC", "parameter missing. The query plan cannot be cached and is not executable without 'EXPLAIN' due to the undefined parameter(s) "+and(quoted)+". Provide the parameter(s).", status.Position{})
}

func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// UnsupportedRuntime tells that a query does not run in the way its prefix asks for.
func UnsupportedRuntime(asked, used string) status.Notification {
	why := "This version of Neo4j does not support the requested runtime: `" + asked + "`"
	return notification("Statement.RuntimeUnsupportedWarning", "01N40", "This query is not supported by the chosen runtime.",
		"Selected runtime is unsupported for this query, please use a different runtime instead or fallback to default. ("+why+")", warning, "UNSUPPORTED",
		fmt.Sprintf("unsupported runtime. The query cannot be executed with 'runtime=%s'; instead, 'runtime=%s' is used. Cause: %s.", asked, used, why), status.Position{})
}

// MissingIndex tells that the index of a hint is not there.
func MissingIndex(kind, name, label string, relationship bool, properties []string) status.Notification {
	on := make([]string, len(properties))
	for i, p := range properties {
		on[i] = "`" + name + "`.`" + p + "`"
	}
	entity := "(`" + name + "`:`" + label + "`)"
	if relationship {
		entity = "()-[`" + name + "`:`" + label + "`]-()"
	}
	return notification("Schema.HintedIndexNotFound", "01N31", "The request (directly or indirectly) referred to an index that does not exist.",
		"The hinted index does not exist, please check the schema (index is: "+kind+" FOR "+entity+" ON ("+strings.Join(on, ", ")+"))", warning, "HINT",
		fmt.Sprintf("hinted index does not exist. Unable to create a plan with '%s :%s(%s)' because the index does not exist.", kind, label, strings.Join(properties, ", ")), status.Position{})
}

// DynamicProperty tells that an index on a label or type cannot be used for a property computed at run time.
func DynamicProperty(label string, relationship bool) status.Notification {
	what, of := "label", "(:"+label+")"
	if relationship {
		what, of = "type", "()-[:"+label+"]-()"
	}
	return notification("Statement.DynamicProperty", "03N95", "Queries using dynamic properties will use neither index seeks nor index scans for those properties",
		"Using a dynamic property makes it impossible to use an index lookup for this query (indexed "+what+" is: "+of+")", information, "PERFORMANCE",
		"dynamic property. An index already exists on the relationship type or the label(s) `"+label+"`. It is not possible to use indexes for dynamic properties. Consider using static properties.", status.Position{})
}

// AlreadyThere tells that a command had no effect because what it creates exists as existing.
func AlreadyThere(command, existing string) status.Notification {
	return notification("Schema.IndexOrConstraintAlreadyExists", "00NA0", "`"+command+"` has no effect.", "`"+existing+"` already exists.", information, "SCHEMA",
		"successful completion - index or constraint already exists. The command '"+command+"' has no effect. The index or constraint specified by '"+existing+"' already exists.", status.Position{})
}

// NotThere tells that a command had no effect because what it drops does not exist.
func NotThere(command, name string) status.Notification {
	return notification("Schema.IndexOrConstraintDoesNotExist", "00NA1", "`"+command+"` has no effect.", "`"+name+"` does not exist.", information, "SCHEMA",
		"successful completion - index or constraint does not exist. The command '"+command+"' has no effect. The specified index or constraint `"+name+"` does not exist.", status.Position{})
}
