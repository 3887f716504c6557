package difftest

// kind is what an expression gives, or null.
type kind int

// The kinds. A Bag is a list whose order is not determined; a Tie is a path of
// which only the length is.
const (
	kInt kind = iota
	kFloat
	kString
	kBool
	kDate
	kLocalDateTime
	kDateTime
	kLocalTime
	kTime
	kDuration
	kPoint
	kInts
	kStrings
	kAny // of any storable kind
	kMap // with keys a (integer), b (text) and c (any)
	kNode
	kRel
	kPath
	kNodes
	kRels
	kBag
	kTie
)

// scalars are the kinds that properties may have, but for kAny.
var scalars = []kind{kInt, kInt, kInt, kFloat, kString, kString, kBool, kDate, kLocalDateTime, kDateTime, kLocalTime, kTime, kDuration, kPoint, kInts, kStrings}

// plain are the kinds used most.
var plain = []kind{kInt, kInt, kFloat, kString, kBool}

// properties names the property that holds each kind; every entity lacks some.
var properties = map[kind]string{
	kInt: "i", kFloat: "f", kString: "s", kBool: "b", kDate: "d", kLocalDateTime: "ldt", kDateTime: "dt", kLocalTime: "lt", kTime: "t", kDuration: "du", kPoint: "p", kInts: "is", kStrings: "ss", kAny: "m",
}

// typeNames are types as IS :: has them.
var typeNames = map[kind]string{
	kInt: "INTEGER", kFloat: "FLOAT", kString: "STRING", kBool: "BOOLEAN", kDate: "DATE", kLocalDateTime: "LOCAL DATETIME", kDateTime: "ZONED DATETIME", kLocalTime: "LOCAL TIME", kTime: "ZONED TIME",
	kDuration: "DURATION", kPoint: "POINT", kInts: "LIST<INTEGER>", kStrings: "LIST<STRING>", kMap: "MAP", kNode: "NODE", kRel: "RELATIONSHIP", kPath: "PATH",
}

var (
	labels = []string{"A", "B", "C", "D"}
	types  = []string{"R", "S", "T"}
	words  = []string{"", "a", "ab", "abc", "b", "B", "ba", "a b", "1", "x1", "ä", "true", "2.5"}
)
