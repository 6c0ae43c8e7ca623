import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryArtifacts } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { ann, type LinkHost, linked, linkHost, pathOf } from './support.js'

const test = needsServer(suite('D2: links, limited and metered over processes'))

let scratch: ScratchDatabase
const pools: pg.Pool[] = []
test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pools.push(...[1, 2].map(() => new pg.Pool({ connectionString: scratch.url, max: 5 })))
})
test.after(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await scratch.drop()
})

/** Two processes of one host: a database, an artifact store and a ring, and nothing else in common. */
async function withHosts(
  downloadsPerMinute: { readonly requests?: number; readonly bytes?: number },
  use: (hosts: readonly [LinkHost, LinkHost]) => Promise<void>,
): Promise<void> {
  const artifacts = memoryArtifacts()
  const keys = [{ id: 'a', secret: randomBytes(32) }]
  const start = async (pool: pg.Pool | undefined) =>
    linkHost({
      store: postgresStore({ database: fromPg(pool ?? assert.fail('no pool')) }),
      artifacts,
      keys,
      downloadsPerMinute,
    })
  const hosts = [await start(pools[0]), await start(pools[1])] as const
  try {
    await use(hosts)
  } finally {
    for (const host of hosts) await host.close()
  }
}

/** Once more if a minute ends meanwhile. */
async function inOneMinute(use: () => Promise<void>): Promise<void> {
  const minute = () => Math.floor(Date.now() / 60_000)
  for (let left = 2; ; left--) {
    const begun = minute()
    try {
      return await use()
    } catch (error) {
      if (minute() === begun || left === 0) throw error
    }
  }
}

/** What the last bytes were is counted when they have gone out: a moment after they came. */
async function reaches(
  host: LinkHost,
  expected: readonly [requests: number, downloads: number, bytes: number],
) {
  let found: readonly number[] = []
  for (let left = 1000; left > 0; left--) {
    const [one] = await host.piecework.usage({ principal: ann }, { principal: ann })
    found = [one?.requests ?? 0, one?.downloads ?? 0, one?.bytes ?? 0]
    if (JSON.stringify(found) === JSON.stringify(expected)) return
    await sleep(20)
  }
  assert.deepEqual(found, expected)
}

test('of 100 downloads at once over two processes as many are answered as the minute has, the others are told when', () =>
  inOneMinute(() =>
    withHosts({ requests: 40 }, async (hosts) => {
      await pools[0]?.query('DELETE FROM piecework.meters')
      const { link, size } = await linked(hosts[0])
      const address = await hosts[1].links.address(link, { principal: ann })
      const answers = await Promise.all(
        Array.from({ length: 100 }, async (_, at) => {
          const response = await fetch(`${hosts[at % 2]?.url}${pathOf(link, address)}`)
          return {
            status: response.status,
            wait: response.headers.get('retry-after'),
            body: await response.text(),
          }
        }),
      )
      const given = answers.filter(({ status }) => status === 200)
      const refused = answers.filter(({ status }) => status === 429)
      assert.deepEqual([given.length, refused.length], [40, 60])
      for (const { wait, body } of refused) {
        assert.ok(Number(wait) >= 1 && Number(wait) <= 60, String(wait))
        assert.equal(JSON.parse(body).code, 'too-many-downloads')
      }
      await reaches(hosts[1], [40, 40, 40 * size])
    }),
  ))

test('a range that goes on is a request with its bytes, and no new download; over the bytes of a minute there is 429', () =>
  inOneMinute(() =>
    withHosts({ bytes: 6000 }, async ([one, other]) => {
      await pools[0]?.query('DELETE FROM piecework.meters')
      const { link, size } = await linked(one)
      assert.ok(size > 1700 && size < 2100, String(size))
      const path = pathOf(link, await one.links.address(link, { principal: ann }))
      const get = async (host: LinkHost, range?: string) => {
        const response = await fetch(`${host.url}${path}`, { headers: range ? { range } : {} })
        await response.arrayBuffer()
        return response.status
      }
      assert.equal(await get(one), 200)
      assert.equal(await get(other, 'bytes=500-'), 206)
      assert.equal(await get(other, `bytes=${size - 1}-`), 206)
      await reaches(one, [3, 1, size + size - 500 + 1])
      assert.equal(await get(one), 200)
      await reaches(one, [4, 2, 3 * size - 499])
      assert.equal(await get(other), 200)
      await reaches(one, [5, 3, 4 * size - 499])
      assert.equal(await get(one), 429)
      await reaches(other, [5, 3, 4 * size - 499])
    }),
  ))

test.run()
