// Command oracle plays the cases of cypher/testdata/cases at a real Neo4j and
// compares: each answer that differs is told, and with -record written into its
// file. An answer that is missing is always recorded. A case with "differs:"
// must differ, so that the word does not outlive its reason.
//
//	ORACLE, ORACLE25                  bolt addresses: of a Neo4j 5.26, and of a newest one for Cypher 25
//	ORACLE_IMPORT, ORACLE25_IMPORT    their import folders, for cases with files
//
// The databases there are emptied for each case. Without an address the cases
// of that language are left out.
package main
