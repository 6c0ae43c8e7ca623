import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type AccessPolicy, isPieceworkError, memoryStore } from '@piecework/core'
import { downloadLinks, linkTarget, scopedTokens } from '@piecework/delivery'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'
import { ann, type LinkHost, type LinkHostOptions, linked, linkHost, pathOf } from './support.js'

const test = suite('D1: links')
const bob = { id: 'bob' }
const key = (id: string) => ({ id, secret: randomBytes(32) })

async function withHost(
  options: Omit<LinkHostOptions, 'store' | 'keys'>,
  use: (host: LinkHost & { readonly store: ReturnType<typeof memoryStore> }) => Promise<void>,
  keys = [key('a')],
): Promise<void> {
  const store = memoryStore()
  const host = await linkHost({ store, keys, ...options })
  try {
    await use({ ...host, store })
  } finally {
    await host.close()
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'nothing'
  } catch (error) {
    return isPieceworkError(error) ? error.code : String(error)
  }
}

test('the result of a job and its record hold the id of a link, and nothing that opens it', () =>
  withHost({}, async ({ piecework, links, url }) => {
    const { link, job } = await linked({ piecework })
    const { address } = await links.address(link, { principal: ann })
    const all = JSON.stringify([
      await piecework.job(job, { principal: ann }),
      await piecework.record({}, { principal: ann }),
      await links.get(link, { principal: ann }),
    ])
    assert.ok(all.includes(link))
    assert.ok(!all.includes(address) && !/eyJ/.test(all))
    assert.equal((await fetch(`${url}/links/${link}/file`)).status, 400)
    assert.match(link, /^[\w-]{24}$/)
  }))

test('each GET asks about whoever has issued the link and whoever has the address: a right that is withdrawn closes it', async () => {
  let mayNot = { who: '', what: '' }
  const access: AccessPolicy = {
    allows: async ({ id }, action) => !(id === mayNot.who && action === mayNot.what),
  }
  await withHost({ access, shareMs: 60_000 }, async (host) => {
    const { link } = await linked(host)
    const own = pathOf(link, await host.links.address(link, { principal: ann }))
    const bobs = pathOf(link, await host.links.address(link, { principal: bob }))
    const shared = pathOf(link, await host.links.share(link, { principal: bob, recipient: 'Carl' }))
    const statuses = async () =>
      Promise.all([own, bobs, shared].map(async (path) => (await fetch(host.url + path)).status))
    assert.deepEqual(await statuses(), [200, 200, 200])
    mayNot = { who: 'bob', what: 'download' }
    assert.deepEqual(await statuses(), [200, 403, 403])
    mayNot = { who: 'bob', what: 'share' }
    assert.deepEqual(await statuses(), [200, 200, 403])
    mayNot = { who: 'ann', what: 'download' }
    assert.deepEqual(await statuses(), [403, 403, 403])
    assert.equal(await codeOf(host.links.address(link, { principal: ann })), 'forbidden')
    mayNot = { who: 'ann', what: 'view' }
    assert.equal(await codeOf(host.links.address(link, { principal: ann })), 'link/not-found')
  })
})

test('an address opens for 15 minutes at most, and never longer than its link', async () => {
  let now = Date.now()
  await withHost({ now: () => now, shareMs: 7_200_000 }, async (host) => {
    const end = new Date(now + 3_600_000).toISOString()
    const { link } = await linked(host, { expiresAt: end })
    const { address, expiresAt } = await host.links.address(link, { principal: ann })
    assert.ok(expiresAt.getTime() - now <= 900_000)
    const shared = await host.links.share(link, { principal: ann })
    assert.equal(shared.expiresAt.toISOString(), end)
    now += 901_000
    assert.equal(await codeOf(host.links.open(link, address)), 'link/expired')
    await host.links.open(link, shared.address)
    now += 3_600_000
    assert.equal(await codeOf(host.links.open(link, shared.address)), 'link/expired')
    assert.equal(await codeOf(host.links.address(link, { principal: ann })), 'link/expired')
  })
})

