import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError, PieceworkError } from '@piecework/core'
import type { S3TargetOptions } from '@piecework/delivery'
import { type HttpsPeer, httpsPeer } from '@piecework/test-support'
import { suite } from 'uvu'
import { timeToSend } from '#internal/time-to-send.js'
import { deliveryOf, mebibyte, refusal, targetFor } from './support.js'

const test = suite('S3: servers that refuse, fail and lie')
const credential = {
  accessKeyId: 'AKIAGEHEIM',
  secretAccessKey: 'geheim/geheim',
  sessionToken: 'geheim-token',
}

interface Peer {
  readonly peer: HttpsPeer
  readonly seen: readonly IncomingMessage[]
  deliver(size?: number, more?: Partial<S3TargetOptions>): Promise<unknown>
  check(endpoint?: string, more?: Partial<S3TargetOptions>): Promise<void>
}

async function withPeer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (peer: Peer) => Promise<void>,
): Promise<void> {
  const seen: IncomingMessage[] = []
  const peer = await httpsPeer((request, response) => {
    seen.push(request)
    request.resume()
    answer(request, response)
  })
  const place = { bucket: 'box', credential: 'key', region: 'eu-west-3' }
  try {
    await use({
      peer,
      seen,
      deliver: (size = 100, more = {}) =>
        targetFor(peer, credential, more).deliver(
          deliveryOf(size, 'a.zip').context({ ...place, endpoint: peer.url }),
        ),
      check: async (endpoint = peer.url, more = {}) =>
        targetFor(peer, credential, more).check?.({
          principal: { id: 'ann' },
          destination: { ...place, endpoint },
        }),
    })
  } finally {
    await peer.close()
  }
}

async function failure(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => assert.fail('It went well.'),
    (cause: unknown) => cause,
  )
  assert.ok(isPieceworkError(error), String(error))
  const texts = JSON.stringify([error.message, error.facts, error.findings, error.stack, error.cause])
  assert.doesNotMatch(texts, /geheim|AKIA|Signature=|Credential=|StringToSign/i)
  return error
}

/** Of all that S3 puts into its errors; none of it may come further. */
const more =
  '<AWSAccessKeyId>AKIAGEHEIM</AWSAccessKeyId><StringToSign>geheim</StringToSign><SignatureProvided>geheim</SignatureProvided>'

const refusals: readonly (readonly [status: number, s3: string, code: string, retryable: boolean])[] = [
  [403, 'InvalidAccessKeyId', 'delivery-auth', false],
  [403, 'SignatureDoesNotMatch', 'delivery-auth', false],
  [400, 'ExpiredToken', 'delivery-auth', false],
  [400, 'InvalidToken', 'delivery-auth', false],
  [403, 'RequestTimeTooSkewed', 'delivery-auth', true],
  [404, 'NoSuchBucket', 'delivery-not-found', false],
  [403, 'AccessDenied', 'delivery-denied', false],
  [403, 'SomethingNew', 'delivery-denied', false],
  [400, 'InvalidRequest', 'delivery-denied', false],
  [403, 'QuotaExceeded', 'delivery-full', false],
  [507, 'InsufficientStorage', 'delivery-full', false],
  [507, '', 'delivery-full', false],
  [400, 'EntityTooLarge', 'delivery-full', false],
  [503, 'SlowDown', 'delivery-unreachable', true],
  [429, 'TooManyRequests', 'delivery-unreachable', true],
  [500, 'InternalError', 'delivery-unreachable', true],
  [502, '', 'delivery-unreachable', true],
]

