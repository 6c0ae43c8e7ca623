import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteBucketCommand } from '@aws-sdk/client-s3'
import { isPieceworkError, PieceworkError } from '@piecework/core'
import {
  type HttpsPeer,
  needsSwift,
  type Passing,
  type SwiftServer,
  swiftFront,
  swiftServer,
} from '@piecework/test-support'
import { targetLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { deliveryOf, mebibyte, ownerOf, refusal, targetFor } from './support.js'

const test = needsSwift(suite('S3: delivery to Swift'))
let swift: SwiftServer
let owner: ReturnType<typeof ownerOf>
let front: HttpsPeer
/** What happens to requests on their way; each test begins with none. */
let look: ((passing: Passing) => void) | undefined
let seen: string[] = []

const isPart = ({ request }: Passing) => request.method === 'PUT' && /partNumber=/.test(request.url ?? '')

test.before(async () => {
  swift = await swiftServer()
  owner = ownerOf(swift)
  front = await swiftFront(swift, (passing) => {
    seen.push(`${passing.request.method} ${passing.request.url}`)
    if (look) look(passing)
    else passing.pass()
  })
})
test.after(async () => {
  await front?.close()
  await swift?.remove()
})
test.before.each(() => {
  look = undefined
  seen = []
})

const placeIn = (bucket: string) => ({ bucket, endpoint: front.url, credential: 'key', prefix: 'out/2026' })
const target = (credential: unknown = swift.credential) => targetFor(front, credential)

async function failure(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => assert.fail('It went well.'),
    (cause: unknown) => cause,
  )
  assert.ok(isPieceworkError(error), String(error))
  assert.doesNotMatch(JSON.stringify([error.message, error.facts, String(error.cause)]), /geheim|test:tester/)
  return error
}

targetLaws(test, {
  make: async () => {
    const bucket = await owner.bucket()
    return { target: target() as never, destination: placeIn(bucket), files: () => owner.files(bucket) }
  },
})

test('D3: a large file goes in parts, each with its MD5, and stands there with its type, its name and whose it is', async () => {
  const bucket = await owner.bucket()
  const delivery = deliveryOf(20 * mebibyte + 7)
  let most = 0
  let now = 0
  const md5s = new Set<string>()
  look = (passing) => {
    if (isPart(passing)) {
      most = Math.max(most, ++now)
      md5s.add(String(passing.request.headers['content-md5']))
      passing.response.on('close', () => now--)
    }
    passing.pass()
  }
  const told: number[] = []
  const { location } = await target().deliver(
    delivery.context(placeIn(bucket), { progress: (done) => void told.push(done) }),
  )
  assert.equal(location, `s3://${bucket}/out/2026/Größe (a).zip`)
  const files = await owner.files(bucket)
  assert.deepEqual([...files.keys()], ['out/2026/Größe (a).zip'])
  assert.ok(delivery.bytes.equals(files.get('out/2026/Größe (a).zip') ?? Buffer.alloc(0)))
  const { ContentType, ContentDisposition, Metadata } = await owner.head(bucket, 'out/2026/Größe (a).zip')
  assert.deepEqual(
    [ContentType, ContentDisposition, Metadata?.['piecework-key']],
    [
      'application/zip',
      `attachment; filename="Gr__e (a).zip"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%28a%29.zip`,
      delivery.key,
    ],
  )
  assert.equal(md5s.size, 5)
  assert.ok(most > 1 && most <= 4, `${most} at once`)
  assert.deepEqual([told.length, told.at(-1), await owner.uploads(bucket)], [5, 20 * mebibyte + 7, 0])
  assert.ok((delivery.kept.json ?? '').length < 1000)
})

test('exactly once: what is there already is not sent again; what changed is, under the same name', async () => {
  const bucket = await owner.bucket()
  const delivery = deliveryOf(6 * mebibyte)
  await target().deliver(delivery.context(placeIn(bucket)))
  seen = []
  delivery.kept.json = undefined
  await target().deliver(delivery.context(placeIn(bucket)))
  assert.deepEqual(
    seen.filter((one) => !one.includes('probe')).map((one) => one.split(' ')[0]),
    ['HEAD'],
  )
  const other = deliveryOf(6 * mebibyte)
  await target().deliver(other.context(placeIn(bucket), { key: delivery.key }))
  const files = await owner.files(bucket)
  assert.equal(files.size, 1)
  assert.ok([...files.values()][0]?.equals(other.bytes))
})

test('what others have put there stays: the file gets another name, and the report says so', async () => {
  const bucket = await owner.bucket()
  for (const name of ['a.zip', 'a (2).zip']) await owner.put(bucket, `out/2026/${name}`, name)
  const delivery = deliveryOf(6 * mebibyte, 'a.zip')
  const { location } = await target().deliver(delivery.context(placeIn(bucket)))
  assert.equal(location, `s3://${bucket}/out/2026/a (3).zip`)
  assert.deepEqual(
    delivery.findings.map(({ code, severity, file }) => [code, severity, file]),
    [['core/file-renamed', 'warning', 'a (3).zip']],
  )
  assert.equal(String((await owner.files(bucket)).get('out/2026/a.zip')), 'a.zip')
})

