package ast

// UserChange is what CREATE USER and ALTER USER set; nil fields are not given.
type UserChange struct {
	Password       Expr
	Encrypted      bool
	ChangeRequired *bool
	Suspended      *bool
	Home           *Text
	Provider       string // of SET AUTH; "" means native
	RemoveHome     bool
}

type (
	// CreateUser is CREATE [OR REPLACE] USER.
	CreateUser struct {
		Span
		Name        Text
		IfNotExists bool
		OrReplace   bool
		UserChange
	}
	// AlterUser is ALTER USER.
	AlterUser struct {
		Span
		Name     Text
		IfExists bool
		UserChange
	}
	// DropUser is DROP USER.
	DropUser struct {
		Span
		Name     Text
		IfExists bool
	}
	// RenameUser is RENAME USER from TO to.
	RenameUser struct {
		Span
		Name, To Text
		IfExists bool
	}
	// SetOwnPassword is ALTER CURRENT USER SET PASSWORD FROM old TO new.
	SetOwnPassword struct {
		Span
		From, To Expr
	}
)

type (
	// CreateRole is CREATE [OR REPLACE] [IMMUTABLE] ROLE.
	CreateRole struct {
		Span
		Name        Text
		IfNotExists bool
		OrReplace   bool
		Immutable   bool
		CopyOf      *Text
	}
	// DropRole is DROP ROLE.
	DropRole struct {
		Span
		Name     Text
		IfExists bool
	}
	// RenameRole is RENAME ROLE from TO to.
	RenameRole struct {
		Span
		Name, To Text
		IfExists bool
	}
	// GrantRoles is GRANT ROLES … TO users, or REVOKE ROLES … FROM users.
	GrantRoles struct {
		Span
		Revoke       bool
		Roles, Users []Text
	}
	// GrantPrivilege is GRANT, DENY or REVOKE of a privilege.
	GrantPrivilege struct {
		Span
		Verb      string // "GRANT", "DENY" or "REVOKE"
		Of        string // of REVOKE: "GRANT", "DENY" or "" for both
		Immutable bool
		Action    string   // as SHOW PRIVILEGES names it
		Resources []string // as SHOW PRIVILEGES names them
		Graphs    []Text   // of databases and graphs; none: see AllGraphs
		AllGraphs bool     // * was given, or the privilege is on the DBMS
		HomeGraph bool
		Segments  []string // as SHOW PRIVILEGES names them
		Roles     []Text
	}
)

func (*CreateUser) command()     {}
func (*AlterUser) command()      {}
func (*DropUser) command()       {}
func (*RenameUser) command()     {}
func (*SetOwnPassword) command() {}
func (*CreateRole) command()     {}
func (*DropRole) command()       {}
func (*RenameRole) command()     {}
func (*GrantRoles) command()     {}
func (*GrantPrivilege) command() {}
