// Package spill keeps rows of values in temporary files, for operators of a
// query that have no memory left.
//
// A Disk is a folder with a limit. A File takes records (slices of values) and
// gives them back in order, by a Reader; Merge reads several files whose records
// are sorted as one. Files have no name once they are made, so that nothing is
// left of them when the process ends, however it does; Clear removes what older
// processes left where the system cannot do that.
//
// Entities known by id are written as ids, those with their content with it. A
// value that a record shares with the one before it is written once.
//
// A Disk is safe for concurrent use, a File and its Readers belong to one
// goroutine. The package starts none.
package spill