test('D3: what a server refuses with becomes a code and a sentence; nothing secret of its answer does', () => {
  let next = refusals[0] ?? assert.fail()
  return withPeer(
    (request, response) => {
      const [status, s3] = next
      response.writeHead(status, { 'retry-after': '7' })
      response.end(request.method === 'HEAD' || s3 === '' ? undefined : refusal(s3, more))
    },
    async ({ check, deliver }) => {
      for (next of refusals) {
        const [status, s3, code, retryable] = next
        for (const error of [await failure(check()), await failure(deliver())]) {
          assert.deepEqual([error.code, error.retryable], [code, retryable], `${status} ${s3}`)
          assert.match(error.message, /^[A-Z].+\.$/)
          assert.equal(error.facts.retryAfterMs, 7000)
        }
      }
    },
  )
})

test('a wrong region is told with the one that the server names, if it is a region', () => {
  let region = 'eu-central-1'
  return withPeer(
    (request, response) => {
      response.writeHead(301, { 'x-amz-bucket-region': region, location: 'https://127.0.0.1/' })
      response.end(request.method === 'HEAD' ? undefined : refusal('PermanentRedirect'))
    },
    async ({ check, seen }) => {
      const error = await failure(check())
      assert.equal(error.code, 'delivery-denied')
      assert.match(error.message, /in the region "eu-central-1"/)
      region = 'evil.example.org/'
      assert.doesNotMatch((await failure(check())).message, /evil/)
      assert.equal(seen.length, 2)
    },
  )
})

test('D8: no redirect is followed, to wherever', () =>
  withPeer(
    (_, response) => response.writeHead(307, { location: 'https://169.254.169.254/latest' }).end(),
    async ({ check, deliver, seen }) => {
      for (const error of [await failure(check()), await failure(deliver())]) {
        assert.deepEqual([error.code, error.retryable], ['delivery-denied', false])
        assert.match(error.message, /redirects are not followed/)
      }
      assert.equal(seen.length, 2)
    },
  ))

test('D8: an endpoint at an address that is not public is refused, as is one whose name moves there', () =>
  withPeer(
    (_, response) => response.end(),
    async ({ peer, check, deliver, seen }) => {
      for (const endpoint of [
        'https://127.0.0.1',
        'https://[::1]',
        'https://169.254.169.254',
        'https://10.0.0.1',
      ])
        assert.equal((await failure(check(endpoint, { allowNetworks: [] }))).code, 'delivery-address')
      const inside = { allowNetworks: [], lookup: async () => ['192.168.1.1'] }
      assert.equal((await failure(check(peer.url, inside))).code, 'delivery-address')
      let asked = 0
      const moves = { lookup: async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']) }
      await check(peer.url, moves)
      assert.deepEqual([asked, seen.length], [1, 2])
      assert.equal((await failure(deliver(100, moves))).code, 'delivery-address')
      assert.equal(seen.length, 2)
    },
  ))

test('D8: of an answer without end 64 kB are read', () => {
  let sent = 0
  return withPeer(
    (request, response) => {
      if (request.method === 'HEAD') return void response.writeHead(404).end()
      const chunk = 'x'.repeat(65_536)
      const write = (): void => {
        if (response.destroyed || sent > 10_000_000) return void response.end()
        sent += chunk.length
        response.write(chunk, write)
      }
      write()
    },
    async ({ deliver }) => {
      const error = await failure(deliver())
      assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', false])
      assert.ok(sent < 8_000_000, `${sent} bytes`)
    },
  )
})

test('a server that hangs, and one whose answer is no XML, are tried again later', async () => {
  const { timeout } = AbortSignal
  // A thousand times as fast.
  AbortSignal.timeout = (ms) => timeout.call(AbortSignal, Math.max(ms / 1000, 500))
  try {
    await withPeer(
      () => undefined,
      async ({ check, deliver, seen }) => {
        for (const error of [await failure(check()), await failure(deliver())]) {
          assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', true])
          assert.match(error.message, /no whole answer within/)
        }
        assert.equal(seen.length, 2)
      },
    )
  } finally {
    AbortSignal.timeout = timeout
  }
  await withPeer(
    (request, response) => {
      if (request.method === 'HEAD') response.writeHead(404).end()
      else response.writeHead(200).end('<<< no XML')
    },
    async ({ deliver }) => {
      const error = await failure(deliver(6 * mebibyte))
      assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', true])
    },
  )
})

/** As far as uploads in parts need it; what it answers to the last call is the test's. */
function partly(complete: (response: ServerResponse) => void, head: () => number = () => 404) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? ''
    if (request.method === 'HEAD') return void response.writeHead(head()).end()
    request.on('end', () => {
      if (url.includes('uploads'))
        response.end('<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>')
      else if (request.method === 'PUT') {
        const md5 = Buffer.from(String(request.headers['content-md5']), 'base64').toString('hex')
        response.writeHead(200, { etag: `"${md5}"` }).end()
      } else if (request.method === 'POST') complete(response)
      else response.writeHead(204).end()
    })
  }
}

