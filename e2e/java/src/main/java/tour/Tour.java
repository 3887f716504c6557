package tour;

import static tour.Check.code;
import static tour.Check.equal;
import static tour.Check.that;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.neo4j.driver.AccessMode;
import org.neo4j.driver.AuthToken;
import org.neo4j.driver.AuthTokens;
import org.neo4j.driver.Bookmark;
import org.neo4j.driver.Driver;
import org.neo4j.driver.GraphDatabase;
import org.neo4j.driver.QueryConfig;
import org.neo4j.driver.Record;
import org.neo4j.driver.Result;
import org.neo4j.driver.RoutingControl;
import org.neo4j.driver.Session;
import org.neo4j.driver.SessionConfig;
import org.neo4j.driver.SimpleQueryRunner;
import org.neo4j.driver.TransactionConfig;
import org.neo4j.driver.exceptions.TransientException;

/** A tour of a running demo with the official Java driver; the steps are those of ../tour.py. */
public final class Tour {
    static final String DB = "neo4j", PASSWORD = "password123";
    static final AuthToken AUTH = AuthTokens.basic("neo4j", PASSWORD);
    static final List<String> URIS = new ArrayList<>();

    private static final Logger LOG = Logger.getLogger("org.neo4j.driver"); // held, or its level would be forgotten

    public static void main(String[] args) throws Exception {
        LOG.setLevel(Level.SEVERE);
        var began = System.nanoTime();
        var port = Integer.parseInt(System.getenv().getOrDefault("E2E_BOLT_PORT", "7687"));
        for (var i = 0; i < 6; i++) URIS.add("localhost:" + (port + i));
        login();
        try (var driver = open("neo4j://" + URIS.get(0))) {
            run(driver, "MATCH (n:Tour) DETACH DELETE n", Map.of());
            Values.values(driver);
            Values.entities(driver);
            transactions(driver);
            errors(driver);
            routing(driver);
            bookmarks(driver);
            counter(driver);
            databases(driver);
            big(driver);
        }
        try (var near = open("neo4j://" + URIS.get(4) + "?region=ap-south")) {
            run(near, "CREATE (:Tour {from: 'ap-south'})", Map.of());
        }
        System.out.printf("tour: Java driver %s passed in %.1f s%n", Driver.class.getPackage().getImplementationVersion().split("-")[0], (System.nanoTime() - began) / 1e9);
    }

    static Driver open(String uri) {
        return GraphDatabase.driver(uri, AUTH);
    }

    static QueryConfig on(String database) {
        return QueryConfig.builder().withDatabase(database).build();
    }

    static List<Record> run(Driver driver, String query, Map<String, Object> parameters) {
        return driver.executableQuery(query).withParameters(parameters).withConfig(on(DB)).execute().records();
    }

    static Record one(Driver driver, String query, Map<String, Object> parameters) {
        var rows = run(driver, query, parameters);
        equal(rows.size(), 1);
        return rows.get(0);
    }

    static Session session(Driver driver) {
        return driver.session(SessionConfig.forDatabase(DB));
    }

    static long count(SimpleQueryRunner runner, Object mark) {
        return runner.run("MATCH (n:Tour) WHERE n.mark = $mark RETURN count(n) AS c", Map.of("mark", mark)).single().get("c").asLong();
    }

    static void login() {
        for (var auth : List.of(AuthTokens.basic("neo4j", "wrong"), AuthTokens.basic("nobody", PASSWORD), AuthTokens.none())) {
            try (var d = GraphDatabase.driver("bolt://" + URIS.get(0), auth)) {
                code("ClientError.Security.Unauthorized", d::verifyConnectivity);
            }
        }
        try (var d = open("bolt://" + URIS.get(0))) {
            d.verifyConnectivity();
            that(d.verifyAuthentication(AUTH) && !d.verifyAuthentication(AuthTokens.basic("neo4j", "wrong")), "verifyAuthentication");
            try (var s = session(d)) {
                var server = s.run("RETURN 1").consume().server();
                that(server.agent().startsWith("Neo4j/") && server.protocolVersion().compareTo("5") >= 0, server);
            }
        }
    }

