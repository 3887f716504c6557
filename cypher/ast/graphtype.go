package ast

type (
	// AlterGraphType is ALTER CURRENT GRAPH TYPE operation { … }, of Cypher 25.
	AlterGraphType struct {
		Span
		Operation   string // "SET", "ADD", "ALTER" or "DROP"
		Body        Span   // from brace to brace
		Elements    []ElementType
		Constraints []TypeConstraint
		Names       []Name // of constraints to DROP
	}
	// ElementType is (alias:Label => :Implied {…}) or
	// (source)-[alias:TYPE => {…}]->(target), and the REQUIREs after it.
	ElementType struct {
		Span
		Relationship   bool
		Alias          *Name
		Token          Name // the identifying label or type
		Implied        []Name
		Source, Target Endpoint // of a relationship
		Properties     []PropertyType
		Constraints    []TypeConstraint // of the properties and by REQUIRE
	}
	// Endpoint is (), (alias), (alias:Label) or (alias:Label =>).
	Endpoint struct {
		Span
		Alias, Label *Name
		Identifying  bool
	}
	// PropertyType is key :: TYPE in an element type.
	PropertyType struct {
		Span
		Key  Name
		Type Type
	}
	// TypeConstraint is CONSTRAINT name FOR pattern REQUIRE …, or a constraint
	// inside an element type, which has no name and is on that type.
	TypeConstraint struct {
		Span
		Name         *Name
		Relationship bool
		On           Endpoint
		Inside       bool // of an element type: by REQUIRE, or after the type of a property
		Properties   []Property
		Kind         string // "UNIQUE", "KEY", "EXISTS" or "TYPE"
		Of           string // "NODE", "RELATIONSHIP" or "REL" where IS is followed by it
		OfAt         int    // where that stands after the type of a property
		Type         *Type
		Options      Expr
	}
)
