package tour;

import static tour.Check.equal;
import static tour.Check.that;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.neo4j.driver.Driver;
import org.neo4j.driver.Value;

/** Every type of value there and back, as a parameter and as a property. */
final class Values {
    private Values() {}

    static void values(Driver driver) {
        var west = ZoneOffset.ofHoursMinutes(-3, -30);
        var bytes = new byte[80_000];
        for (var i = 1; i < bytes.length; i += 2) bytes[i] = -1;
        List<Object> storable = List.of(
                true, false, 0L, -1L, 127L, -129L, 1L << 31, Long.MAX_VALUE, Long.MIN_VALUE, 1.5, -0.0, Double.MIN_VALUE, Double.POSITIVE_INFINITY,
                "", "a\u00e9\ud83d\ude00", "x".repeat(100_000), new byte[0], bytes,
                LocalDate.of(2024, 2, 29), LocalDate.of(1, 1, 1), LocalDate.of(9999, 12, 31),
                LocalTime.of(12, 30, 15, 5), OffsetTime.of(23, 59, 59, 999_999_999, west), LocalDateTime.of(2024, 2, 29, 12, 30, 15, 123),
                ZonedDateTime.of(2024, 2, 29, 12, 30, 15, 123, west), ZonedDateTime.of(1905, 6, 1, 0, 0, 0, 1, west),
                org.neo4j.driver.Values.isoDuration(14, 3, 5, 7).asIsoDuration(), org.neo4j.driver.Values.isoDuration(-14, 30, -6, 999_999_993).asIsoDuration(),
                org.neo4j.driver.Values.point(7203, 1.5, -2.5).asPoint(), org.neo4j.driver.Values.point(9157, 1.5, 2.5, 1e300).asPoint(),
                org.neo4j.driver.Values.point(4326, 12.5, 55.5).asPoint(), org.neo4j.driver.Values.point(4979, 12.5, 55.5, 3).asPoint(),
                List.of(), List.of(1L, 1L << 40), List.of(1.5, -2.5), List.of("a", ""), List.of(true), List.of(LocalDate.of(2024, 1, 1)),
                List.of(org.neo4j.driver.Values.point(7203, 0, 0).asPoint()));
        var many = new ArrayList<Object>();
        for (var i = 0L; i < 10_000; i++) many.add(i);
        var wide = new HashMap<String, Object>();
        for (var i = 0L; i < 300; i++) wide.put("k" + i, i);
        List<Object> passed = Arrays.asList(
                null, Arrays.asList(1L, null, "x", List.of(2.5, List.of())), Map.of(), Map.of("a", Map.of("b", List.of(1L, Collections.singletonMap("c", null)))), many, wide);
        for (var v : storable) same(Tour.one(driver, "RETURN $v AS v", Map.of("v", v)).get("v"), v);
        for (var v : passed) same(Tour.one(driver, "RETURN $v AS v", Collections.singletonMap("v", v)).get("v"), v);
        for (var v : storable) {
            same(Tour.one(driver, "CREATE (n:Tour {v: $v}) WITH n MATCH (m:Tour) WHERE elementId(m) = elementId(n) RETURN m.v AS v", Map.of("v", v)).get("v"), v);
        }
        that(Double.isNaN(Tour.one(driver, "RETURN $v AS v", Map.of("v", Double.NaN)).get("v").asDouble()), "NaN");
        var sent = ZonedDateTime.of(2024, 1, 1, 12, 0, 0, 7, ZoneId.of("America/New_York"));
        var zoned = Tour.one(driver, "RETURN datetime('2024-07-01T12:00[Europe/Stockholm]') AS z, $v AS v", Map.of("v", sent));
        equal(zoned.get("z").asZonedDateTime(), ZonedDateTime.of(2024, 7, 1, 12, 0, 0, 0, ZoneId.of("Europe/Stockholm")));
        equal(zoned.get("v").asZonedDateTime(), sent);
        var kinds = Tour.one(driver, "RETURN [x IN $v | valueType(x)] AS t", Map.of("v", List.of(1, 1.5, "", storable.get(18), storable.get(26), storable.get(30)))).get("t").asList(Value::asString);
        equal(kinds, List.of("INTEGER NOT NULL", "FLOAT NOT NULL", "STRING NOT NULL", "DATE NOT NULL", "DURATION NOT NULL", "POINT NOT NULL"));
    }

    static void same(Value got, Object want) {
        if (want instanceof byte[] bytes) {
            that(Arrays.equals(got.asByteArray(), bytes), "bytes");
            return;
        }
        equal(got.asObject(), want);
    }

    static void entities(Driver driver) {
        var row = Tour.one(driver, "CREATE (a:Tour {x: 1})-[r:R {y: 2}]->(b:Tour:B) RETURN a, r, b", Map.of());
        var a = row.get("a").asNode();
        var r = row.get("r").asRelationship();
        var b = row.get("b").asNode();
        equal(List.of(a.labels(), a.asMap(), Set.of("Tour", "B").equals(Set.copyOf((java.util.Collection<String>) b.labels())), b.size()), List.of(List.of("Tour"), Map.of("x", 1L), true, 0));
        equal(List.of(r.type(), r.asMap(), r.startNodeElementId(), r.endNodeElementId()), List.of("R", Map.of("y", 2L), a.elementId(), b.elementId()));
        var p = Tour.one(driver, "MATCH p = (:Tour {x: 1})-->(:B)<--(:Tour) RETURN p UNION ALL MATCH p = (:B)<-[:R]-(:Tour {x: 1}) RETURN p", Map.of()).get("p").asPath();
        equal(List.of(p.length(), p.start().elementId(), p.end().elementId()), List.of(1, b.elementId(), a.elementId()));
        equal(p.relationships().iterator().next().startNodeElementId(), a.elementId()); // walked against its direction
        var nested = Tour.one(driver, "MATCH (a:Tour {x: 1})-[r]->(b) RETURN {nodes: [a, b], rel: r} AS m", Map.of()).get("m").asMap();
        equal(nested, Map.of("nodes", List.of(a, b), "rel", r));
        equal(Tour.one(driver, "MATCH (n) WHERE elementId(n) = $id RETURN n", Map.of("id", a.elementId())).get("n").asNode(), a);
    }
}
