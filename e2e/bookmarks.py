"""Writes on one copy of a running demo and reads on another with the bookmark of
the write, again and again while other writers run, and counts stale reads.

    graticule demo --data DIR &          # or: make run
    python e2e/bookmarks.py [PAIRS] [SEED]

Each pair raises a counter of its thread by one at a random server, primary or
secondary, and reads it at another. Stale is a read that gives less than was
written. Then every copy must give each thread's last value, once: the label and
its values are new to most servers when the threads begin with MERGE.
"""
import random
import sys
import threading
import time

import demo
from neo4j import Bookmarks
from neo4j.exceptions import Neo4jError

THREADS, WRITERS = 8, 4


def main(pairs, seed):
    drivers = {p: demo.direct(p) for p in demo.PORTS}
    run, stop, mutex = str(time.time_ns()), threading.Event(), threading.Lock()
    label = f"Pair{run}"
    stale, waits, retried, noise, last, marks_of = [], [], [0], [0], {}, {}

    def disturb(w):
        rng = random.Random(f"{seed} writer {w}")
        while not stop.is_set():
            with drivers[rng.choice(demo.PORTS)].session(default_access_mode="WRITE") as s:
                try:
                    s.run("CREATE (:Noise {run: $r})-[:NEXT]->(:Noise {run: $r})", r=run).consume()
                    noise[0] += 1
                except Neo4jError:
                    continue  # a conflict that was not worth a retry

    def pair(t):
        rng = random.Random(f"{seed} pair {t}")
        for n in range(1, pairs // THREADS + 1):
            at, other = rng.sample(demo.PORTS, 2)
            while True:
                try:
                    with drivers[at].session(default_access_mode="WRITE") as s:
                        s.run(f"MERGE (p:{label} {{t: $t}}) SET p.n = $n", t=t, n=n).consume()
                        marks = s.last_bookmarks()
                    break
                except Neo4jError as e:
                    if not e.is_retryable():
                        raise
                    retried[0] += 1
            began = time.monotonic()
            with drivers[other].session(default_access_mode="READ", bookmarks=marks) as s:
                row = s.run(f"MATCH (p:{label} {{t: $t}}) RETURN p.n", t=t).single()
            took = time.monotonic() - began
            with mutex:
                waits.append(took * 1000)
                last[t], marks_of[t] = n, marks
                if row is None or row[0] < n:
                    stale.append((at, other, n, row))

    noisy = [threading.Thread(target=disturb, args=(w,)) for w in range(WRITERS)]
    threads = [threading.Thread(target=pair, args=(t,)) for t in range(THREADS)]
    began = time.monotonic()
    for t in noisy + threads:
        t.start()
    for t in threads:
        t.join()
    took = time.monotonic() - began
    stop.set()
    for t in noisy:
        t.join()
    for port, d in drivers.items():
        with d.session(default_access_mode="READ", bookmarks=sum(marks_of.values(), Bookmarks())) as s:
            rows = sorted(map(tuple, s.run(f"MATCH (p:{label}) RETURN p.t, p.n").values()))
        assert rows == sorted(last.items()), f"port {port} has {rows}, written was {sorted(last.items())}"
        d.close()
    assert len(waits) == pairs // THREADS * THREADS, "a thread failed"
    print(f"seed {seed}: {len(waits)} pairs in {took:.0f} s beside {noise[0]} other writes, {len(stale)} stale {stale[:3] or ''}, {retried[0]} writes tried again")
    print(f"a read with the bookmark of another copy: p50 {demo.p50(waits):.1f} ms, p99 {demo.p99(waits):.1f} ms")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000, int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 1_000_000))
