"""A tour of a running demo with the official Python driver. The tours in the
other languages take the same steps in the same order; see e2e/README.md."""
import logging
import math
import os
import threading
import time

import neo4j
import pytz  # the driver brings it
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError, Neo4jError
from neo4j.spatial import CartesianPoint, WGS84Point
from neo4j.time import Date, DateTime, Duration, Time

PORT = int(os.environ.get("E2E_BOLT_PORT", "7687"))
AUTH = ("neo4j", "password123")
URIS = [f"localhost:{PORT + i}" for i in range(6)]
FIXED = pytz.FixedOffset(-210)
DB = "neo4j"
logging.getLogger("neo4j").setLevel(logging.ERROR)  # a retry that the tour provokes is no news


def main():
    began = time.monotonic()
    login()
    with GraphDatabase.driver("neo4j://" + URIS[0], auth=AUTH) as driver:
        driver.execute_query("MATCH (n:Tour) DETACH DELETE n", database_=DB)
        for step in (values, entities, transactions, errors, routing, bookmarks, counter, databases, big):
            step(driver)
    with GraphDatabase.driver(f"neo4j://{URIS[4]}?region=ap-south", auth=AUTH) as driver:
        driver.execute_query("CREATE (:Tour {from: 'ap-south'})", database_=DB)
    print(f"tour: Python driver {neo4j.__version__} passed in {time.monotonic() - began:.1f} s")


def code_of(call):
    """Runs call, which must fail, and gives the code of the failure."""
    try:
        call()
    except Neo4jError as e:
        return e.code
    raise AssertionError("nothing failed")


def is_code(code, call):
    got = code_of(call)
    assert got == "Neo." + code, got


def login():
    for auth in (("neo4j", "wrong"), ("nobody", "password123"), None):
        with GraphDatabase.driver("bolt://" + URIS[0], auth=auth) as d:
            is_code("ClientError.Security.Unauthorized", d.verify_connectivity)
    with GraphDatabase.driver("bolt://" + URIS[0], auth=AUTH) as d:
        d.verify_connectivity()
        assert d.verify_authentication(AUTH) and not d.verify_authentication(("neo4j", "wrong"))
        info = d.get_server_info()
        assert info.agent.startswith("Neo4j/"), info.agent
        assert tuple(info.protocol_version) >= (5, 0), info.protocol_version


def values(driver):
    storable = [
        True, False, 0, -1, 127, -129, 2**31, 2**63 - 1, -(2**63), 1.5, -0.0, 5e-324, float("inf"), "", "a\u00e9\U0001f600", "x" * 100_000, b"", b"\x00\xff" * 40_000,
        Date(2024, 2, 29), Date(1, 1, 1), Date(9999, 12, 31), Time(12, 30, 15, 5), Time(23, 59, 59, 999_999_999, tzinfo=FIXED),
        DateTime(2024, 2, 29, 12, 30, 15, 123), DateTime(2024, 2, 29, 12, 30, 15, 123, tzinfo=FIXED), DateTime(1905, 6, 1, 0, 0, 0, 1, tzinfo=FIXED),
        Duration(months=14, days=3, seconds=5, nanoseconds=7), Duration(months=-14, days=30, seconds=-5, nanoseconds=-7),
        CartesianPoint((1.5, -2.5)), CartesianPoint((1.5, 2.5, 1e300)), WGS84Point((12.5, 55.5)), WGS84Point((12.5, 55.5, 3.0)),
        [], [1, 2**40], [1.5, -2.5], ["a", ""], [True], [Date(2024, 1, 1)], [CartesianPoint((0.0, 0.0))],
    ]
    passed = [None, [1, None, "x", [2.5, []]], {}, {"a": {"b": [1, {"c": None}]}}, list(range(10_000)), {f"k{i}": i for i in range(300)}]
    for v in storable + passed:
        got = driver.execute_query("RETURN $v AS v", v=v, database_=DB).records[0]["v"]
        assert got == v and type(got) is type(v), (got, v)
    for v in storable:
        got = driver.execute_query("CREATE (n:Tour {v: $v}) WITH n MATCH (m:Tour) WHERE elementId(m) = elementId(n) RETURN m.v AS v", v=v, database_=DB).records[0]["v"]
        assert got == v, (got, v)
    assert math.isnan(driver.execute_query("RETURN $v AS v", v=float("nan")).records[0]["v"])
    zoned = driver.execute_query("RETURN datetime('2024-07-01T12:00[Europe/Stockholm]') AS z, $v AS v", v=pytz.timezone("America/New_York").localize(DateTime(2024, 1, 1, 12, 0, 0, 7))).records[0]
    assert zoned["z"].iso_format().startswith("2024-07-01T12:00:00.000000000+02:00") and zoned["z"].tzname() == "CEST", zoned["z"]
    assert zoned["v"].iso_format().startswith("2024-01-01T12:00:00.000000007-05:00"), zoned["v"]
    kinds = driver.execute_query("RETURN [x IN $v | valueType(x)] AS t", v=[1, 1.5, "", Date(2024, 1, 1), Duration(days=1), WGS84Point((0.0, 0.0))]).records[0]["t"]
    assert kinds == [k + " NOT NULL" for k in ("INTEGER", "FLOAT", "STRING", "DATE", "DURATION", "POINT")], kinds