test('a link that opens later says when, and ends no later than what it leads to', async () => {
  let now = Date.now()
  await withHost({ now: () => now, archiveTtlMs: 86_400_000 }, async (host) => {
    const opensAt = new Date(now + 600_000).toISOString()
    const { link } = await linked(host, { opensAt, expiresAt: new Date(now + 9e9).toISOString() })
    assert.equal(await codeOf(host.links.address(link, { principal: ann })), 'link/early')
    const { expiresAt } = await host.links.get(link, { principal: ann })
    assert.ok(expiresAt.getTime() <= Date.now() + 86_400_000)
    now += 600_001
    await host.links.address(link, { principal: ann })
    const { job } = await linked(host)
    for (const destination of [
      { opensAt: 'soon' },
      { expiresAt: 5 },
      { opensAt, expiresAt: opensAt },
      { until: opensAt },
    ])
      assert.equal(
        await codeOf(
          host.piecework.redeliver(job, { principal: ann, deliver: [{ target: 'link', destination }] }),
        ),
        'options-invalid',
        JSON.stringify(destination),
      )
  })
})

test('an address stays good while its key is in the ring, and not after', async () => {
  const [old, next] = [key('old'), key('new')]
  await withHost(
    {},
    async ({ piecework, links, store }) => {
      const { link } = await linked({ piecework })
      const { address } = await links.address(link, { principal: ann })
      const later = (keys: (typeof old)[]) => downloadLinks({ piecework, store, keys })
      await later([next, old]).open(link, address)
      assert.equal(await codeOf(later([next]).open(link, address)), 'link/altered')
      // A secret of the same id is another key.
      assert.equal(await codeOf(later([{ ...next, id: 'old' }]).open(link, address)), 'link/altered')
    },
    [old],
  )
})

test('what was revoked stays closed, also for addresses that were given before, and another request makes another link', () =>
  withHost({ shareMs: 60_000 }, async (host) => {
    const { link, job } = await linked(host)
    const addresses = [
      await host.links.address(link, { principal: ann }),
      await host.links.share(link, { principal: ann }),
    ]
    await host.links.revoke(link, { principal: ann })
    await host.links.revoke(link, { principal: ann })
    for (const { address } of addresses)
      assert.equal(await codeOf(host.links.open(link, address)), 'link/revoked')
    const again = await host.piecework.redeliver(job, { principal: ann, deliver: [{ target: 'link' }] })
    const { deliveries = [] } = await again.result()
    const other = deliveries[0]?.location ?? ''
    assert.notEqual(other, link)
    await host.links.address(other, { principal: ann })
  }))

test('what was asked for by a scoped token is closed with it, and a token shares nothing', () =>
  withHost({ shareMs: 60_000 }, async (host) => {
    const { link } = await linked(host)
    const tokens = scopedTokens({ store: host.store, keys: [key('token')], user: async () => ann })
    const { token, id } = await tokens.issue({
      principal: ann,
      scope: { POST: ['/links'] },
      recipient: 'a worker',
    })
    const use = { authorization: `ScopedToken ${token}`, method: 'POST', url: `/links/${link}/address` }
    const byToken = (await tokens.authenticate(use)) ?? assert.fail('no token')
    const { address } = await host.links.address(link, { principal: byToken.principal })
    assert.equal((await host.links.open(link, address)).principal.token, id)
    assert.equal(await codeOf(host.links.share(link, { principal: byToken.principal })), 'forbidden')
    await tokens.revoke(id)
    assert.equal(await codeOf(host.links.open(link, address)), 'link/revoked')
  }))

test('a download that is under way ends when its link is revoked', () =>
  withHost({ checkedAgainMs: 1, size: 8_000_000 }, async (host) => {
    const { link, size } = await linked(host)
    const path = pathOf(link, await host.links.address(link, { principal: ann }))
    const response = await fetch(host.url + path)
    const reader = response.body?.getReader() ?? assert.fail('no body')
    let came = (await reader.read()).value?.length ?? 0
    await host.links.revoke(link, { principal: ann })
    await assert.rejects(async () => {
      for (;;) {
        const { value, done } = await reader.read()
        if (done) return
        came += value.length
      }
    })
    assert.ok(came < size, `${came} of ${size}`)
  }))