test('an upload that is answered with 200 and an error inside has failed', () =>
  withPeer(
    partly((response) => response.writeHead(200).end(refusal('InternalError', more))),
    async ({ deliver, seen }) => {
      const error = await failure(deliver(6 * mebibyte))
      assert.deepEqual(
        [error.code, error.retryable, error.facts.s3Code],
        ['delivery-unreachable', true, 'InternalError'],
      )
      assert.equal(seen.filter(({ method }) => method === 'DELETE').length, 0)
    },
  ))

/** Its parts fail at once, for a while that the server names. */
const busy = partly(() => assert.fail('Nothing is completed.'))
const partsFail = (request: IncomingMessage, response: ServerResponse): void => {
  if (request.method !== 'PUT') busy(request, response)
  else request.on('end', () => response.writeHead(503, { 'retry-after': '60' }).end(refusal('SlowDown')))
}

async function* chunksOf(size: number, pause?: (at: number) => Promise<void>) {
  const chunk = Buffer.alloc(mebibyte)
  for (let at = 0; at < size; at += chunk.length) {
    await pause?.(at)
    yield chunk
  }
}

/** Of zeros: as many as it likes. */
function largeDelivery(peer: HttpsPeer, size: number) {
  const delivery = deliveryOf(0, 'a.zip')
  const destination = { bucket: 'box', credential: 'key', endpoint: peer.url }
  const stop = new AbortController()
  return {
    ...delivery,
    stop,
    size,
    deliver: (pause?: (at: number) => Promise<void>) => {
      const { file } = delivery.context(destination)
      const large = { ...file, size, sha256: 'x', open: () => chunksOf(size, pause) }
      const { signal } = stop
      return targetFor(peer, credential).deliver(delivery.context(destination, { file: large, signal }))
    },
  }
}

test('when parts fail while what is sent comes slowly, the attempt ends at once', () =>
  withPeer(partsFail, async ({ peer }) => {
    for (const ms of [300, 600_000]) {
      const { deliver } = largeDelivery(peer, 40 * mebibyte)
      const begun = Date.now()
      const pause = (at: number) =>
        at === 20 * mebibyte ? sleep(ms, undefined, { ref: false }) : Promise.resolve()
      const error = await failure(deliver(pause))
      assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', true])
      assert.ok(Date.now() - begun < 10_000)
    }
  }))

test('when parts fail that were left out before, the attempt ends at once', () =>
  withPeer(partsFail, async ({ peer }) => {
    const { kept, deliver, size } = largeDelivery(peer, 400 * 5 * mebibyte)
    const etags = Array.from({ length: 400 }, (_, at) => (at < 4 || at === 399 ? null : 'x'))
    const state = { uploadId: 'u1', name: 'a.zip', size, sha256: 'x', partBytes: 5 * mebibyte, etags }
    kept.json = JSON.stringify(state)
    const error = await failure(deliver())
    assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', true])
  }))