def entities(driver):
    a, r, b = driver.execute_query("CREATE (a:Tour {x: 1})-[r:R {y: 2}]->(b:Tour:B) RETURN a, r, b", database_=DB).records[0]
    assert a.labels == {"Tour"} and a["x"] == 1 and b.labels == {"Tour", "B"} and dict(b) == {}
    assert r.type == "R" and r["y"] == 2 and r.start_node.element_id == a.element_id and r.end_node.element_id == b.element_id
    p = driver.execute_query("MATCH p = (:Tour {x: 1})-->(:B)<--(:Tour) RETURN p UNION ALL MATCH p = (:B)<-[:R]-(:Tour {x: 1}) RETURN p", database_=DB).records[0]["p"]
    assert len(p.relationships) == 1 and p.start_node.element_id == b.element_id and p.end_node.element_id == a.element_id
    assert p.relationships[0].start_node.element_id == a.element_id  # walked against its direction
    nested = driver.execute_query("MATCH (a:Tour {x: 1})-[r]->(b) RETURN {nodes: [a, b], rel: r} AS m", database_=DB).records[0]["m"]
    assert nested["nodes"][1].element_id == b.element_id and nested["rel"].element_id == r.element_id
    again = driver.execute_query("MATCH (n) WHERE elementId(n) = $id RETURN n", id=a.element_id, database_=DB).records[0]["n"]
    assert again.element_id == a.element_id and dict(again) == {"x": 1}


def count(run, **kw):
    return run("MATCH (n:Tour) WHERE n.mark = $mark RETURN count(n) AS c", **kw).single()["c"]


def transactions(driver):
    with driver.session(database=DB) as s:
        summary = s.run("CREATE (:Tour {mark: 'auto'})").consume()
        c = summary.counters
        assert (c.nodes_created, c.properties_set, c.labels_added, c.contains_updates) == (1, 1, 1, True) and summary.query_type == "w" and summary.database == DB
        tx = s.begin_transaction(metadata={"app": "tour"}, timeout=30)
        assert tx.run("CALL tx.getMetaData()").single()["metadata"] == {"app": "tour"}
        tx.run("CREATE (:Tour {mark: 'undone'})").consume()
        assert count(tx.run, mark="undone") == 1
        tx.rollback()
        assert count(s.run, mark="undone") == 0
        with s.begin_transaction() as tx:
            tx.run("CREATE (:Tour {mark: 'kept'})")
            tx.commit()
        assert count(s.run, mark="kept") == 1
        with s.begin_transaction() as tx:  # two results open at a time, pulled in turns
            left, right = tx.run("UNWIND range(1, 3000) AS x RETURN x"), tx.run("UNWIND range(1, 3000) AS x RETURN -x AS x")
            assert all(l["x"] == -r["x"] for l, r in zip(left, right))
        tries = []

        def once_transient(tx):
            tx.run("CREATE (:Tour {mark: 'managed'})").consume()
            tries.append(1)
            if len(tries) == 1:
                raise neo4j.exceptions.TransientError("retry me")
            return "done"

        assert s.execute_write(once_transient) == "done" and count(s.run, mark="managed") == 1 and len(tries) == 2

        def gives_up(tx):
            tx.run("CREATE (:Tour {mark: 'given up'})").consume()
            raise KeyError("as asked")

        try:
            s.execute_write(gives_up)
            raise AssertionError("the exception was lost")
        except KeyError:
            pass
        assert s.execute_read(lambda tx: count(tx.run, mark="given up")) == 0


