"""Takes regions, and then all servers, of a running demo away under load.

    graticule demo --data DIR &          # or: make run
    python e2e/outages.py

1. One region is paused: the others go on writing; resumed, it catches up.
2. Two regions are paused: the third refuses writes with a code that drivers
   retry, still reads, and writes again after they resume.
3. All six servers are killed at once and started: every acknowledged write is
   there, once.
"""
import logging
import pathlib
import subprocess
import sys
import threading
import time

from neo4j import GraphDatabase
from neo4j.exceptions import Neo4jError, ServiceUnavailable, SessionExpired

BINARY = str(pathlib.Path(__file__).resolve().parent.parent / "bin" / "graticule")
AUTH = ("neo4j", "password123")
REGIONS = {"eu-west": (7687, 7688), "us-east": (7689, 7690), "ap-south": (7691, 7692)}
logging.getLogger("neo4j").setLevel(logging.ERROR + 1)  # lost connections are the point here
RUN = str(time.time_ns())


def demo(verb, *servers):
    for s in servers:
        subprocess.run([BINARY, "demo", verb, s], check=True, capture_output=True)


def servers(*regions):
    return [f"{r}-{i}" for r in regions for i in (1, 2)]


def direct(port, query, write=False, **params):
    """Runs one statement at one server, without retries."""
    with GraphDatabase.driver(f"bolt://localhost:{port}", auth=AUTH, connection_timeout=5) as d:
        with d.session(default_access_mode="WRITE" if write else "READ") as s:
            return s.run(query, **params).values()


class Writers:
    """Threads that create nodes, each id once, through every server that answers."""

    first = 0  # number of the next thread

    def __init__(self, count, ports):
        self.acked, self.stop, self.ports = [], threading.Event(), ports
        self.threads = [threading.Thread(target=self.work, args=(w,)) for w in range(Writers.first, Writers.first + count)]
        Writers.first += count
        for t in self.threads:
            t.start()

    def work(self, w):
        n, driver = 0, None
        while not self.stop.is_set():
            try:
                driver = driver or GraphDatabase.driver(f"neo4j://localhost:{self.ports[w % len(self.ports)]}", auth=AUTH, connection_timeout=3, connection_acquisition_timeout=5, max_transaction_retry_time=60)
                driver.execute_query("CREATE (:Outage {run: $r, w: $w, n: $n})", r=RUN, w=w, n=n, database_="neo4j")
                self.acked.append((w, n, time.monotonic()))
            except (Neo4jError, ServiceUnavailable, SessionExpired, OSError):
                time.sleep(0.05)
            n += 1
        if driver:
            driver.close()

    def since(self, at):
        return sum(1 for _, _, t in list(self.acked) if t >= at)

    def end(self):
        self.stop.set()
        for t in self.threads:
            t.join()
        return [(w, n) for w, n, _ in self.acked]


def caught_up(acked, ports, patience=30):
    """Waits until every server has every acknowledged write, none twice."""
    until = time.monotonic() + patience
    for port in ports:
        while True:
            try:
                rows = direct(port, "MATCH (o:Outage {run: $r}) RETURN o.w, o.n, count(*)", r=RUN)
                stored = {(w, n): c for w, n, c in rows}
                missing = [k for k in acked if k not in stored]
                doubled = [k for k, c in stored.items() if c > 1]
                assert not doubled, f"port {port}: doubled {doubled[:5]}"
                if not missing:
                    break
            except (Neo4jError, ServiceUnavailable, SessionExpired, OSError):
                missing = ["no answer"]
            assert time.monotonic() < until, f"port {port} lacks {len(missing)} writes: {missing[:5]}"
            time.sleep(0.1)
    return patience - (until - time.monotonic())


def main():
    every = [p for ports in REGIONS.values() for p in ports]
    for region in REGIONS:
        others = [r for r in REGIONS if r != region]
        w = Writers(12, [REGIONS[r][0] for r in others])
        time.sleep(2)
        began = time.monotonic()
        demo("pause", *servers(region))
        time.sleep(10)
        assert w.since(began + 6) > 0, "the majority does not go on"
        first = min(t for _, _, t in w.acked if t > began + 1) - began
        demo("resume", *servers(region))
        acked = w.end()
        took = caught_up(acked, every)
        print(f"{region} paused for 10 s: first commit after the first second at {first:.1f} s, {len(acked)} acknowledged, all there everywhere {took:.1f} s after the resume", flush=True)

    for region, ports in REGIONS.items():
        others = [r for r in REGIONS if r != region]
        demo("pause", *servers(*others))
        time.sleep(4)
        for port in ports:
            began = time.monotonic()
            assert direct(port, "MATCH (o:Outage) RETURN count(o)")[0][0] > 0
            read = time.monotonic() - began
        began = time.monotonic()
        try:
            direct(ports[0], "CREATE (:Outage {run: 'refused'})", write=True)
            raise AssertionError("a minority accepted a write")
        except Neo4jError as e:
            code = e.code
        refused = time.monotonic() - began
        demo("resume", *servers(*others))
        began = time.monotonic()
        while True:
            try:
                direct(ports[0], "CREATE (:Outage {run: 'after'})", write=True)
                break
            except (Neo4jError, ServiceUnavailable, SessionExpired, OSError):
                assert time.monotonic() - began < 30, "no write after the resume"
        print(f"only {region} is left: reads in {read * 1000:.0f} ms, a write is refused after {refused:.1f} s with {code}; writes again {time.monotonic() - began:.1f} s after the resume", flush=True)

    w = Writers(24, [ports[0] for ports in REGIONS.values()])
    time.sleep(4)
    killers = [threading.Thread(target=demo, args=("kill", s)) for s in servers(*REGIONS)]
    for k in killers:
        k.start()
    for k in killers:
        k.join()
    demo("start", *servers(*REGIONS))
    began = time.monotonic()
    while w.since(began) == 0:
        assert time.monotonic() - began < 60, "no commit after all were started"
        time.sleep(0.05)
    up = time.monotonic() - began
    acked = w.end()
    caught_up(acked, every, 60)
    print(f"all six killed at once: first commit {up:.1f} s after the start, {len(acked)} acknowledged, all there once on every server", flush=True)


if __name__ == "__main__":
    sys.exit(main())
