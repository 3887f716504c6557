package tour;

import java.util.Objects;
import org.neo4j.driver.exceptions.Neo4jException;

/** The claims of the tour: each ends it when it does not hold. */
final class Check {
    private Check() {}

    interface Step {
        void run() throws Exception;
    }

    static void that(boolean ok, Object what) {
        if (!ok) throw new AssertionError("not so: " + what);
    }

    static void equal(Object got, Object want) {
        if (!Objects.deepEquals(got, want)) throw new AssertionError("got " + got + ", want " + want);
    }

    static void code(String code, Step step) {
        try {
            step.run();
        } catch (Neo4jException e) {
            equal(e.code(), "Neo." + code);
            return;
        } catch (Exception e) {
            throw new AssertionError("want " + code, e);
        }
        throw new AssertionError("nothing failed, want " + code);
    }
}
