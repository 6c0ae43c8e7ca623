import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  fleet,
  needsServer,
  needsSwift,
  type ScratchDatabase,
  type SwiftServer,
  scratchDatabase,
  storeTemplate,
  swiftFront,
  swiftServer,
} from '@piecework/test-support'
import { suite } from 'uvu'
import { type Place, parts, s3Host } from './mortal-host.js'
import { mebibyte, ownerOf } from './support.js'

const test = needsSwift(needsServer(suite('a delivery to S3 whose process is killed')))
const principal = { id: 'ann' }
let scratch: ScratchDatabase
let folder: string
let swift: SwiftServer
test.before(async () => {
  swift = await swiftServer()
  scratch = await scratchDatabase({ template: storeTemplate })
  folder = await mkdtemp(join(tmpdir(), 'piecework-s3-'))
})
test.after(async () => {
  await scratch?.drop()
  await swift?.remove()
  await rm(folder, { recursive: true, force: true })
})

test('exactly once: processes are killed at 30, 60 and 99 % of the parts, and the last one sends what is missing', async () => {
  const owner = ownerOf(swift)
  const bucket = await owner.bucket()
  const numbers: string[] = []
  const uploads: string[] = []
  const deaths = [30, 60, 99].map((percent) => (parts * 5 * mebibyte * percent) / 100)
  let received = 0
  let kill = (): void => {}
  const front = await swiftFront(swift, ({ request, pass }) => {
    const url = request.url ?? ''
    if (request.method === 'POST' && url.includes('uploads')) uploads.push(url)
    const number = /partNumber=(\d+)/.exec(url)?.[1]
    if (number !== undefined) {
      numbers.push(number)
      request.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received > (deaths[0] ?? Number.POSITIVE_INFINITY)) {
          deaths.shift()
          kill()
        }
      })
    }
    pass()
  })
  const place: Place = {
    database: scratch.url,
    folder,
    ca: front.settings.ca,
    credential: swift.credential,
  }
  const script = new URL('./mortal-worker.js', import.meta.url)
  const workers = fleet({ script, args: [JSON.stringify(place)] })
  kill = () => {
    for (const pid of workers.pids()) process.kill(pid, 'SIGKILL')
  }
  const host = s3Host(place)
  try {
    const job = await host.piecework.export({
      resource: { kind: 'noise', id: 'n1' },
      deliver: [{ target: 's3', destination: { bucket, endpoint: front.url, credential: 'key' } }],
      principal,
    })
    for (let left = deaths.length; left > 0; left = deaths.length) {
      await workers.add()
      while (workers.fallen().length === 0) await sleep(10)
      assert.equal((await owner.files(bucket)).size, 0)
    }
    await host.piecework.start()
    const { archive, deliveries } = await job.result()
    assert.deepEqual(
      deliveries?.map(({ location }) => location),
      [`s3://${bucket}/noise-n1.zip`],
    )
    const [stored = assert.fail('nothing is there'), ...others] = (await owner.files(bucket)).values()
    assert.deepEqual(others, [])
    assert.equal(createHash('sha256').update(stored).digest('hex'), archive?.sha256)
    // Each death may cost the four parts that were on their way.
    const twice = numbers.length - new Set(numbers).size
    assert.ok(twice <= 3 * 4, `${numbers}`)
    assert.deepEqual([uploads.length, new Set(numbers).size, await owner.uploads(bucket)], [1, parts, 0])
  } finally {
    await workers.end()
    await host.stop()
    await front.close()
  }
})

test.run()
