import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { memoryStore } from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { suite } from 'uvu'
import { ann, linked, linkHost, pathOf } from './support.js'

const test = suite('links: what is asked of the store and the policy')

const keys = [{ id: 'k1', secret: randomBytes(32) }]

/** A store, and what was called of it: `jobs.get`. */
function watched(): { readonly store: Store; readonly calls: string[] } {
  const calls: string[] = []
  const rooms = Object.entries(memoryStore()).map(([name, room]) => [
    name,
    typeof room !== 'object' || room === null
      ? room
      : new Proxy(room as object, {
          get: (target, key) => {
            const value: unknown = Reflect.get(target, key)
            if (typeof value !== 'function') return value
            return (...given: unknown[]) => {
              calls.push(`${name}.${String(key)}`)
              return Reflect.apply(value, target, given)
            }
          },
        }),
  ])
  return { store: Object.fromEntries(rooms) as Store, calls }
}

test('a GET reads the link once and its job twice, counts it, and records its beginning and its end', async () => {
  const { store, calls } = watched()
  const host = await linkHost({ store, keys })
  try {
    const { link } = await linked(host)
    const path = pathOf(link, await host.links.address(link, { principal: ann }))
    calls.length = 0
    await (await fetch(host.url + path)).arrayBuffer()
    const rooms = /^(links|jobs|reports|meters|records|revocations)\./
    // Who holds the address has no token: nothing of that is asked.
    assert.deepEqual(
      calls.filter((call) => rooms.test(call) && !/\.(sweep|end)/.test(call)),
      ['links.get', 'jobs.get', 'jobs.get', 'meters.take', 'records.add'],
    )
  } finally {
    await host.close()
  }
})

test('one’s own links are those of jobs that may still be viewed, page by page', async () => {
  const store = memoryStore()
  const hidden = new Set<string>()
  const host = await linkHost({
    store,
    keys,
    access: {
      allows: async (_principal, action, _resource, job) => action !== 'view' || !hidden.has(job?.id ?? ''),
    },
  })
  try {
    const made = [await linked(host), await linked(host), await linked(host), await linked(host)]
    const newest = made.map(({ link }) => link).reverse()
    const list = async (filter: { limit?: number; after?: string } = {}) =>
      (await host.links.list(filter, { principal: ann })).map(({ id }) => id)
    assert.deepEqual(await list(), newest)
    hidden.add(made[3]?.job ?? '').add(made[1]?.job ?? '')
    assert.deepEqual(await list(), [newest[1], newest[3]])
    assert.deepEqual(await list({ limit: 1 }), [newest[1]])
    assert.deepEqual(await list({ limit: 1, after: newest[1] ?? '' }), [newest[3]])
    assert.deepEqual(await list({ limit: 1, after: newest[3] ?? '' }), [])
  } finally {
    await host.close()
  }
})

test.run()
