import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { DropboxTargetOptions } from '@piecework/delivery'
import { DropboxStandIn, type Fault } from '@piecework/test-support/fixtures/dropbox-stand-in.js'
import { suite } from 'uvu'
import { ann, refusal, sampleDropbox, someBytes } from './support.js'

const test = suite('delivery to Dropbox')
const mebibyte = 1024 ** 2
const chunkBytes = 100_000

/** Everything that anybody is told; at the end it is searched for secrets. */
const told: unknown[] = []
const secrets: string[] = []

async function withDropbox(
  use: (dropbox: DropboxStandIn, sample: ReturnType<typeof sampleDropbox>) => Promise<void>,
  options: Partial<DropboxTargetOptions> = { chunkBytes },
): Promise<void> {
  const dropbox = await DropboxStandIn.open()
  try {
    const sample = sampleDropbox(dropbox, options)
    const { deliver } = sample
    const telling: typeof deliver = async (sending) => {
      const [result] = await Promise.allSettled([deliver(sending)])
      told.push(result)
      return result.status === 'fulfilled' ? result.value : Promise.reject(result.reason)
    }
    await use(dropbox, { ...sample, deliver: telling })
    told.push(sample.findings, sample.states, sample.credentials.revocations)
    secrets.push(sample.refreshToken, ...dropbox.accessTokens.keys())
  } finally {
    await dropbox.close()
  }
}

const pathsOf = ({ files }: DropboxStandIn) => [...files.values()].map(({ path }) => path)
const routeCalls = ({ calls }: DropboxStandIn, route: string) => calls.filter((one) => one === route).length
const append = 'files/upload_session/append_v2'
const finish = 'files/upload_session/finish'

test('40 MB whose connection is cut at 30, 60 and 99 %: each attempt goes on behind the last chunk that was taken', () =>
  withDropbox(async (dropbox, { deliver, states, progress }) => {
    const bytes = someBytes(40_000_000)
    // Of the bytes that come, those of cut calls included.
    const chunk = 8 * mebibyte
    for (const share of [0.3, 0.6, 0.99]) {
      dropbox.cuts.push(dropbox.received + share * bytes.length - dropbox.taken)
      const error = await refusal(deliver({ bytes }))
      assert.deepEqual([error.code, error.retryable], ['delivery-unreachable', true])
      const { offset } = states.at(-1) as { readonly offset: number }
      assert.equal(offset, Math.floor((share * bytes.length) / chunk) * chunk)
      assert.equal(dropbox.files.size, 0)
    }
    const { location } = await deliver({ bytes })
    assert.equal(location, '/map.zip')
    assert.equal(dropbox.taken, bytes.length, 'a chunk was sent again that was taken')
    assert.ok(dropbox.received <= bytes.length + 3 * chunk)
    assert.ok(dropbox.files.get('/map.zip')?.bytes.equals(bytes))
    assert.equal(routeCalls(dropbox, 'files/upload_session/start'), 1)
    assert.equal(progress.at(-1), bytes.length)
  }, {}))

test('what fits one chunk is sent at once, and nothing is kept', () =>
  withDropbox(async (dropbox, { deliver, states }) => {
    for (const size of [0, 1, chunkBytes]) await deliver({ bytes: someBytes(size), fileName: `${size}` })
    assert.equal(routeCalls(dropbox, 'files/upload'), 3)
    assert.equal(dropbox.sessions.size + states.length, 0)
    await deliver({ bytes: someBytes(chunkBytes + 1), fileName: 'more' })
    assert.deepEqual(
      [routeCalls(dropbox, 'files/upload'), routeCalls(dropbox, append), routeCalls(dropbox, finish)],
      [3, 1, 1],
    )
  }))

test('a chunk that was taken, though nobody heard of it, is not sent again', () =>
  withDropbox(async (dropbox, { deliver, states }) => {
    const bytes = someBytes(350_000)
    dropbox.fault({ route: append, after: 2, status: 500 })
    assert.equal((await refusal(deliver({ bytes }))).code, 'delivery-unreachable')
    assert.deepEqual((states.pop() as { offset: number }).offset, 300_000)
    const taken = dropbox.taken
    await deliver({ bytes })
    assert.ok(dropbox.files.get('/map.zip')?.bytes.equals(bytes))
    // The one that was refused for its offset, and the rest.
    assert.equal(dropbox.taken - taken, 100_000 + 50_000)
  }))

