import assert from 'node:assert/strict'
import type { LawTest } from '../law.js'
import { jobBench, longLease, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

/** Laws of what nodes keep of their rows. Run by `jobStoreLaws`. */
export function summaryLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('honest counts: a summary is seen when its attempt commits, and never that of an attempt that fails', async () => {
    const bench = await jobBench(await make(longLease))
    const { store, id } = bench
    const lease = await bench.lease('a')
    const seen = async () => [await store.summaries.nodes(id), await store.summaries.get(id, lease.node.id)]
    const broken = store.attempts.run(lease, async (tx) => {
      await store.summaries.add(lease, 'of the first', tx)
      throw new Error('the work broke')
    })
    await assert.rejects(broken, /the work broke/)
    assert.deepEqual(await seen(), [[], undefined])
    await store.attempts.fail(lease, { ...sampleError, retryable: true }, [], 0)
    const again = await bench.lease('a', 2)
    await store.attempts.run(again, async (tx) => {
      await store.summaries.add(again, 'of the second: é"\\', tx)
      return {}
    })
    assert.deepEqual(await seen(), [[lease.node.id], 'of the second: é"\\'])
  })

  test('honest counts: summaries are dropped with the end of their job, and with no other', async () => {
    const store = await make(longLease)
    const [ended, other] = [await jobBench(store), await jobBench(store)]
    for (const bench of [ended, other]) {
      const lease = await bench.lease('a')
      await store.attempts.run(lease, async (tx) => {
        await store.summaries.add(lease, 'summary', tx)
        return {}
      })
    }
    const seen = async () => [
      (await store.summaries.nodes(ended.id)).length,
      (await store.summaries.nodes(other.id)).length,
    ]
    await ended.failed('b')
    assert.deepEqual(await seen(), [1, 1])
    await ended.done('finish')
    assert.deepEqual(await seen(), [0, 1])
  })
}