test('what comes there while parts are sent stays, too', async () => {
  const bucket = await owner.bucket()
  const delivery = deliveryOf(6 * mebibyte, 'a.zip')
  let isPut = false
  look = (passing) => {
    if (!isPart(passing) || isPut) return passing.pass()
    isPut = true
    void owner.put(bucket, 'out/2026/a.zip', 'foreign').then(() => passing.pass())
  }
  await target().deliver(delivery.context(placeIn(bucket)))
  const files = await owner.files(bucket)
  assert.equal(String(files.get('out/2026/a.zip')), 'foreign')
  assert.ok(files.get('out/2026/a (2).zip')?.equals(delivery.bytes))
  assert.equal(await owner.uploads(bucket), 0)
})

test('D3: a key that may only write delivers, once, under a name of its own; what it may not delete is named', async () => {
  const bucket = await owner.bucket()
  await owner.put(bucket, 'out/2026/a.zip', 'foreign')
  look = ({ request, response, pass }) => {
    if (request.method === 'PUT' || request.method === 'POST') return pass()
    request.resume()
    response.writeHead(403).end(request.method === 'HEAD' ? undefined : refusal('AccessDenied'))
  }
  for (const size of [1000, 11 * mebibyte]) {
    const delivery = deliveryOf(size, 'a.zip')
    const destination = placeIn(bucket)
    await target().check?.({ principal: { id: 'ann' }, destination })
    const { location } = await target().deliver(delivery.context(destination))
    await target().deliver(delivery.context(destination))
    assert.match(String(location), /out\/2026\/a [0-9a-f]{12}\.zip$/)
    const files = await owner.files(bucket)
    assert.equal([...files.values()].filter((one) => one.equals(delivery.bytes)).length, 1)
    assert.equal(String(files.get('out/2026/a.zip')), 'foreign')
    assert.ok(files.has('out/2026/.piecework-probe'))
    const left = delivery.findings.find(({ code }) => code === 'delivery/probe-left')
    assert.ok(left?.message.includes('"out/2026/.piecework-probe"') && left.message.includes(bucket))
  }
})

test('D3: a request is tried at once, without a trace, and size is asked', async () => {
  const bucket = await owner.bucket()
  const asked = { principal: { id: 'ann' }, destination: placeIn(bucket) }
  await target().check?.(asked)
  assert.deepEqual(
    [...seen.map((one) => one.split(' ')[0]), (await owner.files(bucket)).size],
    ['PUT', 'DELETE', 0],
  )
  const error = await failure(target().check?.({ ...asked, size: 6 * 1024 ** 4 }) ?? Promise.resolve())
  assert.equal(error.code, 'delivery-full')
})

test('D3: a wrong key, a wrong secret and a missing bucket are told at request and when delivering, and nothing is left', async () => {
  const bucket = await owner.bucket()
  const { accessKeyId, secretAccessKey } = swift.credential
  const wrong: readonly (readonly [unknown, string, string])[] = [
    [{ accessKeyId: 'test:other', secretAccessKey }, bucket, 'delivery-auth'],
    [{ accessKeyId, secretAccessKey: 'geheim-geheim' }, bucket, 'delivery-auth'],
    [{ accessKeyId }, bucket, 'delivery-auth'],
    [null, bucket, 'delivery-auth'],
    [swift.credential, 'none-of-these', 'delivery-not-found'],
  ]
  for (const [credential, name, code] of wrong) {
    const asked = { principal: { id: 'ann' }, destination: placeIn(name) }
    const checked = await failure(target(credential).check?.(asked) ?? Promise.resolve())
    assert.deepEqual([checked.code, checked.retryable], [code, false])
    for (const size of [10, 6 * mebibyte]) {
      const delivered = await failure(target(credential).deliver(deliveryOf(size).context(asked.destination)))
      assert.deepEqual([delivered.code, delivered.retryable], [code, false])
    }
  }
  const bob = { principal: { id: 'bob' }, destination: placeIn(bucket) }
  assert.equal((await failure(target().check?.(bob) ?? Promise.resolve())).code, 'delivery-auth')
  assert.equal((await owner.files(bucket)).size, 0)
})

test('a bucket that goes between two parts is told', async () => {
  const bucket = await owner.bucket()
  let parts = 0
  look = (passing) => {
    if (!isPart(passing) || ++parts !== 3) return passing.pass()
    void owner.client.send(new DeleteBucketCommand({ Bucket: bucket })).then(() => passing.pass())
  }
  const error = await failure(target().deliver(deliveryOf(15 * mebibyte).context(placeIn(bucket))))
  assert.deepEqual([error.code, error.retryable], ['delivery-not-found', false])
})