test('it goes on where Dropbox says, before and behind what was kept', () =>
  withDropbox(async (dropbox, { deliver, states }) => {
    const bytes = someBytes(450_000)
    for (const kept of [0, 30_000, 100_000, 130_000, 250_000, 449_999, 450_000]) {
      for (const there of [0, 70_000, 200_000, 230_000, 450_000]) {
        const session = `s-${kept}-${there}`
        dropbox.sessions.set(session, { parts: [bytes.subarray(0, there)], size: there, closed: false })
        states.push({ session, offset: kept })
        const fileName = `${session}.zip`
        await deliver({ bytes, fileName })
        assert.ok(dropbox.files.get(`/${fileName}`)?.bytes.equals(bytes), session)
      }
    }
    assert.equal(routeCalls(dropbox, 'files/upload_session/start'), 0)
  }))

test('a session that says nothing sensible ends the attempt', () =>
  withDropbox(async (dropbox, { deliver }) => {
    const body = { error: { '.tag': 'incorrect_offset', correct_offset: 7 } }
    dropbox.fault({ route: append, times: 1000, status: 409, body })
    const error = await refusal(deliver({ bytes: someBytes(250_000) }))
    assert.deepEqual([error.code, dropbox.calls.length < 50], ['delivery-unreachable', true])
  }))

for (const [name, spoil] of [
  ['gone', (dropbox: DropboxStandIn) => dropbox.sessions.clear()],
  [
    'closed',
    (dropbox: DropboxStandIn) => void [...dropbox.sessions.values()].map((one) => (one.closed = true)),
  ],
] as const)
  test(`a session that is ${name} is begun anew`, () =>
    withDropbox(async (dropbox, { deliver }) => {
      const bytes = someBytes(350_000)
      dropbox.fault({ route: append, after: 1, status: 503 })
      await refusal(deliver({ bytes }))
      spoil(dropbox)
      await deliver({ bytes })
      assert.ok(dropbox.files.get('/map.zip')?.bytes.equals(bytes))
      assert.equal(routeCalls(dropbox, 'files/upload_session/start'), 2)
    }))

for (const name of ['its name', 'a number'] as const)
  test(`an upload whose end nobody heard of is not sent again: under ${name}`, () =>
    withDropbox(async (dropbox, { deliver }) => {
      const bytes = someBytes(250_000)
      if (name === 'a number') dropbox.put('/map.zip', someBytes(5))
      const { location } = await deliver({ bytes })
      const taken = dropbox.taken
      assert.equal((await deliver({ bytes })).location, location)
      assert.equal(dropbox.taken, taken)
      assert.equal(dropbox.files.size, name === 'a number' ? 2 : 1)
      // Small ones, and of a Dropbox that is full now.
      const small = { bytes: someBytes(1000), fileName: 'small' }
      if (name === 'a number') dropbox.put('/small', someBytes(5))
      const first = await deliver(small)
      assert.deepEqual(await deliver(small), first)
      dropbox.allocation = { '.tag': 'individual', allocated: dropbox.used }
      assert.deepEqual(await deliver(small), first)
    }))

/** Of the key `k1`. */
const own = createHash('sha256').update('k1').digest('hex').slice(0, 12)

test('another file of the name is not replaced: this one is numbered, with a warning', () =>
  withDropbox(async (dropbox, { deliver, findings }) => {
    const others = ['/Map.ZIP', '/map (1).zip'].map((path) => ({ path, bytes: someBytes(9) }))
    for (const { path, bytes } of others) dropbox.put(path, bytes)
    for (const size of [10, 250_000]) {
      await deliver({ bytes: someBytes(size) })
      assert.ok(others.every(({ path, bytes }) => dropbox.files.get(path.toLowerCase())?.bytes.equals(bytes)))
    }
    assert.deepEqual(pathsOf(dropbox), ['/Map.ZIP', '/map (1).zip', '/map (2).zip', '/map (3).zip'])
    assert.deepEqual(
      findings.map(({ severity, code, file }) => [severity, code, file]),
      [
        ['warning', 'dropbox/file-renamed', 'map (2).zip'],
        ['warning', 'dropbox/file-renamed', 'map (3).zip'],
      ],
    )
    for (let number = 4; number < 25; number++) dropbox.put(`/map (${number}).zip`, someBytes(9))
    await deliver({ bytes: someBytes(10) })
    for (const one of [someBytes(10), someBytes(250_000)]) {
      dropbox.files.delete(`/map ${own}.zip`)
      const first = await deliver({ bytes: one })
      assert.equal(findings.at(-1)?.file, `map ${own}.zip`)
      const files = dropbox.files.size
      assert.deepEqual(await deliver({ bytes: one }), first)
      assert.equal(dropbox.files.size, files, 'a copy was made')
    }
    // Not even there is another file replaced.
    const error = await refusal(deliver({ bytes: someBytes(11) }))
    assert.equal(error.code, 'delivery-denied')
  }))

