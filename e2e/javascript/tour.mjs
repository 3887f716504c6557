// A tour of a running demo with the official JavaScript driver; the steps are
// those of ../tour.py.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import neo4j, { Neo4jError } from 'neo4j-driver'

const version = createRequire(import.meta.url)('neo4j-driver/package.json').version
const port = Number(process.env.E2E_BOLT_PORT ?? 7687)
const uris = Array.from({ length: 6 }, (_, i) => `localhost:${port + i}`)
const password = 'password123'
const auth = neo4j.auth.basic('neo4j', password)
const db = 'neo4j'
const int = neo4j.int

const open = (uri, config) => neo4j.driver(uri, auth, config)

async function main () {
  const began = Date.now()
  await login()
  const driver = open(`neo4j://${uris[0]}`)
  await driver.executeQuery('MATCH (n:Tour) DETACH DELETE n', {}, { database: db })
  for (const step of [values, entities, transactions, errors, routing, bookmarks, counter, databases, big]) await step(driver)
  await driver.close()
  const near = open(`neo4j://${uris[4]}?region=ap-south`)
  await near.executeQuery("CREATE (:Tour {from: 'ap-south'})", {}, { database: db })
  await near.close()
  console.log(`tour: JavaScript driver ${version} passed in ${((Date.now() - began) / 1000).toFixed(1)} s`)
}

async function isCode (code, promise) {
  await assert.rejects(promise, e => { assert.equal(e.code, 'Neo.' + code); return true })
}

async function login () {
  for (const wrong of [neo4j.auth.basic('neo4j', 'wrong'), neo4j.auth.basic('nobody', password), undefined]) {
    const d = neo4j.driver(`bolt://${uris[0]}`, wrong)
    await isCode('ClientError.Security.Unauthorized', d.verifyConnectivity())
    await d.close()
  }
  const d = open(`bolt://${uris[0]}`)
  const info = await d.getServerInfo()
  assert.match(info.agent, /^Neo4j\//)
  assert.ok(Number(info.protocolVersion?.major ?? info.protocolVersion) >= 5)
  await d.executeQuery('RETURN 1') // the driver takes a connection that did nothing since its login for verified
  assert.ok(!await d.verifyAuthentication({ auth: neo4j.auth.basic('neo4j', 'wrong') }))
  assert.ok(await d.verifyAuthentication({ auth }))
  assert.ok(await d.supportsMultiDb() && await d.supportsTransactionConfig() && await d.supportsUserImpersonation() && await d.supportsSessionAuth())
  await d.close()
}

async function one (driver, query, params, options) {
  const { records } = await driver.executeQuery(query, params, { database: db, ...options })
  assert.equal(records.length, 1)
  return records[0]
}

async function values (driver) {
  const t = neo4j.types
  const west = -(3 * 3600 + 1800)
  const storable = [
    true, false, int(0), int(-1), int(127), int(-129), int(2 ** 31), int('9223372036854775807'), int('-9223372036854775808'), 1.5, -0.0, 5e-324, Infinity,
    '', 'a\u00e9\u{1f600}', 'x'.repeat(100000), new Int8Array(0), Int8Array.from({ length: 80000 }, (_, i) => i % 2 ? -1 : 0),
    new t.Date(int(2024), int(2), int(29)), new t.Date(int(1), int(1), int(1)), new t.Date(int(9999), int(12), int(31)),
    new t.LocalTime(int(12), int(30), int(15), int(5)), new t.Time(int(23), int(59), int(59), int(999999999), int(west)),
    new t.LocalDateTime(int(2024), int(2), int(29), int(12), int(30), int(15), int(123)),
    new t.DateTime(int(2024), int(2), int(29), int(12), int(30), int(15), int(123), int(west)),
    new t.DateTime(int(1905), int(6), int(1), int(0), int(0), int(0), int(1), int(west)),
    new t.Duration(int(14), int(3), int(5), int(7)), new t.Duration(int(-14), int(30), int(-6), int(999999993)),
    new t.Point(int(7203), 1.5, -2.5), new t.Point(int(9157), 1.5, 2.5, 1e300), new t.Point(int(4326), 12.5, 55.5), new t.Point(int(4979), 12.5, 55.5, 3),
    [], [int(1), int(2 ** 40)], [1.5, -2.5], ['a', ''], [true], [new t.Date(int(2024), int(1), int(1))], [new t.Point(int(7203), 0, 0)]
  ]
  const passed = [null, [int(1), null, 'x', [2.5, []]], {}, { a: { b: [int(1), { c: null }] } }, Array.from({ length: 10000 }, (_, i) => int(i)),
    Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, int(i)]))]
  for (const v of [...storable, ...passed]) assert.deepEqual((await one(driver, 'RETURN $v AS v', { v })).get('v'), v)
  for (const v of storable) {
    const got = await one(driver, 'CREATE (n:Tour {v: $v}) WITH n MATCH (m:Tour) WHERE elementId(m) = elementId(n) RETURN m.v AS v', { v })
    assert.deepEqual(got.get('v'), v)
  }
  assert.ok(Number.isNaN((await one(driver, 'RETURN $v AS v', { v: NaN })).get('v')))
  const zoned = await one(driver, "RETURN datetime('2024-07-01T12:00[Europe/Stockholm]') AS z, $v AS v",
    { v: new t.DateTime(int(2024), int(1), int(1), int(12), int(0), int(0), int(7), undefined, 'America/New_York') })
  assert.equal(zoned.get('z').toString(), '2024-07-01T12:00:00+02:00[Europe/Stockholm]')
  assert.equal(zoned.get('v').toString(), '2024-01-01T12:00:00.000000007-05:00[America/New_York]')
  const kinds = (await one(driver, 'RETURN [x IN $v | valueType(x)] AS t', { v: [int(1), 1.5, '', storable[18], storable[26], storable[30]] })).get('t')
  assert.deepEqual(kinds, ['INTEGER', 'FLOAT', 'STRING', 'DATE', 'DURATION', 'POINT'].map(k => k + ' NOT NULL'))
}

