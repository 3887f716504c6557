package demo

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// socketPath is where the demo of this user listens for kill, pause, resume and start.
func socketPath() string {
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		dir = os.TempDir()
	}
	return filepath.Join(dir, fmt.Sprintf("graticule-demo-%d.sock", os.Getuid()))
}

// ErrAnotherDemo means that a demo of this user is already running.
var ErrAnotherDemo = errors.New("a demo of this user is already running; stop it first")

// listenControl takes the control socket, removing one that a dead demo left.
func listenControl() (net.Listener, error) {
	path := socketPath()
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, ErrAnotherDemo
	}
	_ = os.Remove(path)
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("open control socket: %w", err)
	}
	return l, os.Chmod(path, 0o600)
}

// serveControl answers requests, one line each way, until the listener closes.
func serveControl(l net.Listener, c *children) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		answer(conn, c)
	}
}

func answer(conn net.Conn, c *children) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(stopGrace))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return
	}
	verb, name, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch verb {
	case "start":
		err = c.start(name)
	case "kill", "pause", "resume":
		err = c.signal(name, verb)
	default:
		err = fmt.Errorf("unknown request %q", verb)
	}
	if err != nil {
		fmt.Fprintf(conn, "error %v\n", err)
		return
	}
	fmt.Fprintf(conn, "ok\n")
}

// Control asks the running demo to kill, pause, resume or start a server.
func Control(verb, server string) error {
	conn, err := net.Dial("unix", socketPath())
	if err != nil {
		return errors.New("no demo is running; start one with: graticule demo")
	}
	defer conn.Close()
	fmt.Fprintf(conn, "%s %s\n", verb, server)
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return fmt.Errorf("read the demo's answer: %w", err)
	}
	if text, bad := strings.CutPrefix(strings.TrimSpace(line), "error "); bad {
		return errors.New(text)
	}
	return nil
}
