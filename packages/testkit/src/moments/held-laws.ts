import assert from 'node:assert/strict'
import type { Lease, NodeResult } from '@piecework/core/store'
import { gate } from '../gate.js'
import type { LawTest } from '../law.js'
import { withReaders } from './moment-bench.js'
import type { MomentLawsOptions } from './moment-laws-options.js'

/** Laws of a moment that is held. Run by `momentLaws`. */
export function heldLaws(test: LawTest, options: MomentLawsOptions): void {
  test('one moment: all nodes of an export see what the first one saw, whatever is written meanwhile', () =>
    withReaders(options, async ({ one, other, add, write, now }) => {
      const bench = await add({ batches: [['a', 'b', 'c']] })
      const before = await now()
      const seen = [before, before, 1]
      assert.deepEqual(await one.read(await bench.lease('a'), write), seen)
      assert.deepEqual(await other.read(await bench.lease('b'), write), seen)
      assert.deepEqual(await one.read(await bench.lease('c')), seen)
      assert.equal(await now(), before + 2)
      const { createdAt, snapshotTakenAt } = await bench.job()
      assert.ok(snapshotTakenAt && snapshotTakenAt >= createdAt, `it was taken at ${snapshotTakenAt}`)
    }))

  test('one moment: nodes that begin at once, in several processes, take one of them together', () =>
    withReaders(options, async ({ one, other, add, write }) => {
      const bench = await add({ batches: [['a', 'b', 'c', 'd']] })
      const written = gate()
      let waiting = 4
      const whenAllRead = async (): Promise<void> => {
        waiting -= 1
        if (waiting === 0) await write().finally(written.open)
        await written.opened
      }
      const reading = ['a', 'b', 'c', 'd'].map(async (piece, at) => {
        const reader = at % 2 === 0 ? one : other
        return reader.read(await bench.lease(piece), whenAllRead)
      })
      // One that fails keeps no other waiting.
      for (const each of reading) each.catch(written.open)
      const [first, ...others] = await Promise.all(reading)
      const [before] = first ?? assert.fail('nothing was read')
      assert.deepEqual(first, [before, before, 1])
      for (const seen of others) assert.deepEqual(seen, first)
    }))

  test('one moment: each export has its own', () =>
    withReaders(options, async ({ one, other, add, write, now }) => {
      const [early, late] = [await add({}), await add({})]
      const before = await now()
      await one.read(await early.lease('a'), write)
      assert.deepEqual(await one.read(await late.lease('a')), [before + 1, before + 1, 1])
      assert.deepEqual(await one.read(await early.lease('b')), [before, before, 1])
      assert.deepEqual(await other.read(await late.lease('b')), [before + 1, before + 1, 1])
    }))

  test('one moment: parts read at that of their plan, which is not let go before they have', () =>
    withReaders(options, async ({ one, other, add, write, now }) => {
      const bench = await add({ batches: [['p']], plans: ['p'] })
      const planned = await bench.node('p')
      const parts = ['a', 'b'].map((name, at) => ({
        ...(planned.resource && { resource: planned.resource }),
        id: planned.id.replace(/p$/, name),
        task: 'export' as const,
        batch: 0,
        piece: 'sample/p',
        part: { number: at + 1, of: 2, range: name },
      }))
      const before = await now()
      const seen = [before, before, 1]
      const end = async (lease: Lease, result: NodeResult): Promise<void> => {
        await one.moments.seen(await bench.store.attempts.run(lease, result))
        await one.moments.sweep()
      }
      const plan = await bench.lease('p')
      assert.deepEqual(await one.read(plan, write), seen)
      await end(plan, { nodes: parts })
      const part = await bench.lease('a')
      assert.deepEqual(await one.read(part, write), seen)
      await end(part, { moment: 1 })
      assert.deepEqual(await other.read(await bench.lease('b')), seen)
    }))

  test('one moment: it is held as long as one of the processes that have read holds it', () =>
    withReaders(options, async ({ one, other, add, write, now }) => {
      const bench = await add({ batches: [['a', 'b', 'c', 'd']] })
      const before = await now()
      const seen = [before, before, 1]
      await one.read(await bench.lease('a'))
      await other.read(await bench.lease('b'), write)
      await one.moments.release()
      assert.deepEqual(await other.read(await bench.lease('c')), seen)
      assert.deepEqual(await one.read(await bench.lease('d')), seen)
    }))
}
