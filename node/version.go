package node

// Version is this build's version; Neo4jVersion is the Neo4j version whose
// protocol and language it speaks, as drivers and tools ask for it.
const (
	Version      = "0.1.0"
	Neo4jVersion = "5.26.0"
)
