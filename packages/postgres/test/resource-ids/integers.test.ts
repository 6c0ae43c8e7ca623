import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import {
  ann,
  contentOf,
  embeddedWorld,
  integerPack,
  integerTables,
  sampleProject,
  serverWorld,
  succeeded,
  type World,
  withHost,
} from './support.js'

for (const [name, open, runner] of [
  ['server', serverWorld, needsServer(suite('integer ids of resources: server'))],
  ['embedded', embeddedWorld, suite('integer ids of resources: embedded')],
] as const) {
  const test = runner
  let world: World
  test.before(async () => {
    world = await open(integerTables)
  })
  test.after(() => world.close())

  test(`new ids: a clone of a mixed tree has ids of the host's sequences (${name})`, async () => {
    const id = await sampleProject(world)
    const before = await contentOf(world, id)
    await withHost(world, integerPack, async (piecework) => {
      const { job } = await succeeded(piecework.clone({ resource: { kind: 'project', id }, principal: ann }))
      const copy = job.result.resource?.id ?? ''
      assert.match(copy, /^\d+$/)
      assert.notEqual(copy, id)
      assert.deepEqual(await contentOf(world, copy), before)
      assert.deepEqual(await contentOf(world, id), before)
      assert.deepEqual(
        (await piecework.jobs({ principal: ann, resource: { kind: 'project', id: copy } })).map(
          (one) => one.id,
        ),
        [job.id],
      )
    })
  })

  test(`new ids: an archive of a mixed tree comes back under new ids, any number of times (${name})`, async () => {
    const id = await sampleProject(world)
    const before = await contentOf(world, id)
    await withHost(world, integerPack, async (piecework) => {
      const resource = { kind: 'project', id }
      const exported = await succeeded(piecework.export({ resource, principal: ann }))
      const { archive } = exported.job.result
      assert.ok(archive)
      const copies = [
        await succeeded(piecework.import({ archive, principal: ann })),
        await succeeded(piecework.import({ archive, principal: ann })),
      ].map(({ job }) => job.result.resource?.id ?? '')
      assert.equal(new Set([id, ...copies]).size, 3)
      for (const copy of copies) {
        assert.deepEqual(await contentOf(world, copy), before)
        const diff = await piecework.diff(
          { resource, principal: ann },
          { resource: { kind: 'project', id: copy }, principal: ann },
        )
        assert.ok(diff.equal, JSON.stringify(diff))
        const again = await succeeded(
          piecework.export({ resource: { kind: 'project', id: copy }, principal: ann }),
        )
        const inside = await piecework.inspect(again.job.result.archive ?? archive, { principal: ann })
        assert.equal(inside.tree.id, copy)
      }
    })
  })

  test(`new ids: a request in the host's transaction draws on its connection (${name})`, async () => {
    const id = await sampleProject(world)
    await withHost(world, integerPack, async (piecework) => {
      const handle = await world.database.transaction(async (tx) => {
        await tx.query(`UPDATE projects SET name = 'Renamed' WHERE id = $1`, [id])
        return piecework.using(tx).clone({ resource: { kind: 'project', id: `0${id}` }, principal: ann })
      })
      const { job } = await handle.ended()
      assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
      assert.equal(job.request.name, 'Renamed - copy')
    })
  })

  test(`exclusion: integers and their parts are held by any spelling (${name})`, async () => {
    const id = await sampleProject(world)
    const [board] = await world.query<{ id: number }>('SELECT id FROM boards WHERE project_id = $1', [id])
    const busy = (work: Promise<unknown>) =>
      assert.rejects(work, (error) => isPieceworkError(error, 'resource-busy'))
    await withHost(world, integerPack, async ({ guard }) => {
      const claim = await guard.claim([{ kind: 'board', id: `+${board?.id}` }], { id: 'run', kind: 'run' })
      await busy(guard.claim([{ kind: 'project', id }], { id: 'other', kind: 'run' }))
      await busy(guard.edit(`project:0${id}/board:00${board?.id}`, async () => {}))
      assert.equal((await guard.holders({ kind: 'project', id: ` ${id}` }, { principal: ann })).length, 1)
      await claim.release()
      // 1 does not hold 11.
      const other = await guard.claim([`project:${id}1`], { id: 'run', kind: 'run' })
      await guard.edit({ kind: 'project', id }, async () => {})
      await other.release()
    })
  })
  test.run()
}
