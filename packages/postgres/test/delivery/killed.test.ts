import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import { suite } from 'uvu'
import { type Death, deliveryHost, type Place } from './delivery-host.js'

const test = needsServer(suite('a delivery whose process is killed'))

const principal = { id: 'ann' }
const resource = { kind: 'noise', id: 'n1' }
let scratch: ScratchDatabase
let place: Place

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  const folder = await mkdtemp(join(tmpdir(), 'piecework-delivery-'))
  place = { database: scratch.url, folder, root: join(folder, 'delivered') }
})
test.after(async () => {
  await scratch.drop()
  await rm(place.folder, { recursive: true, force: true })
})

const shown = (folder: string): Promise<readonly string[]> =>
  readdir(join(place.root, folder)).catch(() => [])

for (const death of ['first chunk', 'later chunk', 'delivered'] as const satisfies readonly Death[]) {
  test(`exactly once: killed at the ${death}, it goes on in another process, with what was kept`, async () => {
    const there = fork(new URL('./mortal-worker.js', import.meta.url), [JSON.stringify(place), death])
    const gone = once(there, 'exit')
    await once(there, 'message')
    const host = deliveryHost(place, 'nowhere')
    const folder = death.replace(' ', '-')
    const deliver = [{ target: 'folder', destination: { folder } }]
    const job = await host.piecework.export({ resource, deliver, principal })
    assert.equal((await gone)[1], 'SIGKILL')
    try {
      const { job: left } = await host.piecework.job(job.id, { principal })
      assert.equal(left.status, 'delivering')
      assert.deepEqual(await host.piecework.guard.holders(resource, { principal }), [])
      assert.equal((await shown(folder)).length, death === 'delivered' ? 1 : 0, 'a part of it is seen')
      await host.piecework.start()
      const { archive, deliveries } = await job.result()
      assert.equal(deliveries?.[0]?.location, 'attempt 2', 'the state was not kept')
      const names = await shown(folder)
      assert.deepEqual(names, ['noise-n1.zip'])
      const bytes = await readFile(join(place.root, folder, names[0] ?? ''))
      assert.equal(createHash('sha256').update(bytes).digest('hex'), archive?.sha256)
      assert.deepEqual(await shown('.piecework-unfinished'), [])
    } finally {
      await host.stop()
    }
  })
}

test.run()