async function entities (driver) {
  const [a, r, b] = (await one(driver, 'CREATE (a:Tour {x: 1})-[r:R {y: 2}]->(b:Tour:B) RETURN a, r, b')).map(v => v)
  assert.ok(neo4j.isNode(a) && neo4j.isRelationship(r))
  assert.deepEqual([a.labels, a.properties.x, [...b.labels].sort(), b.properties], [['Tour'], int(1), ['B', 'Tour'], {}])
  assert.deepEqual([r.type, r.properties.y, r.startNodeElementId, r.endNodeElementId], ['R', int(2), a.elementId, b.elementId])
  const p = (await one(driver, 'MATCH p = (:Tour {x: 1})-->(:B)<--(:Tour) RETURN p UNION ALL MATCH p = (:B)<-[:R]-(:Tour {x: 1}) RETURN p')).get('p')
  assert.ok(neo4j.isPath(p))
  assert.deepEqual([p.length, p.start.elementId, p.end.elementId], [1, b.elementId, a.elementId])
  assert.equal(p.segments[0].relationship.startNodeElementId, a.elementId) // walked against its direction
  const nested = (await one(driver, 'MATCH (a:Tour {x: 1})-[r]->(b) RETURN {nodes: [a, b], rel: r} AS m')).get('m')
  assert.deepEqual(nested, { nodes: [a, b], rel: r })
  assert.deepEqual((await one(driver, 'MATCH (n) WHERE elementId(n) = $id RETURN n', { id: a.elementId })).get('n'), a)
}

async function count (runner, mark) {
  const { records } = await runner.run('MATCH (n:Tour) WHERE n.mark = $mark RETURN count(n) AS c', { mark })
  return records[0].get('c').toNumber()
}

