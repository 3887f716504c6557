"""Statements that would take all memory, at a server that has 512 MiB.

    python e2e/memory.py [MEBIBYTES=512] [ONLY=text]

Starts ./bin/graticule (GRATICULE names another) in a memory control group of its
own, where the kernel kills what takes more; where no group can be made (not root,
no version 1 or 2 of control groups) GOMEMLIMIT tells the server its size instead.
Plays statements that take more than there is, one after the other and many at
once. Each must end with an error of memory, or with the right answer; after each
the server must be the same process and answer RETURN 1. Prints what each took,
and the highest resident memory; ends with 1 when anything failed. Needs the neo4j
driver (5.x), and port MEMORY_PORT (7787) and two from it on.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from neo4j import GraphDatabase, Query
from neo4j.exceptions import Neo4jError, DriverError

LIMIT = int(sys.argv[1]) if len(sys.argv) > 1 else 512
ONLY = sys.argv[2] if len(sys.argv) > 2 else ""
PORT = int(os.environ.get("MEMORY_PORT", "7787"))
BINARY = os.environ.get("GRATICULE", "./bin/graticule")
SLOWEST = int(os.environ.get("MEMORY_SECONDS", "60"))  # seconds that a statement may run; then the transaction's timeout ends it
EXPECTED = {
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    "Neo.ClientError.Statement.ArgumentError",  # lists have a largest length, too
}
GROUP = None


def make_group():
    """Gives the folder of a control group with the limit, None where that cannot be."""
    global GROUP
    for root, file, text in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes", LIMIT << 20), ("/sys/fs/cgroup", "memory.max", LIMIT << 20)):
        folder = f"{root}/graticule-{os.getpid()}"
        try:
            os.mkdir(folder)
        except OSError:
            continue
        try:
            with open(f"{folder}/{file}", "w") as f:
                f.write(str(text))
            GROUP = folder
            return
        except OSError:
            os.rmdir(folder)


def start(data):
    env = dict(os.environ)
    command = [BINARY, "server", "--data", data, "--set", f"server.bolt.listen_address=127.0.0.1:{PORT}", "--set", f"server.http.listen_address=127.0.0.1:{PORT + 1}",
               "--set", f"server.cluster.listen_address=127.0.0.1:{PORT + 2}", "--set", "dbms.security.auth_enabled=false"]
    def enter():
        if GROUP:
            with open(f"{GROUP}/cgroup.procs", "w") as f:
                f.write(str(os.getpid()))
    if not GROUP:
        env["GOMEMLIMIT"] = f"{LIMIT}MiB"
    return subprocess.Popen(command, env=env, preexec_fn=enter, stdout=open(f"{data}.log", "w"), stderr=subprocess.STDOUT)


def peak(pid):
    """The highest resident memory so far, in MiB."""
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) >> 10


def short(value):
    text = str(value)
    return text if len(text) < 60 else text[:57] + "..."


class Client:
    def __init__(self):
        self.driver = GraphDatabase.driver(f"bolt://127.0.0.1:{PORT}", auth=("neo4j", "x"), max_transaction_retry_time=0, connection_timeout=20, notifications_min_severity="OFF")

    def run(self, query, **parameters):
        """Gives the first value of the first row and the number of rows; errors as their codes."""
        with self.driver.session() as session:
            try:
                result = session.run(Query(query, timeout=SLOWEST), **parameters)
                first, n = None, 0
                for record in result:
                    if n == 0:
                        first = record[0]
                        if isinstance(first, (list, str)) and len(first) > 1000:
                            first = len(first)
                    n += 1
                return first, n, None
            except Neo4jError as e:
                return None, 0, e.code
            except DriverError as e:
                return None, 0, f"{type(e).__name__}: {short(e)}"


def numbers(n):
    """n small integers: a byte each on the wire, 24 in memory."""
    return [1] * n


# name, statement, the first value or the number of rows when it does not end with an
# error (None: it must end with one), parameters
DENSE = "MATCH (a:Dense {i: 0})"
CASES = [
    ("product collected", "UNWIND range(1, 10000) AS a UNWIND range(1, 10000) AS b RETURN size(collect([a, b]))", 100000000, {}),
    ("product counted by distinct pairs", "UNWIND range(1, 1200) AS a UNWIND range(1, 1200) AS b WITH DISTINCT a, b RETURN count(*)", 1440000, {}),
    ("product of nodes sorted", "MATCH (a:Dense), (b:Dense), (c:Dense) WITH a.i AS x, b.i AS y, c.i AS z ORDER BY z DESC, y, x LIMIT 900000 RETURN count(*)", 900000, {}),
    ("range of 10^12 collected", "UNWIND range(1, 1000000000000) AS x RETURN size(collect(x))", None, {}),
    ("range of 10^12 as a list", "RETURN size(range(1, 1000000000000))", None, {}),
    ("five lists of 9*10^6", "WITH range(1, 9000000) AS a, range(1, 9000000) AS b, range(1, 9000000) AS c, range(1, 9000000) AS d, range(1, 9000000) AS e RETURN size(a) + size(b) + size(c) + size(d) + size(e)", 45000000, {}),
    ("string doubled forty times", "RETURN size(reduce(s = 'x', i IN range(1, 40) | s + s))", None, {}),
    ("list doubled forty times", "RETURN size(reduce(l = [1], i IN range(1, 40) | l + l))", None, {}),
    ("string grown by replace", "WITH reduce(s = 'x', i IN range(1, 20) | s + s) AS s RETURN size(replace(s, 'x', s))", None, {}),
    ("large texts made in each row", "WITH reduce(s = 'x', i IN range(1, 20) | s + s) AS s UNWIND range(1, 1000) AS x RETURN max(size(s + x)) AS n, count(s + toString(x))", 1048580, {}),
    ("large texts of functions passed on", "WITH reduce(s = 'x', i IN range(1, 20) | s + s) AS s UNWIND range(1, 300) AS x WITH replace(s, 'xxx', 'yy') + x AS t WHERE size(toUpper(t)) > 600000 RETURN max(size(t))", 699054, {}),
    ("large texts as groups", "WITH reduce(s = 'x', i IN range(1, 20) | s + s) AS s UNWIND range(1, 1000) AS x WITH s + x % 10 AS t, count(*) AS n RETURN count(t)", 10, {}),
    ("nested list comprehension", "RETURN size([x IN range(1, 100000) | [y IN range(1, 100000) | x * y]])", None, {}),
    ("lists in maps", "RETURN size([x IN range(1, 10000000) | {a: x, b: [x, x], c: toString(x)}])", None, {}),
    ("large ORDER BY", "UNWIND range(1, 2000000) AS x WITH x, toString(x * 7919 % 1000003) AS t ORDER BY t SKIP 1999999 RETURN x", 1365328, {}),
    ("large ORDER BY, all rows read", "UNWIND range(1, 600000) AS x RETURN x, 'some text that is not short, number ' + toString(x) AS t ORDER BY x DESC", 600000, {}),
    ("large grouping", "UNWIND range(1, 2000000) AS x WITH toString(x % 700001) AS k, count(*) AS n RETURN count(k)", 700001, {}),
    ("large collect per group", "UNWIND range(1, 20000000) AS x WITH x % 10 AS k, collect(toString(x)) AS l RETURN sum(size(l))", 20000000, {}),
    ("large DISTINCT aggregate", "UNWIND range(1, 3000000) AS x RETURN count(DISTINCT toString(x % 1000003))", 1000003, {}),
    ("DISTINCT integers", "UNWIND range(1, 100000000) AS x WITH DISTINCT x * 3 AS y RETURN count(y)", 100000000, {}),
    ("UNION of many", "UNWIND range(1, 700000) AS x RETURN toString(x) AS t UNION UNWIND range(350000, 1050000) AS x RETURN toString(x) AS t", "1", {}),
    ("percentile of all", "UNWIND range(1, 30000000) AS x RETURN percentileCont(x, 0.5)", 15000000.5, {}),
    ("deep walk of a dense graph", DENSE + "-[*]->(b) RETURN count(*)", None, {}),
    ("paths of a dense graph collected", DENSE + " MATCH p = (a)-[*1..5]->(b) RETURN size(collect(p))", None, {}),
    ("paths of a dense graph sorted", DENSE + " MATCH p = (a)-[*1..4]->(b) WITH p ORDER BY length(p) DESC LIMIT 800000 RETURN count(*)", 800000, {}),
    ("all paths between two nodes", DENSE + " MATCH p = SHORTEST 100000000 (a)-->+(b:Dense {i: 5}) RETURN count(p)", None, {}),
    ("pattern comprehension", DENSE + " RETURN size([p = (a)-->()-->()-->()-->() | p])", None, {}),
    ("COLLECT subquery", DENSE + " RETURN size(COLLECT { MATCH p = (a)-->()-->()-->()-->() RETURN p })", None, {}),
    ("expansion by apoc", DENSE + " CALL apoc.path.expandConfig(a, {maxLevel: 6}) YIELD path RETURN count(path)", None, {}),
    ("10^7 nodes in one transaction", "UNWIND range(1, 10000000) AS x CREATE (:Many {x: x})", 0, {}),
    ("nodes with rows that are kept", "UNWIND range(1, 100000) AS x CREATE (n:Many {x: x, t: reduce(s = 'x', i IN range(1, 12) | s + s)}) RETURN n", 100000, {}),
    ("properties set again and again", "MATCH (a:Dense), (b:Dense), (c:Dense) SET a.p = b.i + c.i", 0, {}),
    ("many rows to eager", "UNWIND range(1, 1500000) AS x MATCH (a:Dense {i: x % 200}) WITH a, toString(x) AS t SET a.q = t RETURN count(*)", 1500000, {}),
    ("list parameter of 12*10^6", "RETURN size($l)", 12000000, {"l": lambda: numbers(12_000_000)}),
    ("list parameter of 10^6", "UNWIND $l AS x WITH x, toString(x) AS t ORDER BY t RETURN count(*)", 1000000, {"l": lambda: numbers(1_000_000)}),
    ("text parameter of 60 MB", "RETURN size($t + $t + $t + $t + $t + $t + $t + $t + $t + $t)", 600000000, {"t": lambda: "x" * 60_000_000}),
    ("the whole of a large result", "UNWIND range(1, 3000000) AS x RETURN x, 'text number ' + toString(x)", 1, {}),
]
MANY = [
    "UNWIND range(1, 3000000) AS x WITH toString(x) AS t ORDER BY t RETURN count(t)",
    "UNWIND range(1, 20000000) AS x RETURN size(collect(toString(x)))",
    "RETURN size(reduce(s = 'x', i IN range(1, 40) | s + s))",
    "UNWIND range(1, 2000000) AS x WITH toString(x % 500000) AS k, count(*) AS n RETURN count(k)",
    "RETURN size([x IN range(1, 100000) | [y IN range(1, 100000) | x * y]])",
    "UNWIND range(1, 3000000) AS x CREATE (:Many {x: x})",
]


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server ends as well
    make_group()
    data = tempfile.mkdtemp()
    server = start(data)
    failures = 0
    print(f"a server of {LIMIT} MiB " + ("in a control group" if GROUP else "by GOMEMLIMIT: no control group can be made here"))
    try:
        client = Client()
        for _ in range(200):
            if client.run("RETURN 1")[2] is None:
                break
            time.sleep(0.1)
        client.run("UNWIND range(0, 199) AS i CREATE (:Dense {i: i})")
        client.run("MATCH (a:Dense), (b:Dense) WHERE a.i <> b.i AND (a.i * 7 + b.i * 13) % 5 = 0 CREATE (a)-[:R]->(b)")

        def alive(name):
            began = time.time()
            got = client.run("RETURN 1")
            if server.poll() is not None or got != (1, 1, None):
                print(f"FAILED after {name}: RETURN 1 gives {got}, the server's exit code is {server.poll()}")
                return False
            return time.time() - began < 10

        for name, query, want, parameters in CASES:
            if ONLY not in name:
                continue
            began = time.time()
            first, n, code = client.run(query, **{k: v() for k, v in parameters.items()})
            took = time.time() - began
            good = code in EXPECTED if code else want is not None and want in (first, n)
            good = alive(name) and good
            failures += not good
            print(f"{'ok    ' if good else 'FAILED'} {name}: {code or short(first)} {'' if code else f'({n} rows) '}after {took:.1f} s, peak {peak(server.pid) if server.poll() is None else '?'} MiB", flush=True)
            if server.poll() is not None:
                return failures
        if ONLY in "many at once":
            outcomes, lock = {}, threading.Lock()
            def worker(i):
                c = Client()
                for k in range(len(MANY)):
                    code = c.run(MANY[(i + k) % len(MANY)])[2] or "answered"
                    with lock:
                        outcomes[code] = outcomes.get(code, 0) + 1
            threads = [threading.Thread(target=worker, args=(i,)) for i in range(12)]
            began, quick = time.time(), []
            for t in threads:
                t.start()
            while any(t.is_alive() for t in threads):
                at = time.time()
                code = client.run("RETURN 1")[2]
                quick.append(time.time() - at)
                if code and code not in EXPECTED:
                    print("beside them RETURN 1 gives", code)
                    failures += 1
                    if server.poll() is not None:
                        break
                time.sleep(0.2)
            good = alive("many at once") and all(c in EXPECTED or c == "answered" for c in outcomes) and sum(outcomes.values()) == len(threads) * len(MANY)  # fewer: a client has died
            failures += not good
            print(f"{'ok    ' if good else 'FAILED'} {12 * len(MANY)} at once by 12 clients: {outcomes} after {time.time() - began:.1f} s; RETURN 1 beside them took at most {max(quick):.1f} s; peak {peak(server.pid) if server.poll() is None else '?'} MiB")
        if not GROUP and peak(server.pid) > LIMIT:
            print(f"FAILED: the peak is above {LIMIT} MiB")
            failures += 1
        print(f"{failures} failed; peak {peak(server.pid)} of {LIMIT} MiB")
    finally:
        if server.poll() is None:
            server.terminate()
        server.wait()
        if failures:
            print(f"the server's log is {data}.log")
        else:
            os.remove(f"{data}.log")
        shutil.rmtree(data, ignore_errors=True)
        if GROUP:
            os.rmdir(GROUP)
    return failures


sys.exit(1 if main() else 0)