test('folders and names of any letters', () =>
  withDropbox(async (dropbox, { deliver, findings }) => {
    const destination = { folder: '/Karten/Größe 100 %', fileName: 'naïve 🗺 東京.zip' }
    for (const size of [10, 250_000]) {
      const bytes = someBytes(size)
      const fileName = size === 10 ? destination.fileName : 'andere \u007f.zip'.replace('\u007f', 'ÿ')
      const { location } = await deliver({ bytes, destination: { ...destination, fileName } })
      assert.equal(location, `/Karten/Größe 100 %/${fileName}`)
      assert.ok(dropbox.files.get(`${location}`.toLowerCase())?.bytes.equals(bytes))
    }
    assert.deepEqual(findings, [])
  }))

test('destinations are plain paths', () =>
  withDropbox(async (_, { target }) => {
    const takes = (one: object) => target.schema.parse({ credential: 'c1', ...one })
    for (const folder of ['/a', '/a/b c', '/ä/.hidden', '/ns:1'.replace(':', '')]) takes({ folder })
    const folders = [
      '',
      '/',
      'a',
      '//a',
      '/a/',
      '/a//b',
      '/a/../b',
      '/.',
      '/a\\b',
      '/a\n',
      '/ns:1',
      'id:a',
      '/a ',
      '/ a',
      '/a.',
    ]
    for (const folder of [...folders, `/${'x'.repeat(256)}`, '/\ud800', 7])
      assert.throws(() => takes({ folder }), /folder/, JSON.stringify(folder))
    for (const fileName of ['', '/', 'a/b', '..', '.', 'a\\b', 'a\0b', 'a?b', ' a', 'a '])
      assert.throws(() => takes({ fileName }), /fileName/, fileName)
    assert.throws(() => takes({ credential: '' }), /credential/)
    assert.throws(() => takes({ refreshToken: 'x' }), /refreshToken/)
    assert.throws(() => target.schema.parse({}), /credential/)
  }))

test('full: told when it is asked for, before the upload and at its end, with both numbers', () =>
  withDropbox(async (dropbox, { deliver, target }) => {
    const destination = { credential: 'c1' }
    const asked = (size?: number) =>
      target.check?.({ principal: ann, destination, ...(size !== undefined && { size }) }) ?? assert.fail()
    const allocations = [
      { '.tag': 'individual', allocated: 1_000_000 },
      { '.tag': 'team', used: 9_000_000, allocated: 9_200_000, user_within_team_space_allocated: 0 },
      {
        ...{ '.tag': 'team', used: 1, allocated: 1e12, user_within_team_space_allocated: 400_000 },
        ...{
          user_within_team_space_limit_type: { '.tag': 'stop_sync' },
          user_within_team_space_used_cached: 200_000,
        },
      },
    ]
    dropbox.used = 800_000
    for (const allocation of allocations) {
      dropbox.allocation = allocation
      await asked(200_000)
      await asked()
      const calls = dropbox.calls.length
      for (const work of [asked(200_001), deliver({ bytes: someBytes(200_001) })]) {
        const error = await refusal(work)
        assert.deepEqual(
          [error.code, error.facts, error.retryable],
          ['delivery-full', { free: 200_000, size: 200_001 }, false],
        )
        assert.match(error.message, /200\.0 kB free, and 200\.0 kB are needed/)
      }
      assert.ok(!dropbox.calls.slice(calls).some((route) => route.startsWith('files/upload')))
    }
    const estimated = await refusal(
      target.check?.({ principal: ann, destination, size: 200_001, isEstimate: true }) ?? assert.fail(),
    )
    assert.match(estimated.message, /200\.0 kB free, and up to 200\.0 kB may be needed/)
    dropbox.allocation = { '.tag': 'other' }
    await asked(1e15)
    // Somebody else takes the room while it is sent.
    dropbox.allocation = { '.tag': 'individual', allocated: 1_200_000 }
    dropbox.appended = () => (dropbox.used = 1_150_000)
    const during = await refusal(deliver({ bytes: someBytes(300_000) }))
    assert.deepEqual([during.code, during.facts], ['delivery-full', { free: 50_000, size: 300_000 }])
    assert.equal(dropbox.files.size, 0)
  }))

