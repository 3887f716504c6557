"""A tour of a running demo with the official Python driver: login, statements,
transactions, value round trips, bookmarks across copies, routing, errors."""
import datetime
import threading

import neo4j
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError, ClientError, CypherSyntaxError
from neo4j.spatial import CartesianPoint, WGS84Point
from neo4j.time import Date, DateTime, Duration, Time

AUTH = ("neo4j", "password123")
URIS = [f"localhost:{p}" for p in range(7687, 7693)]


def main():
    try:
        GraphDatabase.driver("bolt://" + URIS[0], auth=("neo4j", "wrong")).verify_connectivity()
        raise AssertionError("a wrong password was accepted")
    except AuthError:
        pass
    with GraphDatabase.driver("neo4j://" + URIS[0], auth=AUTH) as driver:
        driver.execute_query("MATCH (n:Tour) DETACH DELETE n", database_="neo4j")
        values(driver)
        transactions(driver)
        errors(driver)
        bookmarks(driver)
        counter(driver)
        big(driver)
    with GraphDatabase.driver(f"neo4j://{URIS[4]}?region=ap-south", auth=AUTH) as driver:
        driver.execute_query("CREATE (:Tour {from: 'ap-south'})", database_="neo4j")
    print("tour: all passed")


def values(driver):
    for v in [
        None, True, False, 0, -1, 2**63 - 1, -(2**63), 1.5, "", "a\u00e9\U0001f600", [], [1, None, "x"], {"a": {"b": [1]}}, b"\x00\xff",
        Date(2024, 2, 29), Time(12, 30, 15, 5), DateTime(2024, 2, 29, 12, 30, 15, 123), Duration(months=14, days=3, seconds=5, nanoseconds=7),
        CartesianPoint((1.5, 2.5)), WGS84Point((12.5, 55.5, 3.0)), datetime.datetime(2024, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
    ]:
        got = driver.execute_query("RETURN $v AS v", v=v).records[0]["v"]
        if isinstance(v, datetime.datetime):
            got = got.to_native()
        assert got == v, (got, v)
    row = driver.execute_query("CREATE (a:Tour {x: 1})-[r:R {y: 2}]->(b:Tour:B) RETURN a, r, b", database_="neo4j").records[0]
    a, r, b = row
    assert a.labels == {"Tour"} and a["x"] == 1 and r.type == "R" and r["y"] == 2 and r.start_node.element_id == a.element_id and b.labels == {"Tour", "B"}
    path = driver.execute_query("MATCH p = (:Tour {x: 1})-->(:B) RETURN p", database_="neo4j").records[0]["p"]
    assert len(path.relationships) == 1 and path.start_node.element_id == a.element_id


def transactions(driver):
    with driver.session(database="neo4j") as s:
        tx = s.begin_transaction()
        tx.run("CREATE (:Tour {rolled: 'back'})").consume()
        assert tx.run("MATCH (n:Tour {rolled: 'back'}) RETURN count(n) AS c").single()["c"] == 1
        tx.rollback()
        assert s.run("MATCH (n:Tour {rolled: 'back'}) RETURN count(n) AS c").single()["c"] == 0
        summary = s.execute_write(lambda t: t.run("CREATE (:Tour {x: 5})").consume())
        assert summary.counters.nodes_created == 1 and summary.counters.properties_set == 1


def errors(driver):
    for query, kind in [("RETURN x", CypherSyntaxError), ("FOO", CypherSyntaxError), ("RETURN 1/0", ClientError), ("RETURN $p", ClientError)]:
        try:
            driver.execute_query(query, database_="neo4j")
            raise AssertionError(query + " succeeded")
        except kind:
            pass
    try:
        driver.execute_query("RETURN 1", database_="nosuchdb")
        raise AssertionError("a missing database was found")
    except ClientError as e:
        assert e.code == "Neo.ClientError.Database.DatabaseNotFound", e.code


def bookmarks(driver):
    direct = [GraphDatabase.driver("bolt://" + u, auth=AUTH) for u in URIS]
    for i in range(100):
        with driver.session(database="neo4j") as w:
            w.execute_write(lambda t: t.run("CREATE (:Tour {mark: $i})", i=i).consume())
            marks = w.last_bookmarks()
        with direct[i % len(direct)].session(database="neo4j", bookmarks=marks, default_access_mode=neo4j.READ_ACCESS) as r:
            assert r.run("MATCH (n:Tour {mark: $i}) RETURN count(n) AS c", i=i).single()["c"] == 1, f"stale read {i}"
    for d in direct:
        d.close()


def counter(driver, threads=16, each=5):
    driver.execute_query("CREATE (:Tour {name: 'counter', v: 0})", database_="neo4j")

    def work():
        with driver.session(database="neo4j") as s:
            for _ in range(each):
                s.run("MATCH (n:Tour {name: 'counter'}) SET n.v = n.v + 1").consume()

    ts = [threading.Thread(target=work) for _ in range(threads)]
    [t.start() for t in ts]
    [t.join() for t in ts]
    got = driver.execute_query("MATCH (n:Tour {name: 'counter'}) RETURN n.v AS v", database_="neo4j", routing_="w").records[0]["v"]
    assert got == threads * each, got


def big(driver):
    with driver.session(database="neo4j") as s:
        assert sum(1 for _ in s.run("UNWIND range(1, 200000) AS x RETURN x")) == 200000
        first = next(iter(s.run("UNWIND range(1, 40000000) AS x RETURN x")))
        assert first["x"] == 1


if __name__ == "__main__":
    main()