for (const [percent, whole] of [
  [30, 1],
  [60, 2],
  [99, 3],
] as const)
  test(`an upload that is cut at ${percent} % goes on behind the parts that were taken`, async () => {
    const bucket = await owner.bucket()
    const delivery = deliveryOf(20 * mebibyte)
    const limit = (delivery.bytes.length * percent) / 100
    const taken = (): readonly number[] => {
      const { etags = [] } = JSON.parse(delivery.kept.json ?? '{}') as { readonly etags?: readonly unknown[] }
      return etags.flatMap((etag, at) => (etag === null ? [] : [at + 1]))
    }
    /** What has come whole is kept before the connection is cut. */
    const kept = async (): Promise<void> => {
      while (taken().length < numbers.length) await sleep(5)
    }
    let sent = 0
    const numbers: number[] = []
    let isCut = true
    look = (passing) => {
      const cut = () => void passing.request.socket.destroy()
      if (!isPart(passing)) return isCut && sent > limit ? cut() : passing.pass()
      const length = Number(passing.request.headers['content-length'])
      if (isCut && sent > limit) return void kept().then(cut)
      sent += length
      if (isCut && sent > limit) return void kept().then(() => passing.pass(length - (sent - limit)))
      numbers.push(Number(/partNumber=(\d+)/.exec(passing.request.url ?? '')?.[1]))
      passing.pass()
    }
    const error = await failure(target().deliver(delivery.context(placeIn(bucket))))
    assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', true])
    assert.equal((await owner.files(bucket)).size, 0)
    assert.deepEqual([taken().length, numbers.length], [whole, whole])
    isCut = false
    await target().deliver(delivery.context(placeIn(bucket)))
    assert.ok([...(await owner.files(bucket)).values()][0]?.equals(delivery.bytes))
    assert.deepEqual(numbers.toSorted(), [1, 2, 3, 4], 'a part was sent again that was taken')
    assert.equal(await owner.uploads(bucket), 0)
  })

test('an upload that is gone is begun anew, and one that does not fit is aborted', async () => {
  const bucket = await owner.bucket()
  const delivery = deliveryOf(11 * mebibyte)
  let isCut = true
  look = (passing) => {
    if (isCut && /partNumber=2/.test(passing.request.url ?? '')) passing.pass(1000)
    else passing.pass()
  }
  await failure(target().deliver(delivery.context(placeIn(bucket))))
  isCut = false
  const kept = JSON.parse(delivery.kept.json ?? '{}')
  delivery.kept.json = JSON.stringify({ ...kept, uploadId: 'bm9uZQ' })
  await target().deliver(delivery.context(placeIn(bucket)))
  assert.ok([...(await owner.files(bucket)).values()][0]?.equals(delivery.bytes))
  assert.equal(await owner.uploads(bucket), 1)
  const other = deliveryOf(12 * mebibyte, 'other.zip')
  other.kept.json = JSON.stringify(kept)
  await target().deliver(other.context(placeIn(bucket)))
  assert.equal(await owner.uploads(bucket), 0)
  assert.ok((await owner.files(bucket)).get('out/2026/other.zip')?.equals(other.bytes))
})

test('unfinished parts are aborted on cancel and on final failure, but not when another attempt goes on', async () => {
  const reasons: readonly (readonly [unknown, number])[] = [
    [new PieceworkError('cancelled', 'The job was cancelled.', { retryable: true }), 0],
    [new PieceworkError('timeout', 'It took too long.', { retryable: true }), 0],
    [new PieceworkError('stopped', 'The worker stops.', { retryable: true }), 1],
    [new PieceworkError('lease-lost', 'Another has it.'), 1],
  ]
  for (const [reason, left] of reasons) {
    const bucket = await owner.bucket()
    const stop = new AbortController()
    look = (passing) => {
      if (isPart(passing)) stop.abort(reason)
      passing.pass()
    }
    const context = deliveryOf(11 * mebibyte).context(placeIn(bucket), { signal: stop.signal })
    await assert.rejects(target().deliver(context), (error) => error === reason)
    assert.deepEqual(
      [await owner.uploads(bucket), (await owner.files(bucket)).size],
      [left, 0],
      String(reason),
    )
  }
  look = undefined
  const bucket = await owner.bucket()
  const { context } = deliveryOf(11 * mebibyte)
  const { file } = context(placeIn(bucket))
  const broken = {
    ...file,
    open: async function* () {
      yield* file.open()
      throw new PieceworkError('storage', 'These are not the bytes.')
    },
  }
  await failure(target().deliver(context(placeIn(bucket), { file: broken })))
  assert.deepEqual([await owner.uploads(bucket), (await owner.files(bucket)).size], [0, 0])
})

test('what the server fails at for a moment is done again in the same attempt', async () => {
  const bucket = await owner.bucket()
  const delivery = deliveryOf(11 * mebibyte)
  const failed = new Set<string>()
  look = (passing) => {
    const { request, response } = passing
    const what = `${request.method} ${request.url}`
    if (failed.has(what)) return passing.pass()
    failed.add(what)
    request.resume()
    request.on('end', () => response.writeHead(503).end(refusal('SlowDown')))
  }
  await target().deliver(delivery.context(placeIn(bucket)))
  assert.ok([...(await owner.files(bucket)).values()][0]?.equals(delivery.bytes))
})

test.run()
