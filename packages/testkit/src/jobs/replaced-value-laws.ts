import assert from 'node:assert/strict'
import type { ReplacedValue, Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { jobBench, longLease, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

const odd: ReplacedValue = { table: `"a'\\b".t`, column: 'é', value: '"\\ {}', replacement: null }
const slug = (at: number): ReplacedValue => ({
  table: 't',
  column: 'slug',
  value: `s${at}`,
  replacement: `s${at}-1`,
})

/** Laws of what pieces have replaced. Run by `jobStoreLaws`. */
export function replacedValueLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('honest counts: replaced values are those of the attempt that commits, in order', async () => {
    const bench = await jobBench(await make(longLease))
    const { store, id } = bench
    const more = Array.from({ length: 12 }, (_, at) => slug(12 - at))
    const lease = await bench.lease('a')
    const broken = store.attempts.run(lease, async (tx) => {
      await store.replacedValues.add(lease, [slug(1), slug(2)], tx)
      throw new Error('the work broke')
    })
    await assert.rejects(broken, /the work broke/)
    assert.deepEqual(await pagesOf(store, id), [])
    await store.attempts.fail(lease, { ...sampleError, retryable: true }, [], 0)
    const again = await bench.lease('a', 2)
    await store.attempts.run(again, async (tx) => {
      await store.replacedValues.add(again, [slug(3), odd], tx)
      for (const value of more) await store.replacedValues.add(again, [value], tx)
      return {}
    })
    assert.deepEqual(await pagesOf(store, id), [[slug(3), odd], ...more.map((value) => [value])])
  })

  test('honest counts: replaced values are kept with their job, and are of no other', async () => {
    const store = await make(longLease)
    const [ended, other] = [await jobBench(store), await jobBench(store)]
    for (const [at, bench] of [ended, other].entries()) {
      const lease = await bench.lease('a')
      await store.attempts.run(lease, async (tx) => {
        await store.replacedValues.add(lease, [slug(at)], tx)
        return {}
      })
    }
    await ended.failed('b')
    await ended.done('finish')
    assert.deepEqual(await pagesOf(store, ended.id), [[slug(0)]])
    assert.deepEqual(await pagesOf(store, other.id), [[slug(1)]])
  })
}

async function pagesOf(store: Store, job: string): Promise<readonly (readonly ReplacedValue[])[]> {
  const pages: (readonly ReplacedValue[])[] = []
  for (let page = await store.replacedValues.page(job); page; ) {
    pages.push(page.values)
    page = await store.replacedValues.page(job, page.id)
  }
  return pages
}