def errors(driver):
    for query, code in [
        ("RETURN x", "ClientError.Statement.SyntaxError"), ("FOO", "ClientError.Statement.SyntaxError"), ("RETURN 1/0", "ClientError.Statement.ArithmeticError"),
        ("RETURN $p", "ClientError.Statement.ParameterMissing"), ("UNWIND [1, true] AS x RETURN 1 + x", "ClientError.Statement.TypeError"),
        ("CALL no.such.procedure()", "ClientError.Procedure.ProcedureNotFound"), ("RETURN no.such.function()", "ClientError.Statement.SyntaxError"),
        ("CREATE (n:Tour {v: {a: 1}})", "ClientError.Statement.TypeError"), ("RETURN date('2024-02-30')", "ClientError.Statement.SyntaxError"),
        ("RETURN date({year: 2024, month: 2, day: 30})", "ClientError.Statement.ArgumentError"),
    ]:
        is_code(code, lambda: driver.execute_query(query, database_=DB))
    is_code("ClientError.Database.DatabaseNotFound", lambda: driver.execute_query("RETURN 1", database_="nosuchdb"))
    is_code("ClientError.Transaction.InvalidBookmark", lambda: driver.session(database=DB, bookmarks=neo4j.Bookmarks.from_raw_values(["nonsense"])).run("RETURN 1"))
    with GraphDatabase.driver("bolt://" + URIS[0], auth=AUTH) as direct, direct.session(database=DB, default_access_mode=neo4j.READ_ACCESS) as s:
        is_code("ClientError.Statement.AccessMode", lambda: s.run("CREATE (:Tour)").consume())
    is_code("ClientError.Transaction.TransactionTimedOutClientConfiguration",
            lambda: driver.execute_query(neo4j.Query("UNWIND range(1, 100000000) AS x WITH x WHERE x < 0 RETURN count(x)", timeout=0.2), database_=DB))
    driver.execute_query("CREATE CONSTRAINT tour_unique IF NOT EXISTS FOR (n:TourOnly) REQUIRE n.id IS UNIQUE", database_=DB)
    driver.execute_query("MERGE (n:TourOnly:Tour {id: 1})", database_=DB)
    is_code("ClientError.Schema.ConstraintValidationFailed", lambda: driver.execute_query("CREATE (:TourOnly:Tour {id: 1})", database_=DB))
    driver.execute_query("DROP CONSTRAINT tour_unique", database_=DB)
    with driver.session(database=DB) as s:  # a failed transaction is over, its session is not
        tx = s.begin_transaction()
        tx.run("CREATE (:Tour {mark: 'failed'})").consume()
        is_code("ClientError.Statement.ArithmeticError", lambda: tx.run("RETURN 1/0").consume())
        tx.close()
        assert count(s.run, mark="failed") == 0