async function transactions (driver) {
  const s = driver.session({ database: db })
  const { summary } = await s.run("CREATE (:Tour {mark: 'auto'})")
  const c = summary.counters.updates()
  assert.deepEqual([c.nodesCreated, c.propertiesSet, c.labelsAdded, summary.counters.containsUpdates(), summary.queryType, summary.database.name], [1, 1, 1, true, 'w', db])
  let tx = await s.beginTransaction({ metadata: { app: 'tour' }, timeout: 30000 })
  assert.deepEqual((await tx.run('CALL tx.getMetaData()')).records[0].get('metadata'), { app: 'tour' })
  await tx.run("CREATE (:Tour {mark: 'undone'})")
  assert.equal(await count(tx, 'undone'), 1)
  await tx.rollback()
  assert.equal(await count(s, 'undone'), 0)
  tx = await s.beginTransaction()
  await tx.run("CREATE (:Tour {mark: 'kept'})")
  await tx.commit()
  assert.equal(await count(s, 'kept'), 1)
  tx = await s.beginTransaction() // two results open at a time, pulled in turns
  const left = tx.run('UNWIND range(1, 3000) AS x RETURN x')[Symbol.asyncIterator]()
  const right = tx.run('UNWIND range(1, 3000) AS x RETURN -x AS x')[Symbol.asyncIterator]()
  for (let i = 1; i <= 3000; i++) {
    assert.equal((await left.next()).value.get('x').toNumber(), i)
    assert.equal((await right.next()).value.get('x').toNumber(), -i)
  }
  await tx.commit()
  let tries = 0
  const done = await s.executeWrite(async tx => {
    await tx.run("CREATE (:Tour {mark: 'managed'})")
    if (++tries === 1) throw new Neo4jError('retry me', 'Neo.TransientError.Transaction.DeadlockDetected', '40001', 'deadlock')
    return 'done'
  })
  assert.deepEqual([done, tries, await count(s, 'managed')], ['done', 2, 1])
  await assert.rejects(s.executeWrite(async tx => {
    await tx.run("CREATE (:Tour {mark: 'given up'})")
    throw new RangeError('as asked')
  }), RangeError)
  assert.equal(await s.executeRead(tx => count(tx, 'given up')), 0)
  await s.close()
}

async function errors (driver) {
  const run = (query, params, options) => driver.executeQuery(query, params, { database: db, ...options })
  for (const [query, code] of [
    ['RETURN x', 'ClientError.Statement.SyntaxError'], ['FOO', 'ClientError.Statement.SyntaxError'], ['RETURN 1/0', 'ClientError.Statement.ArithmeticError'],
    ['RETURN $p', 'ClientError.Statement.ParameterMissing'], ['UNWIND [1, true] AS x RETURN 1 + x', 'ClientError.Statement.TypeError'],
    ['CALL no.such.procedure()', 'ClientError.Procedure.ProcedureNotFound'], ['RETURN no.such.function()', 'ClientError.Statement.SyntaxError'],
    ['CREATE (n:Tour {v: {a: 1}})', 'ClientError.Statement.TypeError'], ["RETURN date('2024-02-30')", 'ClientError.Statement.SyntaxError'],
    ['RETURN date({year: 2024, month: 2, day: 30})', 'ClientError.Statement.ArgumentError']
  ]) await isCode(code, run(query))
  await isCode('ClientError.Database.DatabaseNotFound', run('RETURN 1', {}, { database: 'nosuchdb' }))
  await isCode('ClientError.Transaction.InvalidBookmark', driver.session({ database: db, bookmarks: ['nonsense'] }).run('RETURN 1'))
  const direct = open(`bolt://${uris[0]}`)
  await isCode('ClientError.Statement.AccessMode', direct.session({ database: db, defaultAccessMode: neo4j.session.READ }).run('CREATE (:Tour)'))
  await direct.close()
  await isCode('ClientError.Transaction.TransactionTimedOutClientConfiguration',
    driver.session({ database: db }).run('UNWIND range(1, 100000000) AS x WITH x WHERE x < 0 RETURN count(x)', {}, { timeout: 200 }))
  await run('CREATE CONSTRAINT tour_unique IF NOT EXISTS FOR (n:TourOnly) REQUIRE n.id IS UNIQUE')
  await run('MERGE (n:TourOnly:Tour {id: 1})')
  await isCode('ClientError.Schema.ConstraintValidationFailed', run('CREATE (:TourOnly:Tour {id: 1})'))
  await run('DROP CONSTRAINT tour_unique')
  const s = driver.session({ database: db }) // a failed transaction is over, its session is not
  const tx = await s.beginTransaction()
  await tx.run("CREATE (:Tour {mark: 'failed'})")
  await isCode('ClientError.Statement.ArithmeticError', tx.run('RETURN 1/0'))
  await tx.close()
  assert.equal(await count(s, 'failed'), 0)
  await s.close()
}