test('a cancelled attempt ends at once, whatever it waits for', async () => {
  const reason = new PieceworkError('cancelled', 'The job was cancelled.')
  // Parts that are not answered; then a source that gives nothing more.
  for (const answersParts of [false, true])
    await withPeer(
      (request, response) => {
        if (request.method !== 'PUT' || answersParts) busy(request, response)
      },
      async ({ peer, seen }) => {
        const { stop, deliver } = largeDelivery(peer, 40 * mebibyte)
        const pause = (at: number) =>
          at === 30 * mebibyte ? sleep(600_000, undefined, { ref: false }) : Promise.resolve()
        const delivered = deliver(pause).catch((error: unknown) => error)
        while (seen.filter(({ method }) => method === 'PUT').length < (answersParts ? 6 : 4)) await sleep(10)
        stop.abort(reason)
        assert.equal(await delivered, reason)
      },
    )
})

test('what takes a name again and again while the file is sent ends in an error that is tried again', async () => {
  for (const [status, s3] of [
    [412, 'PreconditionFailed'],
    [409, 'ConditionalRequestConflict'],
    [412, ''],
  ] as const)
    for (const size of [100, 6 * mebibyte]) {
      const taken = (response: ServerResponse) =>
        void response.writeHead(status).end(s3 === '' ? undefined : refusal(s3))
      const whole = partly(taken)
      await withPeer(
        (request, response) => {
          if (request.method === 'PUT' && !request.url?.includes('partNumber')) taken(response)
          else whole(request, response)
        },
        async ({ deliver, seen }) => {
          const error = await failure(deliver(size))
          assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', true], `${status} ${s3}`)
          assert.doesNotMatch(error.message, /Check the bucket/)
          const calls = (method: string, part: string) =>
            seen.filter((one) => one.method === method && one.url?.includes(part)).length
          if (size === 100) assert.equal(calls('PUT', ''), 4)
          // None of them is left with its parts.
          else assert.deepEqual([calls('POST', 'uploads'), calls('DELETE', 'uploadId')], [4, 4])
        },
      )
    }
})

test('an object of another size, or of somebody else, at the end is no success', async () => {
  for (const [length, whose] of [
    [6 * mebibyte - 1, 'own'],
    [6 * mebibyte, 'other'],
    [6 * mebibyte, 'none'],
    [6 * mebibyte, 'own'],
  ] as const) {
    let key = ''
    let isThere = false
    const answer = partly((response) => {
      isThere = true
      response.end('<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>')
    })
    await withPeer(
      (request, response) => {
        key = String(request.headers['x-amz-meta-piecework-key'] ?? key)
        if (request.method !== 'HEAD' || !isThere) answer(request, response)
        else
          response
            .writeHead(200, {
              'content-length': length,
              ...(whose !== 'none' && { 'x-amz-meta-piecework-key': whose === 'own' ? key : 'other' }),
            })
            .end()
      },
      async ({ deliver }) => {
        if (length === 6 * mebibyte && whose === 'own') await deliver(6 * mebibyte)
        else {
          const error = await failure(deliver(6 * mebibyte))
          assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', true])
          assert.match(error.message, /not what was sent/)
        }
      },
    )
  }
})

test('a call has the time that its bytes take at the least rate, and no more', async () => {
  const { timeout } = AbortSignal
  const limits = new Map<string, number>()
  let last = 0
  AbortSignal.timeout = (ms) => {
    last = ms
    return timeout.call(AbortSignal, ms)
  }
  try {
    const answer = partly((response) =>
      response.end('<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>'),
    )
    await withPeer(
      (request, response) => {
        const { method, url = '' } = request
        limits.set(`${method} ${/partNumber=\d|uploads/.exec(url)?.[0] ?? ''}`, last)
        answer(request, response)
      },
      async ({ deliver }) => {
        await failure(deliver(10 * mebibyte))
      },
    )
  } finally {
    AbortSignal.timeout = timeout
  }
  assert.equal(limits.get('POST '), 15 * 60_000)
  assert.equal(limits.get('HEAD '), 60_000)
  assert.equal(limits.get('POST uploads'), 60_000)
  assert.equal(timeToSend(5 * mebibyte), 140_000)
  const parts = [limits.get('PUT partNumber=1'), limits.get('PUT partNumber=2')]
  assert.ok(
    parts.every((ms) => ms === 140_000),
    `${parts}`,
  )
})