test('what is shared is counted under the link, and nobody learns who has shared it', () =>
  withHost({ shareMs: 60_000, downloadsPerMinute: { requests: 2 } }, async (host) => {
    const { link } = await linked(host)
    const path = pathOf(link, await host.links.share(link, { principal: ann }))
    const statuses = []
    let last = ''
    for (let at = 0; at < 3; at++) {
      const response = await fetch(host.url + path)
      statuses.push(response.status)
      last = await response.text()
    }
    assert.deepEqual(statuses, [200, 200, 429])
    assert.doesNotMatch(last, /ann/)
    // The one who has shared it may download as before.
    const own = pathOf(link, await host.links.address(link, { principal: ann }))
    assert.equal((await fetch(host.url + own)).status, 200)
    const names = (await host.piecework.usage({}, { principal: ann })).map(({ principal }) => principal)
    assert.deepEqual([...new Set(names)].sort(), ['ann', `link:${link}`].sort())
  }))

test('where something has failed, a link is not said to be missing', () =>
  withHost({}, async (host) => {
    const { link } = await linked(host)
    const broken = {
      ...host.piecework,
      checkAllowed: async () => Promise.reject(new Error('The database is away.')),
    }
    const links = downloadLinks({ piecework: broken, store: host.store, keys: [key('a')] })
    assert.match(await codeOf(links.get(link, { principal: ann })), /The database is away/)
  }))

test('where the host shares nothing, nothing is shared, whatever was given before', async () => {
  const keys = [key('a')]
  await withHost(
    { shareMs: 60_000 },
    async ({ piecework, links, store }) => {
      const { link } = await linked({ piecework })
      const { address } = await links.share(link, { principal: ann })
      const closed = downloadLinks({ piecework, store, keys })
      assert.equal(await codeOf(closed.share(link, { principal: ann })), 'unsupported')
      assert.equal(await codeOf(closed.open(link, address)), 'link/revoked')
    },
    keys,
  )
})

test('an export that has expired, or whose source is gone, is not opened by an address', () =>
  withHost({}, async (host) => {
    const { link } = await linked(host)
    const path = pathOf(link, await host.links.address(link, { principal: ann }))
    await host.piecework.forget({ kind: 'book', id: 'b1' }, { principal: ann })
    const response = await fetch(host.url + path)
    assert.equal(response.status, 410)
  }))

test('a Range beyond the end is 416 with the size, and the address stays good', () =>
  withHost({}, async (host) => {
    const { link, size } = await linked(host)
    const path = pathOf(link, await host.links.address(link, { principal: ann }))
    const beyond = await fetch(host.url + path, { headers: { range: `bytes=${size}-` } })
    assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, `bytes */${size}`])
    const rest = await fetch(host.url + path, { headers: { range: `bytes=${size - 3}-` } })
    assert.deepEqual([rest.status, (await rest.arrayBuffer()).byteLength], [206, 3])
  }))

optionTests(test, [
  {
    name: 'linkTarget()',
    options: () => ({ store: memoryStore(), name: 'link', lifetimeMs: 1 }),
    call: linkTarget,
    free: ['store'],
    opaque: ['store'],
    wrong: { store: [{}, 1], name: ['', 1], lifetimeMs: [0, '1'] },
  },
  {
    name: 'downloadLinks()',
    options: () => ({
      piecework: { download: () => {}, checkAllowed: () => {} },
      store: memoryStore(),
      keys: [key('a')],
      shareMs: 1,
      checkedAgainMs: 1,
      now: Date.now,
    }),
    call: downloadLinks,
    free: ['store', 'piecework'],
    opaque: ['store', 'piecework', 'keys[0].secret'],
    wrong: { store: [{}, 1], keys: [[], 'a'], shareMs: [0], checkedAgainMs: [-1, '1'], now: [1] },
  },
])

test.run()
