import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import { DropboxStandIn } from '@piecework/test-support/fixtures/dropbox-stand-in.js'
import { suite } from 'uvu'
import { chunkBytes, dropboxHost, type Place } from './mortal-host.js'

const test = needsServer(suite('a delivery to Dropbox whose process is killed'))
const principal = { id: 'ann' }
let scratch: ScratchDatabase
let folder: string
test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  folder = await mkdtemp(join(tmpdir(), 'piecework-dropbox-'))
})
test.after(async () => {
  await scratch?.drop()
  await rm(folder, { recursive: true, force: true })
})

test('exactly once: two processes are killed in the middle, a third one goes on, and no chunk is sent again but the last', async () => {
  const dropbox = await DropboxStandIn.open()
  const refreshToken = dropbox.connected()
  const place: Place = { database: scratch.url, folder, address: dropbox.address, refreshToken }
  const workers: ChildProcess[] = []
  const worker = async () => {
    const child = fork(new URL('./mortal-worker.js', import.meta.url), [JSON.stringify(place)])
    workers.push(child)
    await once(child, 'message')
    return child
  }
  const host = dropboxHost(place)
  try {
    let chunks = 0
    let dying: ChildProcess | undefined
    dropbox.appended = () => {
      chunks += 1
      if (chunks === 3 || chunks === 7) dying?.kill('SIGKILL')
    }
    dying = await worker()
    const gone = once(dying, 'exit')
    const job = await host.piecework.export({
      resource: { kind: 'noise', id: 'n1' },
      deliver: [{ target: 'dropbox', destination: { credential: 'c1', folder: '/Backups' } }],
      principal,
    })
    assert.equal((await gone)[1], 'SIGKILL')
    assert.equal((await host.piecework.job(job.id, { principal })).job.status, 'delivering')
    assert.equal(dropbox.files.size, 0)
    dying = await worker()
    await once(dying, 'exit')
    assert.equal(dropbox.files.size, 0)
    await host.piecework.start()
    const { archive, deliveries } = await job.result()
    assert.deepEqual(
      deliveries?.map(({ location }) => location),
      ['/Backups/noise-n1.zip'],
    )
    const [stored = assert.fail('nothing is there'), ...others] = dropbox.files.values()
    assert.deepEqual(others, [])
    assert.equal(createHash('sha256').update(stored.bytes).digest('hex'), archive?.sha256)
    // Each death may cost the chunk whose end it did not see.
    const again = dropbox.received - stored.bytes.length
    assert.ok(again <= 2 * chunkBytes, `${again} bytes were sent again`)
    const { calls } = dropbox
    assert.equal(calls.filter((route) => route === 'files/upload_session/start').length, 1)
  } finally {
    for (const child of workers) child.kill('SIGKILL')
    await host.stop()
    await dropbox.close()
  }
})

test.run()
