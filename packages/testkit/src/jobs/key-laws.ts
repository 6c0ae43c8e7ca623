import assert from 'node:assert/strict'
import type { KeyRange } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { type JobBench, jobBench, longLease, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

const range = (oldFrom: bigint, newFrom: bigint, length: number): KeyRange => ({ oldFrom, newFrom, length })
const most = 2n ** 63n - 1n

/** Laws of keys that a job reserves. Run by `jobStoreLaws`. */
export function keyLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('new ids: reserved ranges are seen when their attempt commits, in order and page by page', async () => {
    const bench = await jobBench(await make(longLease))
    const { store, id } = bench
    const lease = await bench.lease('a')
    await store.attempts.run(lease, async (tx) => {
      assert.ok(await store.keys.add(lease, 't', [range(10n, 100n, 5), range(-most - 1n, 7n, 1)], tx))
      assert.ok(await store.keys.add(lease, 't', [range(most - 1n, -3n, 2), range(15n, 200n, 1)], tx))
      assert.ok(await store.keys.add(lease, 'T', [range(10n, 1n, 1)], tx))
      return {}
    })
    await add(bench, 'b', 't', [range(2n, 2n, 3)])
    const [first, second, third, ...others] = await store.keys.ranges(id, 't', { limit: 10 })
    assert.deepEqual(
      [first, second, third],
      [range(-most - 1n, 7n, 1), range(2n, 2n, 3), range(10n, 100n, 5)],
    )
    assert.deepEqual(others, [range(15n, 200n, 1), range(most - 1n, -3n, 2)])
    assert.deepEqual(await store.keys.ranges(id, 't', { limit: 2, after: 2n }), [third, others[0]])
    assert.deepEqual(await store.keys.ranges(id, 'T', { limit: 10 }), [range(10n, 1n, 1)])
    assert.deepEqual(await store.keys.ranges(id, 'other', { limit: 10 }), [])
    const other = await jobBench(store)
    assert.deepEqual(await store.keys.ranges(other.id, 't', { limit: 10 }), [])
  })

  test('new ids: reserved ranges that the database holds are the same there, for transactions of pieces', async () => {
    const bench = await jobBench(await make(longLease))
    const { store, id } = bench
    const name = `"a'\\b".t`
    const given = [range(-5n, 40n, 2), range(most, 7n, 1)]
    await add(bench, 'a', name, given)
    const other = await jobBench(store)
    await add(other, 'a', name, [range(1n, 1n, 1)])
    const relation = store.keys.relation?.(id, name)
    if (relation === undefined) return
    const { rows } = await store.database.query<{ o: string; n: string; l: string }>(
      `SELECT old_from::text AS o, new_from::text AS n, length::text AS l FROM ${relation} r ORDER BY old_from`,
    )
    const found = rows.map(({ o, n, l }) => range(BigInt(o), BigInt(n), Number(l)))
    assert.deepEqual(found, given)
  })

  test('new ids: ranges of an attempt that fails are never seen, and the next attempt adds its own', async () => {
    const bench = await jobBench(await make(longLease))
    const { store, id } = bench
    const lease = await bench.lease('a')
    const broken = store.attempts.run(lease, async (tx) => {
      assert.ok(await store.keys.add(lease, 't', [range(1n, 50n, 10)], tx))
      throw new Error('the work broke')
    })
    await assert.rejects(broken, /the work broke/)
    assert.deepEqual(await store.keys.ranges(id, 't', { limit: 10 }), [])
    await store.attempts.fail(lease, { ...sampleError, retryable: true }, [], 0)
    await add(bench, 'b', 't', [range(3n, 30n, 1)])
    const again = await bench.lease('a', 2)
    await store.attempts.run(again, async (tx) => {
      assert.ok(await store.keys.add(again, 't', [range(1n, 70n, 2)], tx))
      return {}
    })
    assert.deepEqual(await store.keys.ranges(id, 't', { limit: 10 }), [range(1n, 70n, 2), range(3n, 30n, 1)])
  })

  test('new ids: an old key in two ranges of one table is refused', async () => {
    const bench = await jobBench(await make(longLease))
    const { store } = bench
    await add(bench, 'a', 't', [range(10n, 100n, 10), range(30n, 300n, 10)])
    const lease = await bench.lease('b')
    const tries: readonly (readonly KeyRange[])[] = [
      [range(10n, 500n, 1)],
      [range(19n, 500n, 1)],
      [range(9n, 500n, 2)],
      [range(25n, 500n, 50)],
      [range(39n, 500n, 5)],
      [range(50n, 500n, 5), range(54n, 600n, 5)],
    ]
    for (const ranges of tries) {
      const tried = store.attempts.run(lease, async (tx) => {
        const added = await store.keys.add(lease, 't', ranges, tx)
        throw new Error(`added: ${added}`)
      })
      await assert.rejects(tried, /^Error: added: false$/)
    }
    await store.attempts.run(lease, async (tx) => {
      assert.ok(await store.keys.add(lease, 't', [range(9n, 500n, 1), range(20n, 600n, 10)], tx))
      return {}
    })
  })

  test('new ids: reserved ranges are dropped with the end of their job, and with no other', async () => {
    const store = await make(longLease)
    const [ended, other] = [await jobBench(store), await jobBench(store)]
    for (const bench of [ended, other]) await add(bench, 'a', 't', [range(1n, 50n, 10)])
    const seen = (bench: JobBench) => store.keys.ranges(bench.id, 't', { limit: 10 })
    await ended.failed('b')
    assert.equal((await seen(ended)).length, 1)
    await ended.done('finish')
    assert.deepEqual([(await seen(ended)).length, (await seen(other)).length], [0, 1])
  })
}

/** Runs the node, which adds these. */
async function add({ store, lease }: JobBench, piece: string, table: string, ranges: readonly KeyRange[]) {
  const held = await lease(piece)
  await store.attempts.run(held, async (tx) => {
    assert.ok(await store.keys.add(held, table, ranges, tx))
    return {}
  })
}