test('an access token that expires in the middle is renewed, once', () =>
  withDropbox(async (dropbox, { deliver }) => {
    const bytes = someBytes(450_000)
    let appends = 0
    dropbox.appended = () => {
      appends += 1
      if (appends === 3) dropbox.expireTokens()
    }
    await deliver({ bytes })
    assert.ok(dropbox.files.get('/map.zip')?.bytes.equals(bytes))
    assert.equal(routeCalls(dropbox, 'oauth2/token'), 2)
    await deliver({ bytes: someBytes(10), fileName: 'b' })
    assert.equal(routeCalls(dropbox, 'oauth2/token'), 2, 'it is kept in memory')
    const body = { error: { '.tag': 'expired_access_token' } }
    dropbox.fault({ route: 'files/upload', times: 9, status: 401, body })
    const error = await refusal(deliver({ bytes: someBytes(11) }))
    assert.deepEqual([error.code, routeCalls(dropbox, 'oauth2/token')], ['delivery-auth', 3])
  }))

test('access that its user withdraws in the middle: the credential is marked, and the user told to connect again', () =>
  withDropbox(async (dropbox, { deliver, credentials, target }) => {
    dropbox.appended = () => {
      dropbox.expireTokens()
      dropbox.refreshTokens.clear()
    }
    const error = await refusal(deliver({ bytes: someBytes(450_000) }))
    assert.deepEqual([error.code, error.retryable], ['delivery-auth', false])
    assert.match(error.message, /Connect Dropbox again/)
    assert.equal(credentials.revocations.length, 1)
    assert.match(credentials.revocations[0] ?? '', /^c1: .*Connect Dropbox again/)
    const check = target.check?.({ principal: ann, destination: { credential: 'c1' } })
    assert.equal((await refusal(check ?? assert.fail())).code, 'delivery-auth')
  }))

test('an app that is refused, or another one, leaves the credentials of users as they are', () =>
  withDropbox(async (dropbox, { deliver, credentials, target }) => {
    const refused: readonly (readonly [status: number, error: string])[] = [
      [400, 'invalid_client: Invalid client_id or client_secret'],
      [401, 'invalid_client'],
      [400, 'unauthorized_client'],
      [400, 'invalid_request'],
      [401, 'invalid_grant'],
      [500, 'invalid_grant'],
      [400, 'invalid_grants'],
    ]
    for (const [status, error] of refused) {
      dropbox.faults.length = 0
      dropbox.fault({ route: 'oauth2/token', status, body: { error } })
      const { message } = await refusal(deliver({ bytes: someBytes(5) }))
      if (/client/.test(error)) assert.match(message, /check the key of the app/)
    }
    const wrong = sampleDropbox(dropbox, { appKey: 'wrong' })
    const told = await refusal(wrong.deliver({ bytes: someBytes(5) }))
    assert.match(told.message, /check the key of the app/)
    // Of the key of another app, Dropbox would say that the user has withdrawn it.
    const ofOther = {
      open: async () => ({ refreshToken: dropbox.connected(), appKey: 'before' }),
      revoked: async () => assert.fail('It is marked.'),
    }
    const { code } = await refusal(
      sampleDropbox(dropbox, { credentials: ofOther }).deliver({ bytes: someBytes(5) }),
    )
    assert.equal(code, 'delivery-auth')
    assert.deepEqual([credentials.revocations, wrong.credentials.revocations], [[], []])
    await target.check?.({ principal: ann, destination: { credential: 'c1' } })
  }))

const tagged = (...tags: readonly string[]): object =>
  tags.reduceRight<object>((inner, tag) => ({ '.tag': tag, [tag]: inner }), {})
