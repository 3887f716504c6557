package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
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
	flag.Parse()
	if err := run(*duration, strings.Split(*clients, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		os.Exit(1)
	}
}

func run(duration time.Duration, counts []string) error {
	dir, err := os.MkdirTemp("", "etcd-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	endpoints, stop, err := start(dir, 3)
	defer stop()
	if err != nil {
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
func start(dir string, n int) (endpoints []string, stop func(), err error) {
	var running []*embed.Etcd
	stop = func() {
		for _, e := range running {
			e.Close()
		}
	}
	var peers, initial []string
	for i := range n {
		endpoints = append(endpoints, "http://"+freePort())
		peers = append(peers, "http://"+freePort())
		initial = append(initial, fmt.Sprintf("m%d=%s", i, peers[i]))
	}
	type started struct {
		e   *embed.Etcd
		err error
	}
	all := make(chan started, n)
	for i := range n {
		cfg := embed.NewConfig()
		cfg.Name, cfg.Dir = fmt.Sprintf("m%d", i), filepath.Join(dir, fmt.Sprint(i))
		cfg.LogLevel = "fatal" // it complains of its own closing
		client, _ := url.Parse(endpoints[i])
		peer, _ := url.Parse(peers[i])
		cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
		cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{*peer}, []url.URL{*peer}
		cfg.InitialCluster = strings.Join(initial, ",")
		go func() {
			e, err := embed.StartEtcd(cfg)
			if err == nil {
				<-e.Server.ReadyNotify()
			}
			all <- started{e, err}
		}()
	}
	for range n {
		s := <-all
		if s.err != nil {
			err = s.err
		} else {
			running = append(running, s.e)
		}
	}
	return endpoints, stop, err
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
