"""Clients of a running demo raise one property of one node by auto-commit, all at
once; none may be refused, and the sum must be exact.

    graticule demo --data DIR &          # or: make run
    python e2e/counter.py [CLIENTS] [INCREMENTS]

The clients are spread over all regions; each writes through the driver's own
routing, every other one through a copy in its own region (`?region=`).
"""
import sys
import threading
import time

import demo
from neo4j import GraphDatabase


def main(clients, increments):
    run, refused, done, mutex = str(time.time_ns()), [], [0], threading.Lock()
    regions = list(demo.PRIMARIES)
    with demo.direct(demo.PRIMARIES[regions[0]]) as d:
        d.execute_query("CREATE (:Hot {run: $r, n: 0})", r=run, database_="neo4j")

    def client(c):
        region = regions[c % len(regions)]
        query = f"?region={region}" if c % 2 else ""
        with GraphDatabase.driver(f"neo4j://localhost:{demo.PRIMARIES[region]}{query}", auth=demo.AUTH) as driver:
            start.wait()
            for _ in range(increments):
                try:
                    with driver.session(database="neo4j", default_access_mode="WRITE") as s:  # no retries of the driver
                        s.run("MATCH (h:Hot {run: $r}) SET h.n = h.n + 1", r=run).consume()
                    with mutex:
                        done[0] += 1
                except Exception as e:
                    refused.append(repr(e)[:200])

    start = threading.Barrier(clients + 1)
    threads = [threading.Thread(target=client, args=(c,)) for c in range(clients)]
    for t in threads:
        t.start()
    start.wait()
    began = time.monotonic()
    for t in threads:
        t.join()
    took = time.monotonic() - began
    with demo.direct(demo.PRIMARIES[demo.leader()]) as d:
        total = d.execute_query("MATCH (h:Hot {run: $r}) RETURN h.n AS n", r=run, database_="neo4j").records[0]["n"]
    print(f"{clients} clients, {increments} increments each: {len(refused)} refused {set(refused) or ''}, sum {total} of {clients * increments}, {done[0] / took:.0f} a second")
    return 0 if not refused and total == clients * increments else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 64, int(sys.argv[2]) if len(sys.argv) > 2 else 50))
