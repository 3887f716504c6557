"""Measures on a running demo what distance costs, beside what it must cost.

    graticule demo --data DIR &          # or: make run
    python e2e/latency.py [ROUNDS]

1. From the region farthest from the leader, named by `?region=`: an auto-commit
   and an explicit transaction of five statements, each one round trip to the
   leader and its round trip to a quorum; and reads, which go nowhere.
2. How long after the answer of a commit at the leader each secondary of another
   region shows it: one way from the leader.

Each figure may be 10 ms more at p50, a read 2 ms in all.
"""
import sys
import time

import demo
from neo4j import GraphDatabase

ALLOWANCE, READ = 10, 2  # ms


def timed(rounds, work):
    out = []
    for i in range(rounds):
        began = time.perf_counter()
        work(i)
        out.append((time.perf_counter() - began) * 1000)
    return out


def verdict(name, took, must, allowance=ALLOWANCE):
    good = demo.p50(took) <= must + allowance
    print(f"{name}: p50 {demo.p50(took):.1f} ms, p99 {demo.p99(took):.1f} ms; at least {must:.0f}, at most {must + allowance:.0f} at p50: {'yes' if good else 'NO'}", flush=True)
    return good


def far(leader, rounds, run):
    region = max(demo.PRIMARIES, key=lambda r: demo.rtt(leader, r))
    must = demo.rtt(leader, region) + demo.quorum(leader)
    print(f"the leader is in {leader}, the client in {region}", flush=True)
    with GraphDatabase.driver(f"neo4j://localhost:{demo.PRIMARIES[region]}?region={region}", auth=demo.AUTH) as driver:

        def auto(i):
            with driver.session(database="neo4j") as s:
                s.run("CREATE (:Far {run: $r, i: $i})", r=run, i=i).consume()

        def explicit(i):
            with driver.session(database="neo4j") as s, s.begin_transaction() as tx:
                for step in range(5):
                    tx.run("CREATE (:Far {run: $r, i: $i, step: $s})", r=run, i=i, s=step).consume()
                tx.commit()

        def read(i):
            with driver.session(database="neo4j", default_access_mode="READ") as s:
                s.run("MATCH (f:FarIndexed {i: $i}) RETURN f.i", i=i % 50).consume()

        with driver.session(database="neo4j") as s:
            s.run("CREATE INDEX far IF NOT EXISTS FOR (f:FarIndexed) ON (f.i)").consume()
            s.run("UNWIND range(0, 49) AS i MERGE (:FarIndexed {i: i})").consume()
        for work in (auto, explicit, read):  # routing tables, ids and plans are there afterwards
            timed(5, work)
        good = verdict("auto-commit", timed(rounds, auto), must)
        good &= verdict("transaction of five statements", timed(rounds, explicit), must)
        return verdict("read", timed(10 * rounds, read), 0, READ) and good


def fresh(leader, rounds, run):
    good = True
    with demo.direct(demo.PRIMARIES[leader]) as writer:
        for region, port in demo.SECONDARIES.items():
            if region == leader:
                continue
            with demo.direct(port) as reader:
                lags = []
                for i in range(rounds + 5):
                    with writer.session(default_access_mode="WRITE") as s:
                        s.run("CREATE (:Fresh {run: $r, i: $i})", r=run, i=i).consume()
                        marks = s.last_bookmarks()
                    began = time.perf_counter()
                    with reader.session(default_access_mode="READ", bookmarks=marks) as s:
                        s.run("RETURN 1").consume()
                    lags.append((time.perf_counter() - began) * 1000)
                good &= verdict(f"a commit shows on the secondary in {region} after its answer", lags[5:], demo.rtt(leader, region) / 2)
    return good


def main(rounds):
    leader, run = demo.leader(), str(time.time_ns())
    good = far(leader, rounds, run)
    good &= fresh(leader, rounds, run)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
