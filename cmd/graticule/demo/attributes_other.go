//go:build !linux

package demo

import "syscall"

// childAttributes keeps the terminal's Ctrl-C from the children, which the demo
// stops itself.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
