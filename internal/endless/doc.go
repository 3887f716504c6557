// Package endless holds statements that run for minutes, for tests that end them: on
// the engine and over Bolt. A new operator or function that may take long within one
// row gets its line here.
package endless
