import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { isPieceworkError } from '@piecework/core'
import { type WebhookOptions, webhook } from '@piecework/follow-ups'
import { Webhook } from 'standardwebhooks'
import { suite } from 'uvu'
import { contextOf } from './context.js'

const test = suite('webhook')
const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../test/fixtures', name), 'utf8')
const [key, cert] = [fixture('server.key'), fixture('server.crt')]
const secrets = ['whsec_bmV3IHNlY3JldCBuZXcgc2VjcmV0', 'whsec_b2xkIHNlY3JldCBvbGQgc2VjcmV0']

interface Called {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server on this machine under the name hooks.example.org. */
async function withHooks(
  answer: (response: ServerResponse, calls: readonly Called[]) => void,
  use: (
    run: (more?: Partial<WebhookOptions>, url?: string) => Promise<unknown>,
    calls: readonly Called[],
    port: number,
  ) => Promise<void>,
): Promise<void> {
  const calls: Called[] = []
  const server = createServer({ key, cert }, (request, response) => {
    void text(request).then((body) => {
      calls.push({ url: request.url ?? '', headers: request.headers, body })
      answer(response, calls)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const run = (
    more: Partial<WebhookOptions> = {},
    url = `https://hooks.example.org:${port}/in?token=geheim`,
  ) =>
    webhook({
      endpoints: { self: async () => ({ url, secrets }) },
      allowNetworks: ['127.0.0.0/8'],
      lookup: async () => ['127.0.0.1'],
      ca: cert,
      ...more,
    }).run(contextOf())
  try {
    await use(run, calls, port)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function failure(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => assert.fail('It went well.'),
    (cause: unknown) => cause,
  )
  assert.ok(isPieceworkError(error), String(error))
  assert.doesNotMatch(JSON.stringify([error.message, error.facts]), /geheim|whsec|hooks\.example/)
  return error
}

test('a call is signed by each secret, as any library of Standard Webhooks verifies it', () =>
  withHooks(
    (response) => response.end('ok'),
    async (run, calls) => {
      assert.deepEqual(await run(), { status: 200 })
      await run()
      const [{ headers, body, url } = assert.fail('no call'), again] = calls
      assert.equal(url, '/in?token=geheim')
      for (const secret of secrets) {
        const verified = new Webhook(secret).verify(body, headers as Record<string, string>)
        assert.deepEqual(verified, {
          type: 'job.succeeded',
          timestamp: '2026-01-02T03:04:05.000Z',
          data: {
            job: 'j1',
            kind: 'export',
            status: 'succeeded',
            source: { kind: 'notebook', id: 'b1' },
            archive: {
              digest: 'd'.repeat(64),
              size: 7,
              sha256: 's'.repeat(64),
              expiresAt: '2026-01-02T03:04:05.000Z',
            },
            outputs: [
              {
                name: 'notebooks/print',
                fileName: 'Birds.txt',
                size: 9,
                sha256: 'o'.repeat(64),
                expiresAt: '2026-01-02T03:04:05.000Z',
              },
            ],
            deliveries: [
              { target: 'shelf', output: 'notebooks/print', deliveredAt: '2026-01-02T03:04:05.000Z' },
            ],
          },
        })
      }
      assert.throws(() =>
        new Webhook('whsec_b3RoZXIgc2VjcmV0IG90aGVy').verify(body, headers as Record<string, string>),
      )
      assert.throws(() => new Webhook(secrets[0] ?? '').verify(`${body} `, headers as Record<string, string>))
      assert.deepEqual(
        [headers['webhook-id'], headers['idempotency-key']],
        ['j1/onSuccess/0', 'j1/onSuccess/0'],
      )
      assert.deepEqual([again?.headers['webhook-id'], again?.body], ['j1/onSuccess/0', body])
    },
  ))

const answers: readonly (readonly [status: number, code: string, retryable: boolean])[] = [
  [400, 'webhook/refused', false],
  [401, 'webhook/refused', false],
  [404, 'webhook/refused', false],
  [408, 'webhook/refused', true],
  [410, 'webhook/gone', false],
  [429, 'webhook/refused', true],
  [500, 'webhook/refused', true],
  [503, 'webhook/refused', true],
  [301, 'webhook/redirect', false],
]

test('D8: answers that get better are tried again, others are not; a redirect is not followed; Retry-After is heard', () => {
  let next = 0
  return withHooks(
    (response, calls) => {
      const [status = 500] = answers[next] ?? []
      response.writeHead(status, { 'retry-after': '7', location: calls[0]?.url ?? '' }).end()
    },
    async (run, calls) => {
      for (const [status, code, retryable] of answers) {
        const error = await failure(run())
        assert.deepEqual([error.code, error.retryable], [code, retryable], String(status))
        if (retryable) assert.equal(error.facts.retryAfterMs, 7000)
        next += 1
      }
      assert.equal(calls.length, answers.length)
    },
  )
})

test('D8: only public addresses are called, unless the host lists their network', () =>
  withHooks(
    (response) => response.end(),
    async (run, calls, port) => {
      const private_ = ['127.0.0.1', '169.254.169.254', '168.63.129.16', 'fd00:ec2::254', 'no address']
      for (const address of private_) {
        const lookup = async () => ['93.184.215.14', address]
        const error = await failure(run({ allowNetworks: [], lookup }))
        assert.deepEqual([error.code, error.retryable], ['webhook/address', false], address)
      }
      const literals = ['127.0.0.1', '0x7f.1', '[::1]', 'localhost']
      for (const host of literals) {
        const lookup = async () => ['127.0.0.1']
        const error = await failure(
          run({ allowNetworks: ['10.0.0.0/8'], lookup }, `https://${host}:${port}/`),
        )
        assert.equal(error.code, 'webhook/address', host)
      }
      assert.deepEqual(calls, [])
    },
  ))

test('D8: the name is resolved once and that address is connected to, with the certificate of the name', () => {
  let asked = 0
  const lookup = async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1'])
  return withHooks(
    (response) => response.end(),
    async (run, calls, port) => {
      await run({ lookup })
      assert.deepEqual([asked, calls[0]?.headers.host], [1, `hooks.example.org:${port}`])
      const other = await failure(run({}, `https://other.example.org:${port}/`))
      assert.deepEqual([other.code, other.retryable], ['webhook/unreachable', true])
      const unknown = await failure(run({ ca: undefined as never }))
      assert.equal(unknown.code, 'webhook/unreachable')
      const lost = await failure(run({ lookup: async () => Promise.reject(new Error('ENOTFOUND')) }))
      assert.deepEqual([lost.code, lost.retryable], ['webhook/unreachable', true])
      assert.equal(calls.length, 1)
    },
  )
})

test('D8: an answer without end is not read, and an endpoint that is none is refused', () =>
  withHooks(
    (response) => {
      const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more))
      more()
    },
    async (run) => {
      assert.deepEqual(await run(), { status: 200 })
      for (const url of [
        'http://hooks.example.org/',
        'ftp://x',
        'https://ann:geheim@hooks.example.org/',
        'no url',
      ])
        assert.equal((await failure(run({}, url))).code, 'webhook/endpoint')
      const none = { endpoints: { self: () => undefined } }
      assert.equal((await failure(run(none))).code, 'webhook/no-endpoint')
      const open = { endpoints: { self: { url: 'https://hooks.example.org', secrets: ['geheim'] } } }
      assert.throws(() => webhook(open), /needs secrets of the form/)
    },
  ))

test('an endpoint that does not answer within 15 s, or not to the end, is called again later', async () => {
  const { timeout } = AbortSignal
  const asked: number[] = []
  // A hundred times as fast.
  AbortSignal.timeout = (ms) => {
    asked.push(ms)
    return timeout.call(AbortSignal, ms / 100)
  }
  const silences: ((response: ServerResponse) => void)[] = [
    () => undefined,
    (response) => void response.writeHead(200).write('o'),
  ]
  try {
    for (const silence of silences)
      await withHooks(silence, async (run) => {
        const error = await failure(run())
        assert.deepEqual([error.code, error.retryable], ['webhook/unreachable', true])
        assert.match(error.message, /no whole answer within 15 s/)
      })
  } finally {
    AbortSignal.timeout = timeout
  }
  assert.deepEqual(asked, [15_000, 15_000])
})

test('a payload may come later, and one that is no JSON is refused and not tried again', () =>
  withHooks(
    (response) => response.end(),
    async (run, calls) => {
      await run({ payload: async ({ job }) => ({ id: job.id }) })
      assert.equal(calls[0]?.body, '{"id":"j1"}')
      const ring: Record<string, unknown> = {}
      ring.self = ring
      for (const payload of [() => undefined, async () => undefined, () => 1n, () => ring, () => () => 1]) {
        const error = await failure(run({ payload }))
        assert.deepEqual([error.code, error.retryable], ['webhook/payload', false])
      }
      assert.equal(calls.length, 1)
    },
  ))

test('a name that is looked up for longer than a call may take is looked up again later', async () => {
  const { timeout } = AbortSignal
  AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms / 100)
  try {
    await withHooks(
      () => undefined,
      async (run) => {
        const error = await failure(run({ lookup: () => new Promise(() => {}) }))
        assert.deepEqual([error.code, error.retryable], ['webhook/unreachable', true])
      },
    )
  } finally {
    AbortSignal.timeout = timeout
  }
})

test('a call ends with the signal of its attempt', () =>
  withHooks(
    () => undefined,
    async (_, calls, port) => {
      const stopping = new AbortController()
      const url = `https://hooks.example.org:${port}/`
      const { run } = webhook({
        endpoints: { self: { url, secrets } },
        allowNetworks: ['127.0.0.0/8'],
        lookup: async () => ['127.0.0.1'],
        ca: cert,
      })
      const running = run(contextOf({ signal: stopping.signal }))
      while (calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      const reason = new Error('The worker stops.')
      stopping.abort(reason)
      await assert.rejects(running, reason)
    },
  ))

test.run()
