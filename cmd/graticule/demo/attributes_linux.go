package demo

import "syscall"

// childAttributes keeps the terminal's Ctrl-C from the children, which the demo
// stops itself, and ends them when the demo dies.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