test('where nobody may look, the ETag of the whole is compared with those of the parts', async () => {
  const whole = (etag: string) => (response: ServerResponse) =>
    void response.end(`<CompleteMultipartUploadResult><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`)
  await withPeer(
    partly(whole(`${'0'.repeat(32)}-2`), () => 403),
    async ({ deliver }) => {
      const error = await failure(deliver(6 * mebibyte))
      assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', true])
      assert.match(error.message, /not what was sent/)
    },
  )
  await withPeer(
    partly(whole('of-another-form'), () => 403),
    async ({ deliver }) => {
      await deliver(6 * mebibyte)
    },
  )
})

test('D3: the name of a bucket, a region, a prefix, an endpoint or a file that would be something else is refused', async () => {
  await withPeer(
    () => undefined,
    async ({ peer }) => {
      const { schema } = targetFor(peer, credential)
      const good = { bucket: 'box', credential: 'key' }
      const wrong: readonly (readonly [string, readonly unknown[]])[] = [
        ['bucket', ['', 'a', 'Box', 'a..b', '1.2.3.4', 'a/b', 'box--x-s3', 'arn:aws:s3:::box', 'b?x', 7]],
        ['region', ['x.evil.com/', 'eu-west-1.evil.com', '', 'EU', 'a--b', '-a', 'eu west', '@evil']],
        ['prefix', ['/a', 'a//b', '../a', 'a/./b', 'a\nb', '', 'x'.repeat(900), 'a\\b', '\u202ea']],
        [
          'endpoint',
          [
            'http://a.org',
            'https://a.org/p',
            'https://u:p@a.org',
            'https://a.org?q',
            'a.org',
            'https://a.org#f',
          ],
        ],
        ['fileName', ['', '..', 'a/b', 'a\u0000b', 'x'.repeat(201)]],
        ['credential', ['', undefined]],
        ['secretAccessKey', ['geheim']],
      ]
      for (const [name, values] of wrong)
        for (const value of values)
          assert.throws(() => schema.parse({ ...good, [name]: value }), `${name} ${value}`)
      const whole = {
        ...good,
        prefix: 'a/b/',
        region: 'cn-north-1',
        endpoint: 'https://A.org:443/',
        fileName: 'ü.zip',
      }
      assert.deepEqual(schema.parse(whole), { ...whole, prefix: 'a/b', endpoint: 'https://a.org' })
    },
  )
})

test('without an endpoint, that of AWS for the region is called, by the name of the bucket', async () => {
  const asked: string[] = []
  const lookup = async (hostname: string) => {
    asked.push(hostname)
    return ['10.0.0.1']
  }
  await withPeer(
    () => undefined,
    async ({ peer }) => {
      const target = targetFor(peer, credential, { lookup, allowNetworks: [] })
      for (const [bucket, region] of [
        ['box', 'eu-central-1'],
        ['box', 'cn-north-1'],
        ['a.box', 'us-gov-west-1'],
        ['box', undefined],
      ] as const) {
        const destination = { bucket, region, credential: 'key' }
        await failure(target.check?.({ principal: { id: 'ann' }, destination }) ?? Promise.resolve())
      }
    },
  )
  assert.deepEqual(asked, [
    'box.s3.eu-central-1.amazonaws.com',
    'box.s3.cn-north-1.amazonaws.com.cn',
    's3.us-gov-west-1.amazonaws.com',
    'box.s3.us-east-1.amazonaws.com',
  ])
})

test.run()
