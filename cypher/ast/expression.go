package ast

import "graticule/graph"

// Expr is an expression.
type Expr interface {
	Node
	expr()
}

// Op is an operator.
type Op uint8

// The operators of Unary, Binary and Comparison.
const (
	OpOr Op = iota
	OpXor
	OpAnd
	OpNot
	OpEqual
	OpNotEqual
	OpLess
	OpLessEqual
	OpGreater
	OpGreaterEqual
	OpRegex
	OpStartsWith
	OpEndsWith
	OpContains
	OpIn
	OpAdd
	OpSubtract
	OpConcat // ||
	OpMultiply
	OpDivide
	OpModulo
	OpPower
	OpNegate
	OpPlus // unary
)

var opText = [...]string{"OR", "XOR", "AND", "NOT", "=", "<>", "<", "<=", ">", ">=", "=~", "STARTS WITH", "ENDS WITH", "CONTAINS", "IN", "+", "-", "||", "*", "/", "%", "^", "-", "+"}

func (o Op) String() string { return opText[o] }

type (
	// Literal is a null, boolean, number or string.
	Literal struct {
		Span
		Value graph.Value
	}
	// Parameter is $name.
	Parameter struct {
		Span
		Name string
	}
	// Variable is a reference to a bound name.
	Variable struct {
		Span
		Name string
	}
	// Property is subject.key.
	Property struct {
		Span
		Subject Expr
		Key     Name
	}
	// Index is subject[index].
	Index struct {
		Span
		Subject, Index Expr
	}
	// Slice is subject[from..to]; From and To may be nil.
	Slice struct {
		Span
		Subject, From, To Expr
	}
	// Unary is NOT, - or + before an operand.
	Unary struct {
		Span
		Op      Op
		Operand Expr
	}
	// Binary is an operator between two operands, comparisons excepted.
	Binary struct {
		Span
		Op          Op
		Left, Right Expr
	}
	// Comparison is a chain a < b <= c: Ops[i] stands between Operands[i] and Operands[i+1].
	Comparison struct {
		Span
		Operands []Expr
		Ops      []Op
	}
	// IsNull is e IS [NOT] NULL.
	IsNull struct {
		Span
		Operand Expr
		Not     bool
	}
	// IsNormalized is e IS [NOT] [form] NORMALIZED; Form is NFC, NFD, NFKC or NFKD.
	IsNormalized struct {
		Span
		Operand Expr
		Form    string
		Not     bool
	}
	// TypePredicate is e IS [NOT] :: type.
	TypePredicate struct {
		Span
		Operand Expr
		Type    Type
		Not     bool
	}
	// LabelPredicate is e:Label in an expression, or e IS Label.
	LabelPredicate struct {
		Span
		Operand Expr
		Labels  LabelExpr
		Not     bool
	}
	// Call is a function call. Name is as written, dots included. Star is count(*).
	Call struct {
		Span
		Name     Name
		Distinct bool
		Star     bool
		Args     []Expr
	}
	// List is a list literal.
	List struct {
		Span
		Items []Expr
	}
	// Map is a map literal.
	Map struct {
		Span
		Keys   []Name
		Values []Expr
	}
	// MapProjection is subject {.key, .*, name: value, variable}.
	MapProjection struct {
		Span
		Subject *Variable
		Items   []MapProjectionItem
	}
	// Case is CASE [subject] WHEN … THEN … [ELSE …] END; Else may be nil.
	Case struct {
		Span
		Subject Expr // nil in the generic form
		Whens   []CaseWhen
		Else    Expr
	}
	// ListComprehension is [x IN list WHERE … | …]; Where and Projection may be nil.
	ListComprehension struct {
		Span
		Variable                Name
		List, Where, Projection Expr
	}
	// PatternComprehension is [p = (a)-->(b) WHERE … | …]; Where may be nil.
	PatternComprehension struct {
		Span
		Variable   *Name
		Pattern    *PathPattern
		Where      Expr
		Projection Expr
	}
	// PatternExpr is a pattern used as a predicate, or within shortestPath(...).
	PatternExpr struct {
		Span
		Pattern *PathPattern
	}
	// Quantifier is all|any|none|single(x IN list WHERE predicate).
	Quantifier struct {
		Span
		Kind      string // lower case
		Variable  Name
		List      Expr
		Predicate Expr // nil means the element itself
	}
	// Reduce is reduce(acc = init, x IN list | step).
	Reduce struct {
		Span
		Accumulator      Name
		Init             Expr
		Variable         Name
		List, Expression Expr
		AllPredicate     Expr // of allReduce; nil otherwise
	}
	// Subquery is EXISTS, COUNT or COLLECT { … }; a bare pattern is a query of one MATCH without RETURN.
	Subquery struct {
		Span
		Kind  string // "EXISTS", "COUNT" or "COLLECT"
		Query *Query
	}
)

// MapProjectionItem is one item of a map projection: exactly one of AllProperties
// (.*), Property (.key), Variable, or Key with Value.
type MapProjectionItem struct {
	Span
	AllProperties bool
	Property      *Name
	Variable      *Variable
	Key           *Name
	Value         Expr
}

// CaseWhen is one WHEN branch. In the generic form Conditions has one
// predicate; in the simple form alternatives, each either a value to compare
// with or a predicate whose left operand is CaseOperand.
type CaseWhen struct {
	Span
	Conditions []Expr
	Then       Expr
}

// CaseOperand stands for the subject of a simple CASE in an extended WHEN.
type CaseOperand struct{ Span }

// Type is a type as written in IS :: and in constraints.
type Type struct {
	Span
	Name      string // canonical upper-case name such as "INTEGER", "LIST", "ANY"; "" for a union
	Element   *Type  // of a LIST or the coordinates of a VECTOR
	Dimension int64  // of a VECTOR, 0 when any
	Union     []Type
	NotNull   bool
}

func (*Literal) expr()              {}
func (*Parameter) expr()            {}
func (*Variable) expr()             {}
func (*Property) expr()             {}
func (*Index) expr()                {}
func (*Slice) expr()                {}
func (*Unary) expr()                {}
func (*Binary) expr()               {}
func (*Comparison) expr()           {}
func (*IsNull) expr()               {}
func (*IsNormalized) expr()         {}
func (*TypePredicate) expr()        {}
func (*LabelPredicate) expr()       {}
func (*Call) expr()                 {}
func (*List) expr()                 {}
func (*Map) expr()                  {}
func (*MapProjection) expr()        {}
func (*Case) expr()                 {}
func (*CaseOperand) expr()          {}
func (*ListComprehension) expr()    {}
func (*PatternComprehension) expr() {}
func (*PatternExpr) expr()          {}
func (*Quantifier) expr()           {}
func (*Reduce) expr()               {}
func (*Subquery) expr()             {}
