package ast

// Statement is one statement with its envelope. Exactly one of Query and
// Command is set.
type Statement struct {
	Span
	Source  string // the whole text, spans point into it
	Explain bool
	Profile bool
	Version int               // 5 or 25
	Options map[string]string // of the CYPHER prefix, keys lower case
	Dollars []Name            // unescaped identifiers with a $ in them
	Query   *Query
	Command Command
	Use     *Use      // before Command, nil when there is none
	Shown   []Command // SHOW and TERMINATE within Query: the CallProcedure named ShownName(i) runs Shown[i]
}

// Query is single queries joined by UNION. Distinct[i] tells how Parts[i] and
// Parts[i+1] are joined. Next, when set, is fed by this query's result (NEXT).
type Query struct {
	Span
	Parts    []*SingleQuery
	Distinct []bool
	Next     *Query
}

// SingleQuery is a sequence of clauses, or, when Conditional is set, WHEN branches.
type SingleQuery struct {
	Span
	Clauses     []Clause
	Braced      *Query // { query }
	Conditional []ConditionalBranch
}

// ConditionalBranch is WHEN predicate THEN query; Predicate is nil for ELSE.
type ConditionalBranch struct {
	Span
	Predicate Expr
	Query     *SingleQuery
}

// Clause is one clause of a query.
type Clause interface {
	Node
	clause()
}

// Projection is the body of RETURN and WITH. Skip, Limit and Where may be nil.
type Projection struct {
	Distinct bool
	Star     bool
	Items    []ReturnItem
	OrderBy  []SortItem
	Skip     Expr
	Limit    Expr
	Where    Expr // WITH only
	GroupBy  *GroupBy
}

// GroupBy is GROUP BY keys, or GROUP BY ALL; no keys and not ALL is GROUP BY ().
type GroupBy struct {
	Span
	All  bool
	Keys []Expr
}

// ReturnItem is expr [AS alias].
type ReturnItem struct {
	Span  // of the expression
	Expr  Expr
	Alias *Name
}

// SortItem is expr [ASC|DESC].
type SortItem struct {
	Span
	Expr       Expr
	Descending bool
}

type (
	// Match is [OPTIONAL] MATCH pattern [hints] [WHERE].
	Match struct {
		Span
		Optional   bool
		Repeatable bool // REPEATABLE ELEMENTS
		Pattern    Pattern
		Hints      []Hint
		Where      Expr
		Search     *Search
	}
	// With is WITH projection.
	With struct {
		Span
		Projection
	}
	// Return is RETURN projection.
	Return struct {
		Span
		Projection
	}
	// Unwind is UNWIND list AS variable.
	Unwind struct {
		Span
		List     Expr
		Variable Name
	}
	// Create is CREATE or INSERT.
	Create struct {
		Span
		Pattern Pattern
		Insert  bool
	}
	// Merge is MERGE part with its actions.
	Merge struct {
		Span
		Path     *PathPattern
		OnCreate []SetItem
		OnMatch  []SetItem
	}
	// Set is SET items.
	Set struct {
		Span
		Items []SetItem
	}
	// Remove is REMOVE items: labels, or a property.
	Remove struct {
		Span
		Items []RemoveItem
	}
	// Delete is [DETACH] DELETE.
	Delete struct {
		Span
		Detach bool
		Exprs  []Expr
	}
	// Foreach is FOREACH (v IN list | clauses).
	Foreach struct {
		Span
		Variable Name
		List     Expr
		Clauses  []Clause
	}
	// CallSubquery is CALL [(imports)] { query } [IN TRANSACTIONS …].
	CallSubquery struct {
		Span
		Optional     bool
		Scoped       bool // a scope clause () was given
		ImportAll    bool // CALL (*)
		Imports      []Variable
		Query        *Query
		Transactions *InTransactions
	}
	// CallProcedure is CALL name(args) YIELD ….
	CallProcedure struct {
		Span
		Optional  bool
		Name      Name
		HasArgs   bool // parentheses were given
		Args      []Expr
		Yield     []YieldItem
		YieldStar bool
		HasYield  bool
		Where     Expr
	}
	// LoadCSV is LOAD CSV [WITH HEADERS] FROM url AS v [FIELDTERMINATOR s].
	LoadCSV struct {
		Span
		Headers         bool
		URL             Expr
		Variable        Name
		FieldTerminator Expr
	}
	// Finish is FINISH.
	Finish struct{ Span }
	// OrderByClause is a standalone ORDER BY, SKIP and LIMIT.
	OrderByClause struct {
		Span
		OrderBy     []SortItem
		Skip, Limit Expr
	}
	// Let is LET v = e, ….
	Let struct {
		Span
		Items []ReturnItem
	}
	// Filter is FILTER e.
	Filter struct {
		Span
		Where Expr
	}
	// Use is USE graph; Graph is a name, or a graph.byName / graph.byElementId call.
	Use struct {
		Span
		Graph Expr
	}
)

func (*Match) clause()         {}
func (*With) clause()          {}
func (*Return) clause()        {}
func (*Unwind) clause()        {}
func (*Create) clause()        {}
func (*Merge) clause()         {}
func (*Set) clause()           {}
func (*Remove) clause()        {}
func (*Delete) clause()        {}
func (*Foreach) clause()       {}
func (*CallSubquery) clause()  {}
func (*CallProcedure) clause() {}
func (*LoadCSV) clause()       {}
func (*Finish) clause()        {}
func (*OrderByClause) clause() {}
func (*Let) clause()           {}
func (*Filter) clause()        {}
func (*Use) clause()           {}

// SetItem is one item of SET. Exactly one form: Property or Dynamic = Value;
// Variable = Value (replace) or += Value (Add); Variable with Labels.
type SetItem struct {
	Span
	Property *Property // subject.key = value
	Dynamic  *Index    // subject[expr] = value
	Variable *Variable // whole entity, or the labelled node
	Add      bool      // +=
	Value    Expr
	Labels   LabelExpr
}

// RemoveItem is one item of REMOVE.
type RemoveItem struct {
	Span
	Property *Property
	Dynamic  *Index
	Variable *Variable
	Labels   LabelExpr
}

// YieldItem is column [AS alias].
type YieldItem struct {
	Span
	Column Name
	Alias  *Name
}

// InTransactions is IN [n CONCURRENT] TRANSACTIONS [OF n ROWS] [ON ERROR …] [REPORT STATUS AS v].
type InTransactions struct {
	Span
	Concurrent  bool
	Concurrency Expr
	Rows        Expr
	OnError     string // "", "FAIL", "CONTINUE" or "BREAK"
	Retry       bool   // ON ERROR RETRY; OnError then tells what follows when it is of no use
	RetryFor    Expr   // seconds; nil when not told
	Disjoint    []Expr // of DISJOINT BY
	Report      Span   // the words REPORT STATUS
	Status      *Name
}

// Hint is USING INDEX, SCAN or JOIN.
type Hint struct {
	Span
	Kind       string // "INDEX", "RANGE INDEX", "TEXT INDEX", "POINT INDEX", "SCAN", "JOIN"
	Seek       bool
	Variables  []Name
	Label      string
	Properties []string
}

// Search is SEARCH v IN (VECTOR INDEX name FOR expr … LIMIT k) SCORE AS s.
type Search struct {
	Span
	Variable Name
	Kind     string
	Index    Name
	For      Expr
	Where    Expr
	Limit    Expr
	Score    *Name
}
