package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
)

func main() {
	duration := flag.Duration("duration", 5*time.Second, "of each measurement")
	clients := flag.String("clients", "1,64,256", "numbers of clients")
	processes := flag.Bool("processes", false, "each member a process of its own, as Graticule's servers are")
	words := flag.String("member", "", "of the processes that -processes starts")
	flag.Parse()
	err := error(nil)
	if *words != "" {
		err = serve(*words)
	} else {
		err = run(*duration, strings.Split(*clients, ","), *processes)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		os.Exit(1)
	}
}

func run(duration time.Duration, counts []string, processes bool) error {
	dir, err := os.MkdirTemp("", "etcd-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	endpoints, stop, err := start(dir, 3, processes)
	defer stop()
	if err != nil {
		return err
	}
	if endpoints, err = leaderFirst(endpoints); err != nil {
		return err
	}
	for _, c := range counts {
		n, err := strconv.Atoi(c)
		if err != nil {
			return err
		}
		if err := measure(endpoints, n, duration); err != nil {
			return err
		}
	}
	return nil
}

// start starts members with logs and data in dir and waits until all are ready.
func start(dir string, n int, processes bool) (endpoints []string, stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, end := range stops {
			end()
		}
	}
	var peers, initial []string
	for i := range n {
		endpoints = append(endpoints, "http://"+freePort())
		peers = append(peers, "http://"+freePort())
		initial = append(initial, fmt.Sprintf("m%d=%s", i, peers[i]))
	}
	begin := inProcess
	if processes {
		begin = asProcess
	}
	type started struct {
		stop func()
		err  error
	}
	all := make(chan started, n)
	for i := range n {
		m := member{fmt.Sprintf("m%d", i), filepath.Join(dir, fmt.Sprint(i)), endpoints[i], peers[i], strings.Join(initial, ",")}
		go func() {
			end, err := begin(m)
			all <- started{end, err}
		}()
	}
	for range n {
		s := <-all
		if s.err != nil {
			err = s.err
		} else {
			stops = append(stops, s.stop)
		}
	}
	return endpoints, stop, err
}

// A member is told apart by its name, its folder, the URLs it listens on for
// clients and for the others, and all the members' names and URLs.
type member struct{ name, dir, client, peer, initial string }

// inProcess starts m here and waits until it is ready.
func inProcess(m member) (stop func(), err error) {
	cfg := embed.NewConfig()
	cfg.Name, cfg.Dir = m.name, m.dir
	cfg.LogLevel = "fatal" // it complains of its own closing
	client, err := url.Parse(m.client)
	if err != nil {
		return nil, err
	}
	peer, err := url.Parse(m.peer)
	if err != nil {
		return nil, err
	}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{*peer}, []url.URL{*peer}
	cfg.InitialCluster = m.initial
	e, err := embed.StartEtcd(cfg)
	if err != nil {
		return nil, err
	}
	<-e.Server.ReadyNotify()
	return e.Close, nil
}

// asProcess starts m as a process of this program, which says when it is ready
// and ends when its input does.
func asProcess(m member) (stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "-member", strings.Join([]string{m.name, m.dir, m.client, m.peer, m.initial}, " "))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() {
		in.Close()
		cmd.Wait()
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		stop()
		return nil, fmt.Errorf("member %s did not become ready: %w", m.name, err)
	}
	return stop, nil
}

// serve is the process that asProcess starts.
func serve(words string) error {
	w := strings.Fields(words)
	if len(w) != 5 {
		return fmt.Errorf("a member has five words, not %q", words)
	}
	stop, err := inProcess(member{w[0], w[1], w[2], w[3], w[4]})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	stop()
	return err
}

// leaderFirst puts the leader's endpoint at the head, so that a single client sends
// its puts where they are ordered, as a driver does with writes.
func leaderFirst(endpoints []string) ([]string, error) {
	client, err := clientv3.New(clientv3.Config{Endpoints: endpoints})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	for i, e := range endpoints {
		s, err := client.Status(context.Background(), e)
		if err != nil {
			return nil, err
		}
		if s.Leader == s.Header.MemberId {
			endpoints[0], endpoints[i] = endpoints[i], endpoints[0]
			return endpoints, nil
		}
	}
	return nil, errors.New("no member leads")
}

func freePort() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func measure(endpoints []string, clients int, duration time.Duration) error {
	var mu sync.Mutex
	var times []time.Duration
	var failed error
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	until := time.Now().Add(duration)
	for c := range clients {
		wg.Go(func() {
			client, err := clientv3.New(clientv3.Config{Endpoints: []string{endpoints[c%len(endpoints)]}})
			if err != nil {
				mu.Lock()
				failed = err
				mu.Unlock()
				return
			}
			defer client.Close()
			var mine []time.Duration
			for i := 0; time.Now().Before(until); i++ {
				at := time.Now()
				if _, err := client.Put(ctx, fmt.Sprintf("bench/%d/%d", c, i), strconv.Itoa(i)); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			times = append(times, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	slices.Sort(times)
	at := func(q float64) float64 { return float64(times[int(q*float64(len(times)-1))].Microseconds()) / 1000 }
	fmt.Printf("puts %4d clients %7.0f/s  p50 %8.3f  p99 %8.3f ms\n", clients, float64(len(times))/duration.Seconds(), at(0.5), at(0.99))
	return nil
}
