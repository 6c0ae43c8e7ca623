import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isPieceworkError, type PieceworkError } from '@piecework/core'
import { type OutboundOptions, outbound } from '@piecework/outbound'
import { type HttpsPeer, httpsPeer } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('outbound')
const words = { of: 'a source', address: 'source/address', unreachable: 'source/unreachable' } as const
const signal = new AbortController().signal

async function withPeer(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
  use: (
    call: (more?: Partial<OutboundOptions>, url?: string) => Promise<{ status: number }>,
    peer: HttpsPeer,
    seen: readonly IncomingMessage[],
  ) => Promise<void>,
): Promise<void> {
  const seen: IncomingMessage[] = []
  const peer = await httpsPeer((request, response) => {
    seen.push(request)
    answer(response, request)
  })
  const call = async (more: Partial<OutboundOptions> = {}, url = `${peer.url}/in?token=geheim`) => {
    const calls = outbound({ words, ...peer.settings, ...more })
    try {
      return await calls.call(new URL(url), { method: 'PUT', body: 'text', signal })
    } finally {
      calls.close()
    }
  }
  try {
    await use(call, peer, seen)
  } finally {
    await peer.close()
  }
}

async function failure(work: Promise<unknown>): Promise<PieceworkError> {
  const error: unknown = await work.then(
    () => assert.fail('It went well.'),
    (cause: unknown) => cause,
  )
  assert.ok(isPieceworkError(error), String(error))
  assert.doesNotMatch(JSON.stringify([error.message, error.facts]), /geheim|example\.org/)
  return error
}

const notPublic = [
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '0.0.0.0',
  '255.255.255.255',
  '224.0.0.1',
  '168.63.129.16',
  '192.0.0.192',
  '198.18.0.1',
  '::1',
  '::',
  'fe80::1',
  'fd00:ec2::254',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:168.63.129.16',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  'ff02::1',
  'fec0::1',
  '4000::1',
  'no address',
]

test('D8: a name is called if all of its addresses are public, or in a network that the host lists', () =>
  withPeer(
    (response) => response.end(),
    async (call, _, seen) => {
      for (const address of notPublic)
        for (const addresses of [[address], ['93.184.215.14', address]]) {
          const error = await failure(call({ allowNetworks: [], lookup: async () => addresses }))
          assert.deepEqual([error.code, error.retryable], ['source/address', false], address)
        }
      assert.equal((await call()).status, 200)
      const other = await failure(call({ allowNetworks: ['10.0.0.0/8', 'fd00::/8'] }))
      assert.equal(other.code, 'source/address')
      assert.equal(seen.length, 1)
    },
  ))

test('D8: an address in place of a name is judged in each of its spellings', () =>
  withPeer(
    (response) => response.end(),
    async (call, { port }, seen) => {
      const hosts = [
        '127.0.0.1',
        '127.1',
        '0x7f.1',
        '0x7f000001',
        '0177.0.0.1',
        '2130706433',
        '127.0.0.1.',
        '%31%32%37.0.0.1',
        '１２７.0.0.1',
        '[::1]',
        '[::ffff:7f00:1]',
        '[0:0:0:0:0:ffff:127.0.0.1]',
        '[64:ff9b::127.0.0.1]',
        '169.254.169.254',
        '2852039166',
        '[fd00:ec2::254]',
      ]
      const lookup = async () => ['93.184.215.14']
      for (const host of hosts) {
        const error = await failure(
          call({ allowNetworks: ['10.0.0.0/8'], lookup }, `https://${host}:${port}/`),
        )
        assert.equal(error.code, 'source/address', host)
      }
      assert.deepEqual(seen, [])
    },
  ))

test('D8: the name is looked up once, and each call of the same goes there, under the certificate of the name', () => {
  let looked = 0
  const lookup = async () => (looked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1'])
  return withPeer(
    (response) => response.end(),
    async (call, peer, seen) => {
      const calls = outbound({ words, ...peer.settings, lookup })
      for (let at = 0; at < 5; at++) await calls.call(new URL(`/${at}`, peer.url), { method: 'GET', signal })
      await Promise.all(
        Array.from({ length: 5 }, () => calls.call(new URL(peer.url), { method: 'GET', signal })),
      )
      calls.close()
      assert.deepEqual([looked, seen.length], [1, 10])
      assert.equal(seen[0]?.headers.host, `peer.example.org:${peer.port}`)
      const other = await failure(call({}, `https://other.example.org:${peer.port}/`))
      assert.deepEqual([other.code, other.retryable], ['source/unreachable', true])
      assert.equal((await failure(call({ ca: undefined }))).code, 'source/unreachable')
      const lost = await failure(call({ lookup: async () => Promise.reject(new Error('ENOTFOUND')) }))
      assert.deepEqual([lost.code, lost.retryable], ['source/unreachable', true])
      assert.equal((await failure(call({ lookup: async () => [] }))).code, 'source/unreachable')
    },
  )
})

test('D8: a redirect is an answer, whatever it leads to', () =>
  withPeer(
    (response) => response.writeHead(307, { location: 'https://127.0.0.1/' }).end(),
    async (call, _, seen) => {
      assert.equal((await call()).status, 307)
      assert.equal(seen.length, 1)
    },
  ))

test('D8: only https is called, without a user', () =>
  withPeer(
    (response) => response.end(),
    async (call, { port }, seen) => {
      for (const url of [`http://peer.example.org:${port}`, `https://ann:geheim@peer.example.org:${port}`])
        assert.equal((await failure(call({}, url))).code, 'source/address')
      assert.deepEqual(seen, [])
    },
  ))

test('D8: of an answer without end 64 kB are kept', () =>
  withPeer(
    (response) => {
      const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more))
      more()
    },
    async (_, peer) => {
      const calls = outbound({ words, ...peer.settings })
      const { body, isCut } = await calls.call(new URL(peer.url), { method: 'GET', signal })
      calls.close()
      assert.deepEqual([body.length, isCut], [65_536, true])
    },
  ))

