package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// stopGrace is how long a child may take to shut down before it is killed.
const stopGrace = 10 * time.Second

// children are the server processes of a demo. Its mutex guards the map; no
// method waits for a process while holding it.
type children struct {
	layout  Layout
	binary  string
	env     []string
	mu      sync.Mutex
	running map[string]*child
}

type child struct {
	cmd    *exec.Cmd
	exited chan struct{}
	paused bool
}

func newChildren(l Layout, binary string) *children {
	return &children{
		layout: l, binary: binary, running: map[string]*child{},
		env: append(os.Environ(), "GRATICULE_AUTH="+l.Auth, "GRATICULE_server_cluster_secret="+l.Secret),
	}
}

// start starts the named server; its log goes to <data>/<name>.log.
func (c *children) start(name string) error {
	s, err := c.find(name)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running[s.Name] != nil {
		return fmt.Errorf("%s is already running", s.Name)
	}
	log, err := os.OpenFile(filepath.Join(c.layout.DataDir, s.Name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log of %s: %w", s.Name, err)
	}
	defer log.Close()
	cmd := exec.Command(c.binary, c.layout.args(s)...)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.env, log, log
	cmd.SysProcAttr = childAttributes()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", s.Name, err)
	}
	ch := &child{cmd: cmd, exited: make(chan struct{})}
	c.running[s.Name] = ch
	go func() {
		_ = cmd.Wait() // how it ended shows in its log
		c.mu.Lock()
		delete(c.running, s.Name)
		c.mu.Unlock()
		close(ch.exited)
	}()
	return nil
}

// signal sends kill, pause or resume to the named server.
func (c *children) signal(name, verb string) error {
	s, err := c.find(name)
	if err != nil {
		return err
	}
	c.mu.Lock()
	ch := c.running[s.Name]
	if ch == nil {
		c.mu.Unlock()
		return fmt.Errorf("%s is not running; start it with: graticule demo start %s", s.Name, s.Name)
	}
	sig := map[string]syscall.Signal{"kill": syscall.SIGKILL, "pause": syscall.SIGSTOP, "resume": syscall.SIGCONT}[verb]
	ch.paused = verb == "pause"
	err = ch.cmd.Process.Signal(sig)
	c.mu.Unlock()
	if err == nil && verb == "kill" {
		<-ch.exited
	}
	return err
}

// stop ends every child: resumed, asked to stop, and killed when that takes too long.
func (c *children) stop() {
	c.mu.Lock()
	var all []*child
	for _, ch := range c.running {
		all = append(all, ch)
		if ch.paused {
			_ = ch.cmd.Process.Signal(syscall.SIGCONT)
		}
		_ = ch.cmd.Process.Signal(syscall.SIGTERM)
	}
	c.mu.Unlock()
	late, cancel := context.WithTimeout(context.Background(), stopGrace)
	defer cancel()
	for _, ch := range all {
		select {
		case <-ch.exited:
		case <-late.Done():
			_ = ch.cmd.Process.Kill()
			<-ch.exited
		}
	}
}

// exited gives a channel closed when the named server ends; closed already when it does not run.
func (c *children) exited(name string) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ch := c.running[name]; ch != nil {
		return ch.exited
	}
	done := make(chan struct{})
	close(done)
	return done
}

var errNoServer = errors.New("no such server")

func (c *children) find(name string) (Server, error) {
	var names []string
	for _, s := range c.layout.Servers() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Server{}, fmt.Errorf("%w %q: the servers are %v", errNoServer, name, names)
}