    static void transactions(Driver driver) {
        try (var s = session(driver)) {
            var summary = s.run("CREATE (:Tour {mark: 'auto'})").consume();
            var c = summary.counters();
            equal(List.of(c.nodesCreated(), c.propertiesSet(), c.labelsAdded(), c.containsUpdates()), List.of(1, 1, 1, true));
            equal(List.of(summary.queryType().name(), summary.database().name()), List.of("WRITE_ONLY", DB));
            var config = TransactionConfig.builder().withMetadata(Map.of("app", "tour")).withTimeout(Duration.ofSeconds(30)).build();
            try (var tx = s.beginTransaction(config)) {
                equal(tx.run("CALL tx.getMetaData()").single().get("metadata").asMap(), Map.of("app", "tour"));
                tx.run("CREATE (:Tour {mark: 'undone'})").consume();
                equal(count(tx, "undone"), 1L);
                tx.rollback();
            }
            equal(count(s, "undone"), 0L);
            try (var tx = s.beginTransaction()) {
                tx.run("CREATE (:Tour {mark: 'kept'})");
                tx.commit();
            }
            equal(count(s, "kept"), 1L);
            try (var tx = s.beginTransaction()) { // two results open at a time, pulled in turns
                Result left = tx.run("UNWIND range(1, 3000) AS x RETURN x"), right = tx.run("UNWIND range(1, 3000) AS x RETURN -x AS x");
                for (var i = 1; i <= 3000; i++) {
                    equal(left.next().get("x").asInt(), i);
                    equal(right.next().get("x").asInt(), -i);
                }
            }
            var tries = new int[1];
            var done = s.executeWrite(tx -> {
                tx.run("CREATE (:Tour {mark: 'managed'})").consume();
                if (++tries[0] == 1) throw new TransientException("Neo.TransientError.Transaction.DeadlockDetected", "retry me");
                return "done";
            });
            equal(List.of(done, tries[0], count(s, "managed")), List.of("done", 2, 1L));
            try {
                s.executeWriteWithoutResult(tx -> {
                    tx.run("CREATE (:Tour {mark: 'given up'})").consume();
                    throw new UnsupportedOperationException("as asked");
                });
                throw new AssertionError("the exception was lost");
            } catch (UnsupportedOperationException e) {
                equal(e.getMessage(), "as asked");
            }
            equal(s.<Long>executeRead(tx -> count(tx, "given up")), 0L);
        }
    }

    static void errors(Driver driver) {
        for (var x : List.of(
                List.of("RETURN x", "ClientError.Statement.SyntaxError"), List.of("FOO", "ClientError.Statement.SyntaxError"),
                List.of("RETURN 1/0", "ClientError.Statement.ArithmeticError"), List.of("RETURN $p", "ClientError.Statement.ParameterMissing"),
                List.of("UNWIND [1, true] AS x RETURN 1 + x", "ClientError.Statement.TypeError"),
                List.of("CALL no.such.procedure()", "ClientError.Procedure.ProcedureNotFound"), List.of("RETURN no.such.function()", "ClientError.Statement.SyntaxError"),
                List.of("CREATE (n:Tour {v: {a: 1}})", "ClientError.Statement.TypeError"), List.of("RETURN date('2024-02-30')", "ClientError.Statement.SyntaxError"),
                List.of("RETURN date({year: 2024, month: 2, day: 30})", "ClientError.Statement.ArgumentError"))) {
            code(x.get(1), () -> run(driver, x.get(0), Map.of()));
        }
        code("ClientError.Database.DatabaseNotFound", () -> driver.executableQuery("RETURN 1").withConfig(on("nosuchdb")).execute());
        try (var s = driver.session(SessionConfig.builder().withDatabase(DB).withBookmarks(Bookmark.from("nonsense")).build())) {
            code("ClientError.Transaction.InvalidBookmark", () -> s.run("RETURN 1").consume());
        }
        try (var direct = open("bolt://" + URIS.get(0));
                var s = direct.session(SessionConfig.builder().withDatabase(DB).withDefaultAccessMode(AccessMode.READ).build())) {
            code("ClientError.Statement.AccessMode", () -> s.run("CREATE (:Tour)").consume());
        }
        try (var s = session(driver)) {
            var config = TransactionConfig.builder().withTimeout(Duration.ofMillis(200)).build();
            code("ClientError.Transaction.TransactionTimedOutClientConfiguration",
                    () -> s.run("UNWIND range(1, 100000000) AS x WITH x WHERE x < 0 RETURN count(x)", config).consume());
        }
        run(driver, "CREATE CONSTRAINT tour_unique IF NOT EXISTS FOR (n:TourOnly) REQUIRE n.id IS UNIQUE", Map.of());
        run(driver, "MERGE (n:TourOnly:Tour {id: 1})", Map.of());
        code("ClientError.Schema.ConstraintValidationFailed", () -> run(driver, "CREATE (:TourOnly:Tour {id: 1})", Map.of()));
        run(driver, "DROP CONSTRAINT tour_unique", Map.of());
        try (var s = session(driver)) { // a failed transaction is over, its session is not
            try (var tx = s.beginTransaction()) {
                tx.run("CREATE (:Tour {mark: 'failed'})").consume();
                code("ClientError.Statement.ArithmeticError", () -> tx.run("RETURN 1/0").consume());
            }
            equal(count(s, "failed"), 0L);
        }
    }

