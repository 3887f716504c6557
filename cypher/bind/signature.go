package bind

import (
	"slices"

	"graticule/cypher/ast"
	"graticule/graph"
	"graticule/status"
)

// signature is what is known of a function: the types of its arguments, the
// kinds of its value and of the elements of that. Arguments without a type may
// be anything; no gives means any.
type signature struct {
	takes          []typ
	gives, element kinds
	generic        bool   // messages name the expression instead of the argument
	name           string // in messages, where that is not the name called
}

func takes(k ...kinds) (out []typ) {
	for _, k := range k {
		out = append(out, typ{kinds: k})
	}
	return out
}

// signatures of the functions of Cypher 5, lower case, as its static checks have them.
var signatures = makeSignatures()

func makeSignatures() map[string]signature {
	properties := isMap | isEntity
	out := map[string]signature{
		"abs": {takes: takes(isFloat | isInt), gives: isFloat | isInt}, "atan2": {takes: takes(isFloat, isFloat), gives: isFloat},
		"btrim": {takes: takes(isString, isString), gives: isString}, "char_length": {takes: takes(isString), gives: isInt},
		"character_length": {takes: takes(isString), gives: isInt}, "count": {gives: isInt},
		"datetime.fromepoch": {takes: takes(isNumber, isNumber), gives: isDateTime, generic: true}, "datetime.fromepochmillis": {takes: takes(isNumber), gives: isDateTime, generic: true},
		"elementid": {takes: takes(isEntity), gives: isString}, "endnode": {takes: takes(isRel), gives: isNode}, "exists": {gives: isBool}, "file": {gives: isString},
		"head": {takes: takes(isList), generic: true}, "id": {takes: takes(isEntity), gives: isInt}, "isempty": {takes: takes(properties | isString | isList), gives: isBool},
		"isnan": {takes: takes(isFloat | isInt), gives: isBool}, "keys": {takes: takes(properties), gives: isList, element: isString}, "labels": {takes: takes(isNode), gives: isList, element: isString},
		"last": {takes: takes(isList), generic: true}, "left": {takes: takes(isString, isInt), gives: isString}, "length": {takes: takes(isPath), gives: isInt}, "linenumber": {gives: isInt},
		"ltrim": {takes: takes(isString, isString), gives: isString}, "nodes": {takes: takes(isPath), gives: isList, element: isNode}, "e": {gives: isFloat}, "pi": {gives: isFloat}, "rand": {gives: isFloat},
		"point": {takes: takes(properties), gives: isPoint}, "point.distance": {gives: isFloat}, "point.withinbbox": {gives: isBool}, "properties": {takes: takes(properties), gives: isMap},
		"randomuuid": {gives: isString}, "range": {takes: takes(isInt, isInt, isInt), gives: isList, element: isInt}, "relationships": {takes: takes(isPath), gives: isList, element: isRel},
		"replace": {takes: takes(isString, isString, isString), gives: isString}, "reverse": {takes: takes(isString | isList), generic: true}, "right": {takes: takes(isString, isInt), gives: isString},
		"round": {takes: takes(isFloat, isNumber, isString), gives: isFloat}, "rtrim": {takes: takes(isString, isString), gives: isString}, "sign": {takes: takes(isFloat | isInt), gives: isInt},
		"size": {takes: takes(isString | isList), gives: isInt}, "split": {takes: []typ{{kinds: isString}, {kinds: isString | isList, element: &typ{kinds: isString}}}, gives: isList, element: isString},
		"startnode": {takes: takes(isRel), gives: isNode}, "substring": {takes: takes(isString, isInt, isInt), gives: isString}, "tail": {takes: takes(isList), generic: true},
		"toboolean": {takes: takes(isBool | isInt | isString), gives: isBool}, "tofloat": {takes: takes(isFloat | isInt | isString), gives: isFloat},
		"tostring":        {takes: takes(isBool | isFloat | isInt | isPoint | isString | isDuration | isTemporal), gives: isString},
		"tobooleanornull": {gives: isBool}, "tofloatornull": {gives: isFloat}, "tointegerornull": {gives: isInt}, "tostringornull": {gives: isString},
		"tobooleanlist": {takes: takes(isList), gives: isList, element: isBool}, "tofloatlist": {takes: takes(isList), gives: isList, element: isFloat},
		"tointegerlist": {takes: takes(isList), gives: isList, element: isInt}, "tostringlist": {takes: takes(isList), gives: isList, element: isString},
		"tolower": {takes: takes(isString), gives: isString}, "toupper": {takes: takes(isString), gives: isString},
		"lower": {takes: takes(isString), gives: isString}, "upper": {takes: takes(isString), gives: isString},
		"trim": {takes: takes(isString, isString), gives: isString}, "normalize": {takes: takes(isString), gives: isString}, "type": {takes: takes(isRel), gives: isString}, "valuetype": {gives: isString},
		// A list is refused when the statement runs.
		"tointeger": {takes: takes(isBool | isFloat | isInt | isString), gives: isInt},
		// Aggregating functions.
		"sum": {takes: takes(isFloat | isInt | isDuration), gives: isFloat | isInt | isDuration}, "avg": {takes: takes(isFloat | isInt | isDuration), gives: isFloat | isInt | isDuration},
		"stdev": {takes: takes(isFloat), gives: isFloat}, "stdevp": {takes: takes(isFloat), gives: isFloat},
		"percentilecont": {takes: takes(isFloat, isFloat), gives: isFloat}, "percentiledisc": {takes: takes(isFloat|isInt, isFloat), gives: isFloat | isInt},
	}
	for _, name := range []string{"acos", "asin", "atan", "ceil", "cos", "cot", "degrees", "exp", "floor", "haversin", "log", "log10", "radians", "sin", "sqrt", "tan"} {
		out[name] = signature{takes: takes(isFloat), gives: isFloat}
	}
	for name, kind := range map[string]kinds{"date": isDate, "time": isTime, "localtime": isLocalTime, "localdatetime": isLocalDateTime, "datetime": isDateTime} {
		out[name+".truncate"] = signature{takes: []typ{{kinds: isString}, anyType, {kinds: properties}}, gives: kind, generic: true}
		for _, clock := range []string{"", ".realtime", ".statement", ".transaction"} {
			out[name+clock] = signature{gives: kind}
		}
		out[name] = signature{takes: []typ{anyType, {kinds: isString}}, gives: kind, generic: true}
	}
	for _, name := range []string{"duration", "duration.between", "duration.inmonths", "duration.indays", "duration.inseconds"} {
		out[name] = signature{gives: isDuration}
	}
	out["duration"] = signature{takes: []typ{anyType, {kinds: isString}}, gives: isDuration, generic: true}
	cypher25(out)
	for _, where := range []string{"both", "leading", "trailing"} {
		out["trim "+where] = signature{takes: takes(isString, isString), gives: isString}
	}
	vector := typ{kinds: isList, element: &typ{kinds: isNumber}}
	for _, name := range []string{"cosine", "euclidean"} {
		out["vector.similarity."+name] = signature{takes: []typ{vector, vector}, gives: isFloat, name: name}
	}
	return out
}