test('D8: a proxy that the environment names is not asked', () =>
  withPeer(
    (response) => response.end(),
    async (call) => {
      const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'all_proxy', 'NODE_USE_ENV_PROXY']
      const before = names.map((name) => process.env[name])
      for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : 'http://127.0.0.1:9'
      try {
        assert.equal((await call()).status, 200)
      } finally {
        for (const [at, name] of names.entries()) {
          if (before[at] === undefined) delete process.env[name]
          else process.env[name] = before[at]
        }
      }
    },
  ))

const silences: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'does not answer': () => undefined,
  'does not end': (response) => void response.writeHead(200).write('o'),
  'sends a byte now and then': (response) => {
    const timer = setInterval(() => response.write('o'), 20)
    response.on('close', () => clearInterval(timer))
  },
}

for (const [name, silence] of Object.entries(silences))
  test(`a server that ${name} is not waited for`, () =>
    withPeer(silence, async (call) => {
      const began = Date.now()
      const whole = await failure(call({ times: { wholeMs: 200 } }))
      assert.deepEqual(
        [whole.code, whole.retryable, whole.facts],
        ['source/unreachable', true, { timedOut: true }],
      )
      assert.match(whole.message, /no whole answer within 0.2 s/)
      if (!name.startsWith('sends')) {
        const idle = await failure(call({ times: { idleMs: 100 } }))
        assert.deepEqual([idle.code, idle.facts], ['source/unreachable', { timedOut: true }])
      }
      assert.ok(Date.now() - began < 5000)
    }))

test('a look at a name that takes too long is given up', () =>
  withPeer(
    () => undefined,
    async (call) => {
      const error = await failure(call({ lookup: () => new Promise(() => {}), times: { wholeMs: 100 } }))
      assert.deepEqual([error.code, error.retryable], ['source/unreachable', true])
    },
  ))

test('a call ends with its signal, for the reason that this has', () =>
  withPeer(
    () => undefined,
    async (_, peer, seen) => {
      const stopping = new AbortController()
      const calls = outbound({ words, ...peer.settings })
      const running = calls.call(new URL(peer.url), { method: 'GET', signal: stopping.signal })
      while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      const reason = new Error('The worker stops.')
      stopping.abort(reason)
      await assert.rejects(running, reason)
      await assert.rejects(calls.call(new URL(peer.url), { method: 'GET', signal: stopping.signal }), reason)
      calls.close()
    },
  ))

test('an answer that comes before the body has gone is heard', () =>
  withPeer(
    (response) => response.writeHead(403).end('no'),
    async (_, peer) => {
      const calls = outbound({ words, ...peer.settings })
      const body = Buffer.alloc(20_000_000)
      const answer = await calls.call(new URL(peer.url), { method: 'PUT', body, signal })
      calls.close()
      assert.deepEqual([answer.status, String(answer.body)], [403, 'no'])
    },
  ))

test('a server that is asked first refuses before the body comes, or takes it', () =>
  withPeer(
    (response, request) => {
      let size = 0
      request.on('data', (chunk: Buffer) => {
        size += chunk.length
      })
      request.on('end', () => response.end(String(size)))
    },
    async (_, peer) => {
      const calls = outbound({ words, ...peer.settings })
      const headers = { expect: '100-continue' }
      const answer = await calls.call(new URL(peer.url), { method: 'PUT', headers, body: 'four', signal })
      calls.close()
      assert.deepEqual([answer.status, String(answer.body)], [200, '4'])
    },
  ))

test('a call that waits for a connection to be free has all of its time to connect then', () =>
  withPeer(
    (response) => void setTimeout(() => response.end(), 1500),
    async (_, peer, seen) => {
      const calls = outbound({ words, ...peer.settings, times: { connectMs: 2000 } })
      const url = new URL(`${peer.url}/in`)
      const answers = await Promise.all(
        Array.from({ length: 17 }, (_, at) =>
          calls.call(url, {
            method: 'PUT',
            body: 'text',
            headers: at % 2 === 0 ? { expect: '100-continue' } : {},
            signal,
          }),
        ),
      )
      calls.close()
      assert.ok(answers.every(({ status }) => status === 200))
      assert.equal(seen.length, 17)
    },
  ))

const megabyte = Buffer.alloc(1024 * 1024, 'x')

test('an answer of any size is read as it comes; one that breaks off or takes too long throws', () =>
  withPeer(
    async (response, { url = '' }) => {
      response.writeHead(200, { 'content-length': 4 * megabyte.length })
      const sent = url === '/whole' ? 4 : 1
      for (let count = 0; count < sent; count++) response.write(megabyte)
      if (url === '/broken') setTimeout(() => response.destroy(), 50)
    },
    async (_, peer) => {
      const calls = outbound({ words, ...peer.settings, times: { wholeMs: 20_000, idleMs: 1500 } })
      const sizeOf = async (path: string, wholeMs = 20_000): Promise<number> => {
        const call = { method: 'GET', signal, wholeMs }
        const { status, body } = await calls.stream(new URL(path, peer.url), call)
        assert.equal(status, 200)
        let size = 0
        for await (const chunk of body) size += chunk.length
        return size
      }
      assert.equal(await sizeOf('/whole'), 4 * megabyte.length)
      for (const [path, wholeMs] of [['/broken'], ['/silent'], ['/silent', 100]] as const) {
        const error = await failure(sizeOf(path, wholeMs))
        assert.deepEqual([error.code, error.retryable], ['source/unreachable', true], path)
      }
      calls.close()
    },
  ))

test.run()