async function routing (driver) {
  const addresses = async mode => {
    const s = driver.session({ database: db })
    const seen = new Set()
    for (let i = 0; i < 20; i++) {
      const { summary } = await s[mode](tx => tx.run('RETURN 1'))
      seen.add(summary.server.address)
    }
    await s.close()
    return [...seen]
  }
  const writers = await addresses('executeWrite')
  const readers = await addresses('executeRead')
  assert.ok(writers.length === 1 && [...writers, ...readers].every(a => uris.includes(a)), `${writers} ${readers}`)
  const row = await one(driver, "CALL dbms.routing.getRoutingTable({}, 'neo4j') YIELD ttl, servers")
  const table = Object.fromEntries(row.get('servers').map(s => [s.role, s.addresses]))
  assert.ok(row.get('ttl').toNumber() > 0 && table.WRITE.length === 1 && table.READ.length > 0 && table.READ.every(a => uris.includes(a)))
  assert.deepEqual(table.ROUTE.map((u) => Math.floor(uris.indexOf(u) / 2)).sort(), [0, 1, 2]) // a router in each region
  const { records } = await driver.executeQuery("SHOW DATABASES YIELD name, role, writer, address, currentStatus WHERE name = 'neo4j'", {}, { database: 'system' })
  assert.deepEqual([records.length, records.filter(r => r.get('writer')).length, records.filter(r => r.get('currentStatus') === 'online').length], [6, 1, 6])
  const any = open(`neo4j://${uris[5]}`) // any server routes
  await any.executeQuery("CREATE (:Tour {from: 'secondary'})", {}, { database: db })
  await any.close()
}

async function bookmarks (driver) {
  const direct = uris.map(u => open(`bolt://${u}`))
  for (let i = 0; i < 60; i++) {
    const w = driver.session({ database: db })
    await w.executeWrite(tx => tx.run('CREATE (:Tour {mark: $i})', { i: int(i) }))
    const r = direct[i % direct.length].session({ database: db, bookmarks: w.lastBookmarks(), defaultAccessMode: neo4j.session.READ })
    assert.equal(await count(r, int(i)), 1, `stale read ${i}`)
    await Promise.all([w.close(), r.close()])
  }
  for (const d of direct) await d.close()
}

async function counter (driver, writers = 8, each = 5) {
  await one(driver, "CREATE (n:Tour {name: 'counter', v: 0}) RETURN n")
  await Promise.all(Array.from({ length: writers }, async () => {
    const s = driver.session({ database: db })
    for (let i = 0; i < each; i++) await s.run("MATCH (n:Tour {name: 'counter'}) SET n.v = n.v + 1")
    await s.close()
  }))
  assert.equal((await one(driver, "MATCH (n:Tour {name: 'counter'}) RETURN n.v AS v")).get('v').toNumber(), writers * each)
}

async function databases (driver) {
  const name = `tour${Date.now()}`
  const admin = query => driver.executeQuery(query, {}, { database: 'system' })
  await admin(`CREATE DATABASE ${name} TOPOLOGY 3 PRIMARIES 1 SECONDARY WAIT`)
  await driver.executeQuery('CREATE (:Tour {here: 1})', {}, { database: name })
  assert.equal((await one(driver, 'MATCH (n:Tour) RETURN count(n) AS c', {}, { database: name, routing: neo4j.routing.READ })).get('c').toNumber(), 1)
  await isCode('ClientError.Database.ExistingDatabaseFound', admin(`CREATE DATABASE ${name}`))
  await admin(`DROP DATABASE ${name} WAIT`)
  await isCode('ClientError.Database.DatabaseNotFound', driver.executeQuery('RETURN 1', {}, { database: name }))
}

async function big (driver) {
  const s = driver.session({ database: db, fetchSize: 500 })
  let sum = 0
  for await (const r of s.run("UNWIND range(1, 200000) AS x RETURN x, 'some text of a row' AS t")) sum += r.get('x').toNumber()
  assert.equal(sum, 200000 * 200001 / 2)
  for (const rows of [1, 1000]) { // far more rows than any memory holds: the server makes what is pulled
    let n = 0
    for await (const r of s.run('UNWIND range(1, 4000000000000) AS x RETURN x')) {
      assert.equal(r.get('x').toNumber(), ++n)
      if (n === rows) break // discards the rest
    }
  }
  const wide = (await s.run('RETURN range(1, 500000) AS l, $t AS t', { t: 'y'.repeat(5000000) })).records[0]
  assert.deepEqual([wide.get('l').length, wide.get('t').length], [500000, 5000000])
  assert.equal((await s.run('RETURN 1 AS x')).records[0].get('x').toNumber(), 1)
  await s.close()
}

await main()
