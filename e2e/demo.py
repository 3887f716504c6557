"""What the programs beside it know of a running demo with its default settings."""
import logging
import statistics

from neo4j import GraphDatabase

AUTH = ("neo4j", "password123")
PRIMARIES = {"eu-west": 7687, "us-east": 7689, "ap-south": 7691}  # Bolt ports by region
SECONDARIES = {"eu-west": 7688, "us-east": 7690, "ap-south": 7692}
PORTS = [*PRIMARIES.values(), *SECONDARIES.values()]
RTT = {frozenset(("eu-west", "us-east")): 40, frozenset(("eu-west", "ap-south")): 80, frozenset(("us-east", "ap-south")): 120}  # ms

logging.getLogger("neo4j").setLevel(logging.ERROR + 1)


def rtt(a, b):
    """The emulated round trip between two regions in ms."""
    return 0 if a == b else RTT[frozenset((a, b))]


def quorum(leader):
    """The round trip from a leader to the nearest other primary in ms: two of three make a quorum."""
    return min(rtt(leader, r) for r in PRIMARIES if r != leader)


def direct(port, **config):
    """A driver for one server alone."""
    return GraphDatabase.driver(f"bolt://localhost:{port}", auth=AUTH, connection_timeout=5, **config)


def leader():
    """The region of the leader of the database neo4j."""
    regions = {f"localhost:{p}": r for r, p in PRIMARIES.items()}
    for port in PRIMARIES.values():
        try:
            with direct(port) as d:
                rows = d.execute_query("SHOW DATABASES YIELD name, address, writer WHERE name = 'neo4j' AND writer RETURN address").records
            if rows:
                return regions[rows[0]["address"]]
        except Exception:  # that server is down
            continue
    raise SystemExit("the demo has no leader")


def p50(values):
    """The median."""
    return statistics.median(values)


def p99(values):
    """The 99th percentile, the nearest value."""
    return sorted(values)[min(len(values) - 1, round(0.99 * len(values)))]
