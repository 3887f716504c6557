package ast

import "fmt"

// Command is a statement that is not a query: schema, SHOW, TERMINATE or
// administration.
type Command interface {
	Node
	command()
}

// Tail is what may follow SHOW and TERMINATE: YIELD …, WHERE …, RETURN ….
type Tail struct {
	HasYield  bool
	YieldAt   int // offset of YIELD
	YieldStar bool
	Yield     []YieldItem
	OrderBy   []SortItem
	Skip      Expr
	Limit     Expr
	Where     Expr
	Return    *Return
}

// ShownName names the procedure that stands for the i-th SHOW or TERMINATE within a query.
func ShownName(i int) string { return fmt.Sprint(" show ", i) }

// Text is a name in a command that may be a parameter.
type Text struct {
	Span
	Value     string
	Parameter string // name of the parameter that gives it; "" when literal
}

type (
	// Show is SHOW kind ….
	Show struct {
		Span
		Kind   string // "DATABASES", "DEFAULT DATABASE", "HOME DATABASE", "SERVERS", "USERS", "CURRENT USER", "ROLES", "PRIVILEGES", "INDEXES", "CONSTRAINTS", "FUNCTIONS", "PROCEDURES", "SETTINGS", "TRANSACTIONS", "ALIASES", "GRAPH TYPE"
		Filter string // "ALL", "RANGE", "FULLTEXT", "BUILT IN", "UNIQUE", …; "" when not given
		Name   *Text  // SHOW DATABASE name
		Names  []Expr // ids or names: strings, lists or parameters
		User   *Text  // EXECUTABLE BY user
		Exec   bool   // EXECUTABLE [BY …] was given
		With   string // "AUTH", "USERS", …
		As     string // "COMMANDS" or "REVOKE COMMANDS"; "GRAPH" of GRAPH TYPE
		Of     string // whose PRIVILEGES: "ROLE", "USER" or "" for all
		Whose  []Text // their names; for "USER" none means the current user
		Tail
	}
	// Terminate is TERMINATE TRANSACTIONS ids.
	Terminate struct {
		Span
		Names []Expr
		Tail
	}
	// CreateIndex is CREATE … INDEX.
	CreateIndex struct {
		Span
		Kind         string // "RANGE", "TEXT", "POINT", "FULLTEXT", "VECTOR" or "LOOKUP"
		Name         *Text
		IfNotExists  bool
		OrReplace    bool
		Relationship bool
		Variable     Name
		Labels       []string // none for LOOKUP
		Function     Name     // of LOOKUP: labels or type
		Argument     Name     // what that is called with
		Properties   []Property
		Options      Expr // map or parameter; nil
	}
	// DropIndex is DROP INDEX.
	DropIndex struct {
		Span
		Name     Text
		IfExists bool
	}
	// CreateConstraint is CREATE CONSTRAINT.
	CreateConstraint struct {
		Span
		Name         *Text
		IfNotExists  bool
		OrReplace    bool
		Relationship bool
		Variable     Name
		Label        string
		Properties   []Property
		Kind         string // "UNIQUE", "KEY", "EXISTS" or "TYPE"
		Of           string // "NODE", "RELATIONSHIP" or "REL" where IS is followed by it
		Type         *Type
		Options      Expr
	}
	// DropConstraint is DROP CONSTRAINT.
	DropConstraint struct {
		Span
		Name     Text
		IfExists bool
	}
)

// Wait is the WAIT of a database command.
type Wait struct {
	Wait    bool
	Seconds int64 // 0 means the default
}

// Topology is TOPOLOGY n PRIMARIES m SECONDARIES; nil means not given.
type Topology struct {
	Span
	Primaries, Secondaries Expr
}

type (
	// CreateDatabase is CREATE [OR REPLACE] DATABASE.
	CreateDatabase struct {
		Span
		Name        Text
		IfNotExists bool
		OrReplace   bool
		Composite   bool
		Topology    *Topology
		Language    int // 0 when not given
		Options     Expr
		Wait        Wait
	}
	// AlterDatabase is ALTER DATABASE.
	AlterDatabase struct {
		Span
		Name     Text
		IfExists bool
		Access   string // "READ ONLY", "READ WRITE" or ""
		Topology *Topology
		Language int
		Options  []DatabaseOption
		Wait     Wait
	}
	// DropDatabase is DROP DATABASE.
	DropDatabase struct {
		Span
		Name      Text
		IfExists  bool
		Composite bool
		Dump      bool
		Cascade   bool // aliases go too
		Wait      Wait
	}
	// StartDatabase is START DATABASE; StopDatabase is STOP DATABASE.
	StartDatabase struct {
		Span
		Name Text
		Wait Wait
	}
	// StopDatabase is STOP DATABASE.
	StopDatabase struct {
		Span
		Name Text
		Wait Wait
	}
	// CreateAlias is CREATE ALIAS.
	CreateAlias struct {
		Span
		Name        Text
		IfNotExists bool
		OrReplace   bool
		Target      Text
		Remote      bool // AT 'url' was given
		Properties  Expr
	}
	// DropAlias is DROP ALIAS … FOR DATABASE.
	DropAlias struct {
		Span
		Name     Text
		IfExists bool
	}
	// AlterAlias is ALTER ALIAS … SET DATABASE TARGET.
	AlterAlias struct {
		Span
		Name       Text
		IfExists   bool
		Target     *Text
		Remote     bool // something of a remote alias was given
		Properties Expr
	}
)

// DatabaseOption is SET OPTION key value, or REMOVE OPTION key (Value nil).
type DatabaseOption struct {
	Key   string
	Value Expr
}

type (
	// EnableServer is ENABLE SERVER; AlterServer sets options of one already enabled.
	EnableServer struct {
		Span
		Name    Text
		Options Expr
	}
	// AlterServer is ALTER SERVER … SET OPTIONS.
	AlterServer struct {
		Span
		Name    Text
		Options Expr
	}
	// RenameServer is RENAME SERVER from TO to.
	RenameServer struct {
		Span
		Name, To Text
	}
	// DropServer is DROP SERVER.
	DropServer struct {
		Span
		Name Text
	}
	// Deallocate is [DRYRUN] DEALLOCATE DATABASES FROM SERVERS.
	Deallocate struct {
		Span
		DryRun  bool
		Servers []Text
	}
	// Reallocate is [DRYRUN] REALLOCATE DATABASES.
	Reallocate struct {
		Span
		DryRun bool
	}
)

func (*Show) command()             {}
func (*AlterGraphType) command()   {}
func (*Terminate) command()        {}
func (*CreateIndex) command()      {}
func (*DropIndex) command()        {}
func (*CreateConstraint) command() {}
func (*DropConstraint) command()   {}
func (*CreateDatabase) command()   {}
func (*AlterDatabase) command()    {}
func (*DropDatabase) command()     {}
func (*StartDatabase) command()    {}
func (*StopDatabase) command()     {}
func (*CreateAlias) command()      {}
func (*DropAlias) command()        {}
func (*AlterAlias) command()       {}
func (*EnableServer) command()     {}
func (*AlterServer) command()      {}
func (*RenameServer) command()     {}
func (*DropServer) command()       {}
func (*Deallocate) command()       {}
func (*Reallocate) command()       {}
