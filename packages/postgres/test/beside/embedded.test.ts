import assert from 'node:assert/strict'
import { createPiecework, memoryArtifacts } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { goals, makeTables, plan, rowsOf, samplePlan, shapes, totals, whole } from './plans.js'

const test = suite('two embedded databases in one process')
const principal = { id: 'ann' }

test('an export, its import and a clone carry the rows of both', async () => {
  const [main, geo] = await Promise.all([embedded(), embedded()])
  const two = { main, geo }
  const piecework = createPiecework({
    packs: [{ name: 'plan', kinds: [plan], pieces: [goals, shapes] }],
    store: postgresStore({ database: main, databases: { geo } }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
  try {
    await makeTables(two)
    const resource = await samplePlan(two)
    await piecework.start()
    const { archive } = await (await piecework.export({ resource, principal })).result()
    assert.ok(archive)
    const jobs = [
      await piecework.import({ archive, principal }),
      await piecework.clone({ resource, principal }),
    ]
    for (const job of jobs)
      assert.deepEqual(await rowsOf(two, (await job.result()).resource?.id ?? ''), whole)
    assert.deepEqual(await totals(two), [3, 3, 3, 9, 0, 0, 0])
  } finally {
    await piecework.stop()
    await main.close()
    await geo.close()
  }
})

test.run()