def routing(driver):
    def addresses(mode):
        def work(tx):
            return tx.run("RETURN 1").consume().server.address
        with driver.session(database=DB) as s:
            return {(s.execute_write if mode == "w" else s.execute_read)(work)[1] for _ in range(20)}

    ports = {PORT + i for i in range(6)}
    assert len(addresses("w")) == 1 and addresses("w") <= ports and addresses("r") <= ports
    row = driver.execute_query("CALL dbms.routing.getRoutingTable({}, 'neo4j') YIELD ttl, servers").records[0]
    table = {s["role"]: s["addresses"] for s in row["servers"]}
    assert row["ttl"] > 0 and len(table["WRITE"]) == 1 and len({URIS.index(u) // 2 for u in table["ROUTE"]}) == len(table["ROUTE"]) == 3 and table["READ"] and set(table["READ"]) <= set(URIS), table
    shown = driver.execute_query("SHOW DATABASES YIELD name, role, writer, address, currentStatus WHERE name = 'neo4j'", database_="system").records
    assert len(shown) == 6 and sum(r["writer"] for r in shown) == 1 and {r["currentStatus"] for r in shown} == {"online"}, shown
    with GraphDatabase.driver("neo4j://" + URIS[5], auth=AUTH) as d:  # any server routes
        d.execute_query("CREATE (:Tour {from: 'secondary'})", database_=DB)


def bookmarks(driver):
    direct = [GraphDatabase.driver("bolt://" + u, auth=AUTH) for u in URIS]
    for i in range(60):
        with driver.session(database=DB) as w:
            w.execute_write(lambda t: t.run("CREATE (:Tour {mark: $i})", i=i).consume())
            marks = w.last_bookmarks()
        with direct[i % len(direct)].session(database=DB, bookmarks=marks, default_access_mode=neo4j.READ_ACCESS) as r:
            assert count(r.run, mark=i) == 1, f"stale read {i}"
    for d in direct:
        d.close()


def counter(driver, threads=8, each=5):
    driver.execute_query("CREATE (:Tour {name: 'counter', v: 0})", database_=DB)

    def work():
        with driver.session(database=DB) as s:
            for _ in range(each):
                s.run("MATCH (n:Tour {name: 'counter'}) SET n.v = n.v + 1").consume()

    ts = [threading.Thread(target=work) for _ in range(threads)]
    [t.start() for t in ts]
    [t.join() for t in ts]
    got = driver.execute_query("MATCH (n:Tour {name: 'counter'}) RETURN n.v AS v", database_=DB, routing_="w").records[0]["v"]
    assert got == threads * each, got


def databases(driver):
    name = f"tour{time.time_ns()}"
    driver.execute_query(f"CREATE DATABASE {name} TOPOLOGY 3 PRIMARIES 1 SECONDARY WAIT", database_="system")
    driver.execute_query("CREATE (:Tour {here: 1})", database_=name)
    assert driver.execute_query("MATCH (n:Tour) RETURN count(n) AS c", database_=name, routing_="r").records[0]["c"] == 1
    is_code("ClientError.Database.ExistingDatabaseFound", lambda: driver.execute_query(f"CREATE DATABASE {name}", database_="system"))
    driver.execute_query(f"DROP DATABASE {name} WAIT", database_="system")
    is_code("ClientError.Database.DatabaseNotFound", lambda: driver.execute_query("RETURN 1", database_=name))


def big(driver):
    with driver.session(database=DB, fetch_size=500) as s:
        assert sum(r["x"] for r in s.run("UNWIND range(1, 200000) AS x RETURN x, 'some text of a row' AS t")) == 200000 * 200001 // 2
        for rows in (1, 1000):  # far more rows than any memory holds: the server makes what is pulled
            result = s.run("UNWIND range(1, 4000000000000) AS x RETURN x")
            assert [next(result)["x"] for _ in range(rows)] == list(range(1, rows + 1))
            result.consume()  # discards the rest
        wide = s.run("RETURN range(1, 500000) AS l, $t AS t", t="y" * 5_000_000).single()
        assert len(wide["l"]) == 500000 and len(wide["t"]) == 5_000_000
        assert s.run("RETURN 1 AS x").single()["x"] == 1


if __name__ == "__main__":
    main()
