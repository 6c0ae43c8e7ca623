import { randomUUID } from 'node:crypto'
import { memoryArtifacts } from '@piecework/core'
import type { ResourceRef } from '@piecework/core/piece'
import { projectKind } from '@piecework/pieces-project'
import { scenarioKind } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Instance, instance, principal, projectRef } from './support/instance.js'

const test = needsServer(suite('names of clones'))
let here: Instance

test.before(async () => {
  here = await instance(memoryArtifacts())
})
test.after(() => here.close())

async function project(name: string, owner = principal.id): Promise<ResourceRef> {
  const id = randomUUID()
  await here.db.query('INSERT INTO planning.projects (id, name, owner_id) VALUES ($1, $2, $3)', [
    id,
    name,
    owner,
  ])
  return projectRef(id)
}

async function scenario(of: ResourceRef, name: string, number: number): Promise<ResourceRef> {
  const id = randomUUID()
  await here.db.query(
    'INSERT INTO planning.scenarios (id, project_id, name, number) VALUES ($1, $2, $3, $4)',
    [id, of.id, name, number],
  )
  return { kind: 'scenario', id }
}

async function clone(resource: ResourceRef, name?: string, by = principal): Promise<string | undefined> {
  const job = await here.piecework.clone({ principal: by, resource, ...(name !== undefined && { name }) })
  const { resource: made } = await job.result()
  const kind = resource.kind === 'project' ? projectKind : scenarioKind
  return made && (await kind.describe(made, here.db))?.name
}

test('a clone of a project is called a copy, numbered where its owner has one of that name', async () => {
  const source = await project('Reefs')
  assert.is(await clone(source), 'Reefs - copy')
  assert.is(await clone(source), 'Reefs - copy 2')
  await project('Reefs - copy 4')
  assert.is(await clone(source), 'Reefs - copy 3')
  assert.is(await clone(source), 'Reefs - copy 5')
  assert.is(await clone(source, undefined, { id: 'another owner' }), 'Reefs - copy')
})

test('a name that was asked for is given as it is', async () => {
  const source = await project('Atolls')
  assert.is(await clone(source, 'Atolls'), 'Atolls')
  assert.is(await clone(source, 'Atolls - copy'), 'Atolls - copy')
  assert.is(await clone(source, 'Atolls - copy'), 'Atolls - copy')
  assert.is(await clone(source), 'Atolls - copy 2')
})

test('names are compared as they are, not as patterns', async () => {
  const source = await project(`100%_'"\\`)
  assert.is(await clone(source), `100%_'"\\ - copy`)
  assert.is(await clone(source), `100%_'"\\ - copy 2`)
})

test('a clone of a scenario is numbered among those of its project', async () => {
  const [one, other] = [await project('one'), await project('other')]
  const source = await scenario(one, 'Plan', 1)
  await scenario(other, 'Plan - copy', 1)
  assert.is(await clone(source), 'Plan - copy')
  assert.is(await clone(source), 'Plan - copy 2')
})

test('exclusion: clones that are made at the same moment get different names', async () => {
  const sources = await Promise.all(Array.from({ length: 6 }, () => project('Twins')))
  const names = await Promise.all(sources.map((source) => clone(source)))
  assert.equal(names.sort(), ['Twins - copy', ...[2, 3, 4, 5, 6].map((n) => `Twins - copy ${n}`)])
})

test('exclusion: shells of one project that are made at the same moment get different names', async () => {
  const parent = await project('Crowd')
  const refs = Array.from({ length: 6 }, () => ({ kind: 'scenario', id: randomUUID() }))
  const shell = { parent, owner: 'ana', source: 'clone', name: 'Plan - copy', numberName: true } as const
  await Promise.all(
    refs.map((ref) => here.db.transaction((tx) => scenarioKind.shell.create({ ...shell, ref }, tx))),
  )
  const { rows } = await here.db.query<{ name: string }>(
    'SELECT name FROM planning.scenarios WHERE project_id = $1 ORDER BY length(name), name',
    [parent.id],
  )
  assert.equal(
    rows.map(({ name }) => name),
    ['Plan - copy', ...[2, 3, 4, 5, 6].map((n) => `Plan - copy ${n}`)],
  )
})

test.run()