    static void routing(Driver driver) {
        try (var s = session(driver)) {
            Set<String> writers = new HashSet<>(), readers = new HashSet<>();
            for (var i = 0; i < 20; i++) {
                writers.add(s.executeWrite(tx -> tx.run("RETURN 1").consume().server().address()));
                readers.add(s.executeRead(tx -> tx.run("RETURN 1").consume().server().address()));
            }
            that(writers.size() == 1 && URIS.containsAll(writers) && URIS.containsAll(readers), writers + " " + readers);
        }
        var row = one(driver, "CALL dbms.routing.getRoutingTable({}, 'neo4j') YIELD ttl, servers", Map.of());
        that(row.get("ttl").asLong() > 0, row);
        for (var entry : row.get("servers").values()) {
            var addresses = entry.get("addresses").asList(v -> v.asString());
            that(!addresses.isEmpty() && URIS.containsAll(addresses), entry);
            var role = entry.get("role").asString();
            that(role.equals("WRITE") ? addresses.size() == 1 : role.equals("READ") || addresses.size() == 3, entry);
        }
        var shown = driver.executableQuery("SHOW DATABASES YIELD name, role, writer, address, currentStatus WHERE name = 'neo4j'").withConfig(on("system")).execute().records();
        that(shown.size() == 6 && shown.stream().filter(r -> r.get("writer").asBoolean()).count() == 1, shown);
        that(shown.stream().allMatch(r -> r.get("currentStatus").asString().equals("online")), shown);
        try (var any = open("neo4j://" + URIS.get(5))) { // any server routes
            run(any, "CREATE (:Tour {from: 'secondary'})", Map.of());
        }
    }

    static void bookmarks(Driver driver) {
        var direct = URIS.stream().map(u -> open("bolt://" + u)).toList();
        for (var i = 0; i < 60; i++) {
            Map<String, Object> mark = Map.of("i", i);
            Set<Bookmark> marks;
            try (var w = session(driver)) {
                w.executeWriteWithoutResult(tx -> tx.run("CREATE (:Tour {mark: $i})", mark).consume());
                marks = w.lastBookmarks();
            }
            var config = SessionConfig.builder().withDatabase(DB).withBookmarks(marks).withDefaultAccessMode(AccessMode.READ).build();
            try (var r = direct.get(i % direct.size()).session(config)) {
                equal(count(r, i), 1L);
            }
        }
        direct.forEach(Driver::close);
    }

    static void counter(Driver driver) throws Exception {
        run(driver, "CREATE (:Tour {name: 'counter', v: 0})", Map.of());
        int writers = 8, each = 5;
        var pool = Executors.newFixedThreadPool(writers);
        List<Future<?>> all = new ArrayList<>();
        for (var w = 0; w < writers; w++) {
            all.add(pool.submit(() -> {
                try (var s = session(driver)) {
                    for (var i = 0; i < each; i++) s.run("MATCH (n:Tour {name: 'counter'}) SET n.v = n.v + 1").consume();
                }
            }));
        }
        for (var f : all) f.get();
        pool.shutdown();
        equal(one(driver, "MATCH (n:Tour {name: 'counter'}) RETURN n.v AS v", Map.of()).get("v").asInt(), writers * each);
    }

    static void databases(Driver driver) {
        var name = "tour" + System.nanoTime();
        var system = on("system");
        driver.executableQuery("CREATE DATABASE " + name + " TOPOLOGY 3 PRIMARIES 1 SECONDARY WAIT").withConfig(system).execute();
        driver.executableQuery("CREATE (:Tour {here: 1})").withConfig(on(name)).execute();
        var read = QueryConfig.builder().withDatabase(name).withRouting(RoutingControl.READ).build();
        equal(driver.executableQuery("MATCH (n:Tour) RETURN count(n) AS c").withConfig(read).execute().records().get(0).get("c").asInt(), 1);
        code("ClientError.Database.ExistingDatabaseFound", () -> driver.executableQuery("CREATE DATABASE " + name).withConfig(system).execute());
        driver.executableQuery("DROP DATABASE " + name + " WAIT").withConfig(system).execute();
        code("ClientError.Database.DatabaseNotFound", () -> driver.executableQuery("RETURN 1").withConfig(on(name)).execute());
    }

    static void big(Driver driver) {
        try (var s = driver.session(SessionConfig.builder().withDatabase(DB).withFetchSize(500).build())) {
            var sum = 0L;
            for (var all = s.run("UNWIND range(1, 200000) AS x RETURN x, 'some text of a row' AS t"); all.hasNext(); ) sum += all.next().get("x").asLong();
            equal(sum, 200000L * 200001 / 2);
            for (var rows : List.of(1, 1000)) { // far more rows than any memory holds: the server makes what is pulled
                var result = s.run("UNWIND range(1, 4000000000000) AS x RETURN x");
                for (var i = 1; i <= rows; i++) equal(result.next().get("x").asInt(), i);
                result.consume(); // discards the rest
            }
            var wide = s.run("RETURN range(1, 500000) AS l, $t AS t", Map.of("t", "y".repeat(5_000_000))).single();
            equal(List.of(wide.get("l").size(), wide.get("t").asString().length()), List.of(500_000, 5_000_000));
            equal(s.run("RETURN 1 AS x").single().get("x").asInt(), 1);
        }
    }
}
