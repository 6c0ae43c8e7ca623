import { randomUUID } from 'node:crypto'
import type { ResourceRef } from '@piecework/core/piece'
import { scenarioKind } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type PlanningDatabase, planningDatabase } from './support/planning-database.js'

const test = needsServer(suite('scenario kind'))
let db: PlanningDatabase

test.before(async () => {
  db = await planningDatabase()
})
test.after(() => db.close())

const { shell } = scenarioKind
const newScenario = (): ResourceRef => ({ kind: 'scenario', id: randomUUID() })

async function newProject(name: string): Promise<ResourceRef> {
  const id = randomUUID()
  await db.query(`INSERT INTO planning.projects (id, name, owner_id) VALUES ($1, $2, 'ana')`, [id, name])
  return { kind: 'project', id }
}
const create = (ref: ResourceRef, parent: ResourceRef, name?: string): Promise<void> =>
  db.transaction((tx) =>
    shell.create({ ref, parent, owner: 'ana', source: 'clone', ...(name !== undefined && { name }) }, tx),
  )
const ready = (ref: ResourceRef): Promise<void> => db.transaction((tx) => shell.ready(ref, tx))
/** What scenario/metadata does with the number that the content has. */
const bringNumber = (ref: ResourceRef, number: number) =>
  db.query('UPDATE planning.scenarios SET number = $2 WHERE id = $1', [ref.id, number])
const numberOf = async (ref: ResourceRef): Promise<number | undefined> =>
  (await db.query<{ number: number }>('SELECT number FROM planning.scenarios WHERE id = $1', [ref.id]))
    .rows[0]?.number

test('children come in order of their numbers; nothing half-made: those that are not ready do not come', async () => {
  const project = await newProject('p')
  const [third, first, hidden, incomplete] = [newScenario(), newScenario(), newScenario(), newScenario()]
  for (const ref of [third, first, hidden, incomplete]) await create(ref, project, 's')
  await bringNumber(third, 3)
  await bringNumber(first, 1)
  await ready(third)
  await ready(first)
  await db.transaction((tx) => shell.incomplete(incomplete, 'why', tx))
  assert.equal(await scenarioKind.listUnder(project, db), [first, third])
  assert.equal(await scenarioKind.describe(first, db), { name: 's' })
  assert.is(await scenarioKind.describe(hidden, db), undefined)
  assert.is(await scenarioKind.describe(incomplete, db), undefined)
  assert.equal(await scenarioKind.parentOf(hidden, db), project)
  await db.transaction((tx) => shell.remove(first, tx))
  assert.equal(await scenarioKind.listUnder(project, db), [third])
})

test('a shell gets the next number; the one that its content brings wins where it is free', async () => {
  const project = await newProject('p')
  const [first, second, clone] = [newScenario(), newScenario(), newScenario()]
  await create(first, project, 'a')
  await create(first, project, 'a')
  assert.is(await numberOf(first), 1)
  await create(second, project, 'b')
  assert.is(await numberOf(second), 2)
  await bringNumber(second, 5)
  await ready(first)
  await ready(second)
  await ready(second)
  assert.is(await numberOf(second), 5)
  await create(clone, project, 'a - copy')
  await bringNumber(clone, 1)
  await ready(clone)
  assert.is(await numberOf(clone), 6, 'two scenarios of a project had one number')
  assert.is(await numberOf(first), 1)
})

test('behind the largest number there is, scenarios get the largest that is free', async () => {
  const project = await newProject('p')
  const [largest, second, third, fourth] = [newScenario(), newScenario(), newScenario(), newScenario()]
  await create(largest, project, 'a')
  await bringNumber(largest, 2147483647)
  await ready(largest)
  await create(second, project, 'b')
  assert.is(await numberOf(second), 1)
  await bringNumber(second, 7)
  await ready(second)
  await create(third, project, 'c')
  await bringNumber(third, 2147483647)
  await ready(third)
  assert.is(await numberOf(third), 8, 'a number that is taken was not replaced')
  await create(fourth, project, 'd')
  assert.is(await numberOf(fourth), 9)
})

test('content of two shells may swap their numbers', async () => {
  const project = await newProject('p')
  const [a, b] = [newScenario(), newScenario()]
  await create(a, project, 'a')
  await create(b, project, 'b')
  await bringNumber(a, 2)
  await bringNumber(b, 1)
  await ready(a)
  await ready(b)
  assert.equal(await scenarioKind.listUnder(project, db), [b, a])
})

test('shells that become ready at the same moment get different numbers', async () => {
  const project = await newProject('p')
  const refs = Array.from({ length: 8 }, newScenario)
  for (const ref of refs) {
    await create(ref, project, 's')
    await bringNumber(ref, 1)
  }
  await Promise.all(refs.map(ready))
  const numbers = await Promise.all(refs.map(numberOf))
  assert.equal(
    numbers.sort((x = 0, y = 0) => x - y),
    [1, 2, 3, 4, 5, 6, 7, 8],
  )
})

test('a scenario whose content brought no name is called like its project', async () => {
  const project = await newProject('Reefs')
  const ref = newScenario()
  await create(ref, project)
  await ready(ref)
  assert.equal(await scenarioKind.describe(ref, db), { name: 'Reefs' })
})

test('a scenario cannot be made outside a project', async () => {
  const ref = newScenario()
  try {
    await db.transaction((tx) => shell.create({ ref, owner: 'ana', source: 'archive' }, tx))
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), /imported into a project/)
  }
})

test('exclusion: an id has one spelling', async () => {
  const project = await newProject('p')
  const ref = newScenario()
  await create(ref, project, 's')
  await ready(ref)
  for (const id of [ref.id.toUpperCase(), `{${ref.id}}`, 'x']) {
    assert.is(await scenarioKind.describe({ kind: 'scenario', id }, db), undefined, id)
    assert.is(await scenarioKind.parentOf({ kind: 'scenario', id }, db), undefined, id)
  }
  assert.equal(await scenarioKind.listUnder(project, db), [ref])
  for (const id of [project.id.toUpperCase(), `{${project.id}}`, 'x', "'"]) {
    assert.equal(await scenarioKind.listUnder({ kind: 'project', id }, db), [], id)
  }
})

test.run()
