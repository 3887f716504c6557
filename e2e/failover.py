"""Kills the leader of a running demo again and again under load and checks that
no acknowledged write is lost or doubled.

    graticule demo --data DIR &          # or: make run
    python e2e/failover.py [ROUNDS] [WRITERS]

Each writer creates nodes with ids of its own through managed transactions; an
id is acknowledged once the driver returned. Prints, per round, the longest time
without any acknowledged write, and in the end the p50 and p99 of those gaps.
"""
import logging
import pathlib
import subprocess
import sys
import threading
import time

from neo4j import GraphDatabase

logging.getLogger("neo4j").setLevel(logging.ERROR + 1)  # lost connections are the point here
BINARY = str(pathlib.Path(__file__).resolve().parent.parent / "bin" / "graticule")
URI, AUTH = "neo4j://localhost:7687", ("neo4j", "password123")
SEEDS = [f"neo4j://localhost:{p}" for p in (7687, 7689, 7691)]


def connect():
    for uri in SEEDS:
        try:
            driver = GraphDatabase.driver(uri, auth=AUTH, max_transaction_retry_time=60, connection_timeout=3)
            driver.verify_connectivity()
            return driver
        except Exception:  # that server is the one that was killed
            continue
    raise SystemExit("no server of the demo answers")


def leader():
    for uri in SEEDS:
        try:
            with GraphDatabase.driver(uri.replace("neo4j", "bolt"), auth=AUTH, connection_timeout=3) as d:
                rows = d.execute_query("SHOW DATABASES YIELD name, address, writer WHERE name = 'neo4j' AND writer RETURN address").records
                if rows:
                    return rows[0]["address"]
        except Exception:
            continue
    return None


def main(rounds, writers):
    names = {"localhost:7687": "eu-west-1", "localhost:7689": "us-east-1", "localhost:7691": "ap-south-1"}
    run = str(time.time_ns())
    stop, acked, times, errors = threading.Event(), [[] for _ in range(writers)], [], []

    def write(w):
        driver = connect()
        n = 0
        while not stop.is_set():
            try:
                driver.execute_query("CREATE (:Failover {run: $r, w: $w, n: $n})", r=run, w=w, n=n, database_="neo4j")
                acked[w].append(n)
                times.append(time.monotonic())
            except Exception as e:
                errors.append(repr(e)[:200])
            n += 1
        driver.close()

    threads = [threading.Thread(target=write, args=(w,)) for w in range(writers)]
    for t in threads:
        t.start()
    time.sleep(2)
    gaps = []
    for r in range(rounds):
        address = None
        while address not in names:
            address = leader()
        began = time.monotonic()
        subprocess.run([BINARY, "demo", "kill", names[address]], check=True, capture_output=True)
        while time.monotonic() - began < 6:
            time.sleep(0.1)
        window = [began] + [t for t in list(times) if t > began] + [time.monotonic()]
        gaps.append(max(b - a for a, b in zip(window, window[1:])))
        print(f"round {r + 1}: killed {names[address]}, {gaps[-1]:.2f} s without commits", flush=True)
        subprocess.run([BINARY, "demo", "start", names[address]], check=True, capture_output=True)
        time.sleep(3)
    stop.set()
    for t in threads:
        t.join()
    driver = connect()
    rows = driver.execute_query("MATCH (f:Failover {run: $r}) RETURN f.w AS w, f.n AS n, count(*) AS c", r=run, database_="neo4j").records
    stored = {(row["w"], row["n"]): row["c"] for row in rows}
    lost = [(w, n) for w in range(writers) for n in acked[w] if (w, n) not in stored]
    doubled = [k for k, c in stored.items() if c > 1]
    gaps.sort()
    print(f"{sum(map(len, acked))} acknowledged, {len(lost)} lost, {len(doubled)} doubled, {len(errors)} errors {set(errors) or ''}")
    print(f"gap p50 {gaps[len(gaps) // 2]:.2f} s, p99 {gaps[-1]:.2f} s over {rounds} kills")
    return 1 if lost or doubled else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, int(sys.argv[2]) if len(sys.argv) > 2 else 32))
