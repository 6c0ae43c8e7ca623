import { randomUUID } from 'node:crypto'
import { PieceworkError, type ResourceRef } from '@piecework/core/piece'
import { assertMayRun } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type PlanningDatabase, planningDatabase } from './support/planning-database.js'

const test = needsServer(suite('scenarios that the solver may run on'))
let db: PlanningDatabase

test.before(async () => {
  db = await planningDatabase()
})
test.after(() => db.close())

interface State {
  readonly project?: string
  readonly scenario?: string
  readonly locked?: boolean
}

async function scenario({
  project = 'ready',
  scenario = 'ready',
  locked = false,
}: State): Promise<ResourceRef> {
  const [owner, id] = [randomUUID(), randomUUID()]
  await db.query(
    `INSERT INTO planning.projects (id, name, owner_id, source, state) VALUES ($1, 'p', 'ana', 'legacy_import', $2)`,
    [owner, project],
  )
  await db.query(
    `INSERT INTO planning.scenarios (id, project_id, name, number, state, solutions_are_locked) VALUES ($1, $2, 's', 1, $3, $4)`,
    [id, owner, scenario, locked],
  )
  return { kind: 'scenario', id }
}

/** What the host is told; undefined where the solver may run. */
const refusal = async (ref: ResourceRef): Promise<string | undefined> => {
  try {
    await assertMayRun(ref, db)
    return undefined
  } catch (error) {
    if (error instanceof PieceworkError) return error.code
    throw error
  }
}

test('a ready scenario may be run, until its solutions are locked', async () => {
  const ref = await scenario({})
  assert.is(await refusal(ref), undefined)
  await db.query('UPDATE planning.scenarios SET solutions_are_locked = true WHERE id = $1', [ref.id])
  assert.is(await refusal(ref), 'scenario/solutions-locked')
})

test('nothing half-made: what an import has not finished does not exist for the solver', async () => {
  for (const state of ['importing', 'incomplete']) {
    assert.is(await refusal(await scenario({ scenario: state })), 'resource-not-found')
    assert.is(await refusal(await scenario({ scenario: state, locked: true })), 'resource-not-found')
    assert.is(await refusal(await scenario({ project: state })), 'resource-not-found')
  }
})

test('an unknown scenario, another kind and what is no id are not found', async () => {
  const { id } = await scenario({})
  assert.is(await refusal({ kind: 'scenario', id: randomUUID() }), 'resource-not-found')
  assert.is(await refusal({ kind: 'project', id }), 'resource-not-found')
  assert.is(await refusal({ kind: 'scenario', id: "' OR true --" }), 'resource-not-found')
})

test('in a transaction it sees what the transaction has done', async () => {
  const ref = await scenario({})
  await db.transaction(async (tx) => {
    await tx.query('UPDATE planning.scenarios SET solutions_are_locked = true WHERE id = $1', [ref.id])
    await assertMayRun(ref, tx).then(
      () => assert.unreachable(),
      (error) => assert.is(error.code, 'scenario/solutions-locked'),
    )
  })
})

test.run()