const refusals: readonly (readonly [Omit<Fault, 'route'>, string, object])[] = [
  [
    { status: 429, headers: { 'retry-after': '7' } },
    'delivery-unreachable',
    { retryable: true, retryAfterMs: 7000 },
  ],
  [
    {
      status: 429,
      body: { error: { reason: tagged('too_many_write_operations') } },
      headers: { 'retry-after': '3' },
    },
    'delivery-unreachable',
    { retryable: true, retryAfterMs: 3000 },
  ],
  [
    { status: 409, body: { error: tagged('path', 'too_many_write_operations') } },
    'delivery-unreachable',
    { retryable: true },
  ],
  [{ status: 500 }, 'delivery-unreachable', { retryable: true }],
  [
    { status: 503, headers: { 'retry-after': '9' } },
    'delivery-unreachable',
    { retryable: true, retryAfterMs: 9000 },
  ],
  [
    { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    'delivery-unreachable',
    { retryable: false },
  ],
  [{ status: 400, body: 'Error in call' }, 'delivery-unreachable', { retryable: false }],
  [{ status: 200, body: 'x'.repeat(70_000) }, 'delivery-unreachable', { retryable: true }],
  [{ status: 403, body: { error: tagged('invalid_account_type') } }, 'delivery-denied', { retryable: false }],
  [{ status: 401, body: { error: tagged('missing_scope') } }, 'delivery-denied', { retryable: false }],
  [{ status: 401, body: { error: tagged('user_suspended') } }, 'delivery-auth', { retryable: false }],
  [
    { status: 409, body: { error: tagged('path', 'malformed_path') } },
    'delivery-denied',
    { retryable: false },
  ],
  [{ status: 409, body: { error: tagged('path', 'team_folder') } }, 'delivery-denied', { retryable: false }],
  [{ status: 409, body: { error: tagged('path', 'not_found') } }, 'delivery-not-found', { retryable: false }],
  [
    { status: 409, body: { error: tagged('content_hash_mismatch') } },
    'delivery-unreachable',
    { retryable: true },
  ],
]
for (const [fault, code, expected] of refusals) {
  const name = `${fault.status} ${JSON.stringify(fault.body ?? '').slice(0, 60)}`
  test(`an answer ${name} is ${code}`, () =>
    withDropbox(async (dropbox, { deliver }) => {
      dropbox.fault({ route: 'files/upload', ...fault })
      const { retryable, facts, ...error } = await refusal(deliver({ bytes: someBytes(5) }))
      assert.equal(error.code, code)
      const { retryAfterMs } = facts
      assert.deepEqual({ retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) }, expected)
    }))
}

test('what Dropbox refuses of a place tells what to do', () =>
  withDropbox(async (dropbox, { deliver }) => {
    dropbox.put('/file', someBytes(4))
    for (const size of [5, 250_000]) {
      const refused = (destination: object) => refusal(deliver({ bytes: someBytes(size), destination }))
      for (const destination of [{ folder: '/readonly' }, { fileName: 'a.forbidden' }, { folder: '/file' }])
        assert.equal((await refused(destination)).code, 'delivery-denied')
      assert.ok(dropbox.calls.length < 30, 'names are tried that cannot help')
      assert.match((await refused({ folder: '/readonly' })).message, /choose another/)
    }
  }))

test('a Dropbox that is away, and an address that answers nothing', () =>
  withDropbox(async (dropbox, { deliver, target }) => {
    await dropbox.close()
    const check = target.check?.({ principal: ann, destination: { credential: 'c1' } }) ?? assert.fail()
    for (const work of [check, deliver({ bytes: someBytes(5) })]) {
      const error = await refusal(work)
      assert.deepEqual([error.code, error.retryable, error.cause], ['delivery-unreachable', true, undefined])
      assert.match(error.message, /ECONNREFUSED/)
    }
  }))

test('what is stored altered is removed, and sent anew', () =>
  withDropbox(async (dropbox, { deliver }) => {
    for (const size of [5, 250_000]) {
      const bytes = someBytes(size)
      dropbox.alters = true
      const error = await refusal(deliver({ bytes }))
      assert.deepEqual([error.code, error.retryable, dropbox.files.size], ['dropbox/hash-differs', true, 0])
      dropbox.alters = false
      await deliver({ bytes, fileName: `${size}` })
      assert.ok(dropbox.files.get(`/${size}`)?.bytes.equals(bytes))
      dropbox.files.clear()
    }
  }))

test('a credential that holds something else is refused', async () => {
  const dropbox = await DropboxStandIn.open()
  try {
    const credentials = { open: async () => ({ accessKeyId: 'geheim' }), revoked: async () => {} }
    const { deliver } = sampleDropbox(dropbox, { credentials })
    const error = await refusal(deliver({ bytes: someBytes(5) }))
    assert.equal(error.code, 'delivery-auth')
    assert.ok(!inspect(error).includes('geheim'))
    assert.deepEqual(dropbox.calls, [])
  } finally {
    await dropbox.close()
  }
})

test('no token is in anything that is told', () => {
  const all = inspect(told, { depth: Number.POSITIVE_INFINITY, maxStringLength: null, maxArrayLength: null })
  assert.ok(told.length > 50 && secrets.length > 30)
  for (const secret of secrets) assert.ok(!all.includes(secret))
  assert.ok(!/(refresh|access)-[0-9a-f]{8}|Bearer/.test(all))
})

test.run()
