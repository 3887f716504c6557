package parser

import (
	"strings"

	"graticule/cypher/ast"
)

func (p *parser) userChange(u *ast.UserChange) {
	for p.oneOf("SET", "REMOVE") != "" {
		if strings.EqualFold(p.tokens[p.at-1].text, "REMOVE") {
			p.needWord("HOME")
			p.needWord("DATABASE")
			u.RemoveHome = true
			continue
		}
		p.userSetting(u)
	}
}

func (p *parser) userSetting(u *ast.UserChange) {
	yes, no := true, false
	required := func() {
		p.needWord("CHANGE")
		u.ChangeRequired = &yes
		if p.word("NOT") {
			u.ChangeRequired = &no
		}
		p.needWord("REQUIRED")
	}
	switch {
	case p.words("PASSWORD", "CHANGE"):
		p.at--
		required()
	case p.isWord("PASSWORD") || p.isAnyWord("PLAINTEXT", "ENCRYPTED"):
		u.Encrypted = p.oneOf("PLAINTEXT", "ENCRYPTED") == "ENCRYPTED"
		p.needWord("PASSWORD")
		u.Password = p.primary()
		if p.isWord("CHANGE") {
			required()
		}
	case p.word("STATUS"):
		if p.word("SUSPENDED") {
			u.Suspended = &yes
		} else {
			p.needWord("ACTIVE")
			u.Suspended = &no
		}
	case p.words("HOME", "DATABASE"):
		t := p.text()
		u.Home = &t
	case p.word("AUTH"):
		p.word("PROVIDER")
		u.Provider = p.text().Value
		p.need("{")
		for p.word("SET") {
			p.userSetting(u)
		}
		p.need("}")
	default:
		p.unexpected("'PASSWORD', 'STATUS' or 'HOME DATABASE'")
	}
}

// texts parses names parted by commas.
func (p *parser) texts() []ast.Text {
	var out []ast.Text
	for {
		out = append(out, p.text())
		if !p.punct(",") {
			return out
		}
	}
}

// showUsers parses what follows SHOW USERS: the users themselves, or whose privileges.
func (p *parser) showUsers(s *ast.Show) {
	s.Kind = "USERS"
	if p.words("WITH", "AUTH") {
		s.With = "AUTH"
		return
	}
	mark := p.at
	var names []ast.Text
	if p.nameAhead() && !p.isAnyWord("PRIVILEGES", "PRIVILEGE") {
		names = p.texts()
	}
	if p.oneOf("PRIVILEGES", "PRIVILEGE") != "" {
		s.Kind, s.Of, s.Whose = "PRIVILEGES", "USER", names
		return
	}
	p.at = mark
}

// showRoles parses what follows SHOW ROLES.
func (p *parser) showRoles(s *ast.Show) {
	s.Kind = "ROLES"
	if p.word("WITH") {
		if p.oneOf("USERS", "USER") == "" {
			p.unexpected("'USERS'")
		}
		s.With = "USERS"
		return
	}
	if p.nameAhead() {
		s.Whose = p.texts()
		if p.oneOf("PRIVILEGES", "PRIVILEGE") == "" {
			p.unexpected("'PRIVILEGES'")
		}
		s.Kind, s.Of = "PRIVILEGES", "ROLE"
	}
}

func (p *parser) createRole(start int, replace bool) ast.Command {
	r := &ast.CreateRole{OrReplace: replace, Immutable: p.word("IMMUTABLE")}
	p.needWord("ROLE")
	r.Name, r.IfNotExists = p.text(), p.ifNotExists()
	if p.words("AS", "COPY", "OF") {
		t := p.text()
		r.CopyOf = &t
	}
	r.Span = p.from(start)
	return r
}

// remoteAlias parses what follows AT in an alias of another DBMS.
func (p *parser) remoteAlias() {
	p.primary()
	p.remoteCredentials()
}

func (p *parser) remoteCredentials() {
	for {
		switch {
		case p.word("USER"):
			p.text()
		case p.word("PASSWORD"):
			p.primary()
		case p.words("OIDC", "CREDENTIAL", "FORWARDING"):
		case p.word("DRIVER"):
			p.properties()
		case p.isWord("DEFAULT"):
			p.language()
		default:
			return
		}
	}
}
