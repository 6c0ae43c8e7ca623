import assert from 'node:assert/strict'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { pairs } from './claim-pairs.js'
import type { GuardLawsOptions } from './guard-laws-options.js'
import { one, two } from './holders.js'

/** Laws of what a claim takes, and whom it keeps out. Run by `guardLaws`. */
export function claimLaws(test: LawTest, { make }: GuardLawsOptions): void {
  test('exclusion: two claims conflict when one path contains the other, and only then', async () => {
    const guard = await make()
    for (const [first, second, conflict] of pairs) {
      const held = await guard.claim([first], one)
      const attempt = guard.claim([second], two)
      if (conflict) await refuses(`${second} while ${first} is claimed`, () => attempt, 'resource-busy')
      else await (await attempt).release()
      await held.release()
      await (await guard.claim([second], two)).release()
    }
  })

  test('exclusion: a refusal names the holder in the way', async () => {
    const guard = await make()
    await guard.claim(['project:1'], one)
    const claim = await refuses('claim', () => guard.claim(['project:1/scenario:2'], two), 'resource-busy')
    const free = await refuses('checkEditable', () => guard.checkEditable('project:1'), 'resource-busy')
    const edit = await refuses('edit', () => guard.edit('project:1', async () => {}), 'resource-busy')
    for (const error of [claim, free, edit]) {
      const told = error.message + JSON.stringify(error.facts)
      assert.ok(
        told.includes(one.id) && told.includes(one.kind),
        `the refusal does not name its holder: ${told}`,
      )
    }
  })

  test('exclusion: a claim of several paths takes all of them or none', async () => {
    const guard = await make()
    const held = await guard.claim(['project:2'], one)
    await refuses('claim', () => guard.claim(['project:1', 'project:2', 'project:3'], two), 'resource-busy')
    await guard.checkEditable('project:1')
    await guard.checkEditable('project:3')
    await held.release()
    await guard.claim(['project:1', 'project:2', 'project:3'], two)
    for (const path of ['project:1', 'project:2', 'project:3']) {
      await refuses(`checkEditable of ${path}`, () => guard.checkEditable(path), 'resource-busy')
    }
  })
}