// cypher25 adds the functions that only Cypher 25 has.
func cypher25(out map[string]signature) {
	for _, name := range []string{"sinh", "cosh", "tanh", "coth"} {
		out[name] = signature{takes: takes(isFloat), gives: isFloat}
	}
	for alias, name := range map[string]string{"ceiling": "ceil", "ln": "log", "path_length": "length", "percentile_cont": "percentilecont", "percentile_disc": "percentiledisc", "stdev_samp": "stdev", "stdev_pop": "stdevp"} {
		out[alias] = out[name]
	}
	for alias, named := range map[string]string{"percentile_cont": "percentileCont", "percentile_disc": "percentileDisc", "stdev_samp": "stDev", "stdev_pop": "stDevP"} {
		sig := out[alias]
		sig.name = named
		out[alias] = sig
	}
	out["vector"] = signature{gives: isVector}
	out["vector_dimension_count"] = signature{takes: takes(isVector), gives: isInt}
	out["vector_distance"] = signature{takes: takes(isVector, isVector), gives: isFloat}
	out["vector_norm"] = signature{takes: takes(isVector), gives: isFloat}
	out["uuid"] = signature{gives: isUUID}
	out["uuid.mostsignificantbits"] = signature{takes: takes(isUUID), gives: isInt}
	out["uuid.leastsignificantbits"] = signature{takes: takes(isUUID), gives: isInt}
	for _, name := range []string{"distinct", "flatten", "sort"} {
		out["coll."+name] = signature{takes: takes(isList, isInt), gives: isList}
	}
	for _, name := range []string{"max", "min"} {
		out["coll."+name] = signature{takes: takes(isList), gives: isAny}
	}
	out["coll.indexof"] = signature{takes: takes(isList, isAny), gives: isInt}
	out["coll.insert"] = signature{takes: takes(isList, isInt, isAny), gives: isList}
	out["coll.remove"] = signature{takes: takes(isList, isInt), gives: isList}
	out["string.indexof"] = signature{takes: takes(isString, isString), gives: isInt}
	out["string.join"] = signature{takes: []typ{{kinds: isList, element: &typ{kinds: isString}}, {kinds: isString}}, gives: isString}
	out["string.regexreplace"] = signature{takes: takes(isString, isString, isString), gives: isString}
	out["cardinality"] = signature{takes: takes(isMap | isPath | isList), gives: isInt}
	out["format"] = signature{takes: takes(isDuration|isTemporal, isString), gives: isString}
	out["replace"] = signature{takes: takes(isString, isString, isString, isInt), gives: isString}
	for alias, name := range map[string]string{"local_time": "localtime", "local_datetime": "localdatetime", "zoned_time": "time", "zoned_datetime": "datetime", "duration_between": "duration.between"} {
		out[alias] = out[name]
	}
}

// coordinateWords are the words for types of coordinates of vectors.
var coordinateWords = []string{"INT8", "INTEGER8", "INT16", "INTEGER16", "INT32", "INTEGER32", "INT", "INT64", "INTEGER", "INTEGER64", "FLOAT32", "FLOAT", "FLOAT64"}

// vectorCall checks what is known of vector(coordinates, dimension, TYPE) from its text.
func (b *binder) vectorCall(e *ast.Call) {
	if b.version != 25 || len(e.Args) != 3 {
		return
	}
	if lit, ok := e.Args[1].(*ast.Literal); ok && lit.Value.Kind() == graph.KindInt && (lit.Value.AsInt() < 1 || lit.Value.AsInt() > 4096) {
		b.failBecause(e.Args[1], "NumberOutOfRange", status.Because("42N31", "Expected 'dimension' to be NUMBER in the range 1 to 4096 but found %d.", lit.Value.AsInt()),
			"Invalid input. '%d' is not a valid value. Must be a number in the range 1 to 4096.", lit.Value.AsInt())
	}
	if lit, ok := e.Args[2].(*ast.Literal); ok && lit.Value.Kind() == graph.KindString && !slices.Contains(coordinateWords, lit.Value.AsString()) {
		b.failBecause(e.Args[2], "", status.Because("42I53", "Unknown coordinate type: '%s'.", lit.Value.AsString()),
			"Invalid vector inner type, expected INTEGER64, INTEGER32, INTEGER16, INTEGER8, FLOAT64 or FLOAT32")
	}
}
