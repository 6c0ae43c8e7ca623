import assert from 'node:assert/strict'
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
        (await piecework.jobs({ resource: { kind: 'project', id: copy } })).map((one) => one.id),
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
        for (const { a, equal } of diff.resources)
          assert.ok(equal || a?.kind === 'scenario', JSON.stringify(diff))
        const again = await succeeded(
          piecework.export({ resource: { kind: 'project', id: copy }, principal: ann }),
        )
        const { manifest: _, ...summary } = {
          manifest: 0,
          ...(await piecework.inspect(again.job.result.archive ?? archive)),
        }
        assert.deepEqual(summary.tree.id, copy)
      }
    })
  })
  test.run()
}
