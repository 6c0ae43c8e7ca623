import assert from 'node:assert/strict'
import type { PutFile, Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

const odd = '["t","é","\\"\\\\ {}/🐟"]'

/** Laws of the journal of files. Run by `jobStoreLaws`. */
export function putFileLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('nothing half-made: files are unneeded until their attempt has committed', async () => {
    const bench = await jobBench(await make(longLease))
    const { store, id } = bench
    const first = await bench.lease('a')
    await store.putFiles.announce(first, ['one', odd])
    assert.deepEqual(await unneeded(store, id), ['one', odd])
    await store.attempts.fail(first, { ...sampleError, retryable: true }, [], 0)
    const second = await bench.lease('a', 2)
    await store.putFiles.announce(second, ['two'])
    await store.putFiles.announce(second, [])
    assert.deepEqual(await unneeded(store, id), ['one', odd, 'two'])
    await store.attempts.run(second, nothing())
    assert.deepEqual(await unneeded(store, id), ['one', odd])
    assert.deepEqual(await unneeded(store, id, true), ['one', odd, 'two'])
    const [file, ...others] = await store.putFiles.unneeded(id, { all: false })
    assert.equal(file?.piece, first.node.piece ?? '')
    const after = await store.putFiles.unneeded(id, { all: false, after: file?.id ?? '' })
    assert.deepEqual(after, others)
    const other = await jobBench(store)
    assert.deepEqual(await unneeded(store, other.id, true), [], 'files are of their job')
  })

  test('nothing half-made: files are announced and withdrawn by who has the lease', async () => {
    const bench = await jobBench(await make(longLease))
    const { store, id } = bench
    const first = await bench.lease('a')
    await store.attempts.fail(first, { ...sampleError, retryable: true }, [], 0)
    const lost = () => store.putFiles.announce(first, ['late'])
    await refuses('announce', lost, 'lease-lost')
    await refuses('withdraw', () => store.putFiles.withdraw(first, ['late']), 'lease-lost')
    const second = await bench.lease('a', 2)
    await refuses('announce', lost, 'lease-lost')
    await store.putFiles.announce(second, ['kept', 'withdrawn'])
    await store.putFiles.withdraw(second, ['withdrawn', 'unknown'])
    await store.attempts.run(second, nothing())
    await refuses('announce', () => store.putFiles.announce(second, ['late']), 'lease-lost')
    assert.deepEqual(await unneeded(store, id), ['withdrawn'])
  })

  test('nothing half-made: of a job that has ended, unneeded files are left until they are forgotten', async () => {
    const store = await make(longLease)
    const [ended, other] = [await jobBench(store), await jobBench(store)]
    const lease = await ended.lease('a')
    await store.putFiles.announce(lease, [`of ${ended.id}`])
    await store.putFiles.announce(await other.lease('a'), [`of ${other.id}`])
    assert.deepEqual(await left(store, [ended.id, other.id]), [])
    await store.attempts.fail(lease, sampleError, [])
    await ended.failed('b')
    await ended.done('finish')
    const files = await store.putFiles.left(0)
    assert.deepEqual(await left(store, [ended.id, other.id]), [`of ${ended.id}`])
    assert.deepEqual(
      (await store.putFiles.left(60_000)).filter(({ file }) => file === `of ${ended.id}`),
      [],
      'the job has ended just now',
    )
    await store.putFiles.forget(files.map((one) => one.id))
    assert.deepEqual(await left(store, [ended.id, other.id]), [])
  })
}

const textsOf = (files: readonly PutFile[]): readonly string[] => files.map(({ file }) => file)

const unneeded = async (store: Store, job: string, all = false): Promise<readonly string[]> =>
  textsOf(await store.putFiles.unneeded(job, { all }))

/** Of these jobs: the store may have others. */
const left = async (store: Store, jobs: readonly string[]): Promise<readonly string[]> =>
  textsOf(await store.putFiles.left(0)).filter((file) => jobs.some((job) => file === `of ${job}`))
