import assert from 'node:assert/strict'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import type { GuardLawsOptions } from './guard-laws-options.js'
import { one, two } from './holders.js'

/** Laws of who holds a resource, and of what a release frees. Run by `guardLaws`. */
export function releaseLaws(test: LawTest, { make }: GuardLawsOptions): void {
  test('exclusion: release frees its own claim once, and never that of another', async () => {
    const guard = await make()
    const first = await guard.claim(['project:1'], one)
    await first.release()
    await guard.claim(['project:1'], one)
    await first.release()
    await refuses('claim', () => guard.claim(['project:1'], two), 'resource-busy')
  })

  test('exclusion: a host that comes back frees what its run had claimed, and nothing of anybody else', async () => {
    const guard = await make()
    await guard.claim(['project:1', 'project:2'], one)
    await guard.claim(['project:3'], one)
    await guard.claim(['project:4'], two)
    const late = await guard.edit('project:5', async () => {
      for (const _twice of [1, 2]) await guard.release(one.id)
      const [edit] = await guard.holders('project:5')
      await guard.release(edit?.id ?? '')
      return refuses('claim', () => guard.claim(['project:5'], two), 'resource-busy')
    })
    assert.ok(late)
    for (const path of ['project:1', 'project:2', 'project:3', 'project:5']) await guard.checkEditable(path)
    await refuses('checkEditable', () => guard.checkEditable('project:4'), 'resource-busy')
    await guard.claim(['project:1'], two)
    await guard.release('holder-unknown')
    await guard.release(one.id)
    await refuses('checkEditable', () => guard.checkEditable('project:1'), 'resource-busy')
  })

  test('exclusion: holders of a resource, or of a part of it, are listed with their time', async () => {
    const guard = await make()
    assert.deepEqual(await guard.holders('project:1'), [])
    const before = Date.now()
    const claim = await guard.claim(['project:1/scenario:1', 'project:1/scenario:2'], one)
    await guard.edit('project:1/scenario:3', async () => {
      const holders = await guard.holders('project:1')
      assert.deepEqual(
        holders.map(({ kind }) => kind),
        [one.kind, 'edit'],
      )
      assert.equal(holders[0]?.id, one.id)
      // The clock may be another machine's.
      assert.ok(Math.abs((holders[0]?.since.getTime() ?? 0) - before) < 60_000)
    })
    for (const path of ['project:1/scenario:2', 'project:1/scenario:2/run:9']) {
      assert.deepEqual(
        (await guard.holders(path)).map(({ id }) => id),
        [one.id],
      )
    }
    for (const path of ['project:1/scenario:3', 'project:10', 'project:2']) {
      assert.deepEqual(await guard.holders(path), [])
    }
    await claim.release()
    assert.deepEqual(await guard.holders('project:1'), [])
  })
}
