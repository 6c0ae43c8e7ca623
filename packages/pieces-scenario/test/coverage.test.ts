import { isPieceworkError } from '@piecework/core/piece'
import { planningProject } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'
import { assertSchemaCovered } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type PlanningDatabase, planningDatabase } from './support/planning-database.js'

const test = needsServer(suite('coverage: nothing of the planning schema is forgotten'))
let db: PlanningDatabase

test.before(async () => {
  db = await planningDatabase()
})
test.after(() => db.close())

const pieces = [planningProject(), planningScenario()].flatMap((pack) => pack.pieces ?? [])

const coverage = {
  schema: 'planning',
  ignored: [
    // Set by the shell: who asked, what has become visible, where it hangs.
    'projects.owner_id',
    'projects.state',
    'scenarios.state',
    'scenarios.project_id',
    // Shared rows have them, and those are never copied.
    'features.stable_key',
    'planning_areas.stable_key',
    'protected_areas.stable_key',
  ],
}

async function undecided(sql: string): Promise<unknown> {
  let found: unknown
  const undo = new Error('undo')
  await db
    .transaction(async (tx) => {
      await tx.query(sql)
      await assertSchemaCovered(tx, pieces, coverage).catch((error: unknown) => {
        if (!isPieceworkError(error, 'registry-invalid')) throw error
        found = error.facts.undecided
      })
      throw undo
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error
    })
  return found
}

test('coverage: every table and column of the planning schema is decided about', async () => {
  await assertSchemaCovered(db, pieces, coverage)
})

test('coverage: a column that is added to any table is named', async () => {
  const { rows } = await db.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'planning' ORDER BY 1`,
  )
  assert.ok(rows.length >= 19)
  for (const { name } of rows) {
    assert.equal(await undecided(`ALTER TABLE planning.${name} ADD COLUMN forgotten int`), [
      `${name}.forgotten`,
    ])
  }
})

test('coverage: a table that is added under any other is named', async () => {
  for (const name of ['projects', 'features', 'scenarios', 'run_summaries', 'execution_files']) {
    assert.equal(await undecided(`CREATE TABLE planning.forgotten (of uuid REFERENCES planning.${name})`), [
      'forgotten',
    ])
  }
})

test('coverage: a table that no foreign key ties to the others is named', async () => {
  assert.equal(await undecided('CREATE TABLE planning.forgotten (scenario_id uuid)'), ['forgotten'])
})

test.run()
