import { type ArtifactStore, createPiecework, memoryArtifacts, memoryStore } from '@piecework/core'
import type { Database, Queryable, ResourceRef } from '@piecework/core/piece'
import { planningProject } from '@piecework/pieces-project'
import { planningScenario, scenarioKind } from '@piecework/pieces-scenario'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { principal, projectRef, succeeded } from './support/instance.js'
import { madeUpProject, sharedRows } from './support/made-up-project.js'
import { type PlanningDatabase, planningDatabase } from './support/planning-database.js'

const test = needsServer(suite('the way of a clone'))
let db: PlanningDatabase

test.before(async () => {
  db = await planningDatabase()
})
test.after(() => db.close())

interface Passed {
  /** Rows that queries gave to the process. */
  rows: number
  /** The largest text of all rows of one query. */
  largest: number
  /** COPY statements and puts of artifacts. */
  readonly copies: string[]
}

function watched(database: Database, passed: Passed): Database {
  const watch = (queryable: Queryable): Queryable['query'] => {
    return async <Row extends object>(sql: string, values?: readonly unknown[]) => {
      const result = await queryable.query<Row>(sql, values)
      // What the schema is says nothing about rows.
      if (sql.includes('pg_catalog.')) return result
      passed.rows += result.rows.length
      passed.largest = Math.max(passed.largest, JSON.stringify(result.rows).length)
      return result
    }
  }
  return {
    query: watch(database),
    transaction: (work, options) =>
      database.transaction(
        (tx) =>
          work({
            query: watch(tx),
            copyIn: (target, csv) => {
              passed.copies.push(`copy in ${target.table}`)
              return tx.copyIn(target, csv)
            },
            copyOut: (select) => {
              passed.copies.push(`copy out ${select}`)
              return tx.copyOut(select)
            },
          }),
        options,
      ),
  }
}

function watchedArtifacts(passed: Passed): ArtifactStore {
  const artifacts = memoryArtifacts()
  return {
    ...artifacts,
    open: (key, range) => artifacts.open(key, range),
    put: (key, bytes) => {
      passed.copies.push(`put ${key}`)
      return artifacts.put(key, bytes)
    },
  }
}

/** What passes through the process while the resource is cloned. */
async function clone(resource: ResourceRef): Promise<Passed> {
  const passed: Passed = { rows: 0, largest: 0, copies: [] }
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario()],
    runtime: inProcess({ concurrency: 2 }),
    store: memoryStore({ database: watched(db, passed) }),
    artifacts: watchedArtifacts(passed),
  })
  await piecework.start()
  try {
    succeeded(await (await piecework.clone({ principal, resource, name: 'Copy' })).ended())
  } finally {
    await piecework.stop()
  }
  return passed
}

/** Adds rows to every large table of a project. */
async function grow(project: string): Promise<void> {
  for (const sql of [
    `INSERT INTO planning.planning_units (project_id, puid, geom)
     SELECT $1, n, ST_MakeEnvelope(0, 0, 1, 1, 4326) FROM generate_series(1000, 1499) n`,
    `INSERT INTO planning.feature_amounts SELECT f.id, u.id, 1 FROM planning.features f
     JOIN planning.planning_units u USING (project_id) WHERE project_id = $1 AND u.puid >= 1000`,
    `INSERT INTO planning.scenario_planning_units (scenario_id, planning_unit_id)
     SELECT s.id, u.id FROM planning.scenarios s JOIN planning.planning_units u USING (project_id)
     WHERE project_id = $1 AND u.puid >= 1000`,
    `INSERT INTO planning.run_solutions SELECT s.id, 1, u.id
     FROM planning.scenarios s JOIN planning.planning_units u USING (project_id) WHERE project_id = $1 AND u.puid >= 1000`,
    `INSERT INTO planning.feature_specifications (scenario_id, raw)
     SELECT id, jsonb_build_object('n', n) FROM planning.scenarios, generate_series(1, 500) n WHERE project_id = $1`,
  ]) {
    await db.query(sql, [project])
  }
}

test('flat memory: no file is written and no row passes through the process, however many there are', async () => {
  const project = await madeUpProject(db, await sharedRows(db))
  const resource = projectRef(project)
  const [scenario] = await scenarioKind.listUnder(resource, db)
  assert.ok(scenario)
  const few = [await clone(resource), await clone(scenario)]
  await db.query('DELETE FROM planning.scenarios WHERE project_id = $1 AND name = $2', [project, 'Copy'])
  await grow(project)
  const many = [await clone(resource), await clone(scenario)]
  for (const { copies, largest } of [...few, ...many]) {
    assert.equal(copies, [])
    assert.ok(largest < 1000, `${largest} characters came from one query`)
  }
  assert.equal(
    many.map(({ rows }) => rows),
    few.map(({ rows }) => rows),
  )
})

test.run()
