import assert from 'node:assert/strict'
import type { Claim } from '@piecework/core/store'
import fc from 'fast-check'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import type { GuardLawsOptions } from './guard-laws-options.js'
import { one } from './holders.js'

/** Laws of claims that race, and of any claims one after the other. Run by `guardLaws`. */
export function raceLaws(test: LawTest, { make }: GuardLawsOptions): void {
  test('exclusion: a thousand racing claims admit one', async () => {
    const guard = await make()
    // All of them overlap, though not all are equal.
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, index) =>
        guard.claim(index % 2 === 0 ? ['project:1'] : ['project:1', `project:x${index}`], one),
      ),
    )
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        await refuses('a losing claim', () => Promise.reject(outcome.reason), 'resource-busy')
      }
    }
  })

  test('exclusion: whatever is claimed and released, no two claims that are held conflict', async () => {
    const guard = await make()
    const path = fc.constantFrom('p:1', 'p:2', 'p:11', 'p:1/s:1', 'p:1/s:2', 'p:1/s:1/r:1', 'p:2/s:1')
    const steps = fc.array(fc.tuple(fc.uniqueArray(path, { minLength: 1, maxLength: 3 }), fc.boolean()), {
      maxLength: 12,
    })
    const property = fc.asyncProperty(steps, async (list) => {
      const held: { paths: readonly string[]; claim: Claim }[] = []
      for (const [paths, releaseOne] of list) {
        const busy = held.some((other) => other.paths.some((a) => paths.some((b) => overlap(a, b))))
        const claim = guard.claim(paths, one)
        if (busy) await refuses(`claim of ${paths.join(', ')}`, () => claim, 'resource-busy')
        else held.push({ paths, claim: await claim })
        if (releaseOne) await held.shift()?.claim.release()
      }
      for (const { claim } of held) await claim.release()
    })
    const examples = stepCases.map((list): [Step[]] => [list])
    await fc.assert(property, { numRuns: 60 + examples.length, examples })
  })
}

type Step = [paths: string[], releaseOne: boolean]

/** Claims above, below and beside each other, of several paths, before and after releases. */
const stepCases: Step[][] = [
  [
    [['p:1/s:1'], false],
    [['p:1'], false],
    [['p:1/s:1/r:1'], false],
    [['p:1/s:2', 'p:11'], false],
    [['p:2', 'p:1/s:2'], false],
    [['p:2'], false],
  ],
  [
    [['p:1', 'p:2'], false],
    [['p:11'], true],
    [['p:2/s:1'], false],
    [['p:1/s:1'], false],
    [['p:1', 'p:2'], false],
    [['p:11'], false],
  ],
  [
    [['p:1/s:1', 'p:1/s:2', 'p:2'], true],
    [['p:1', 'p:2/s:1'], true],
    [['p:1/s:1/r:1', 'p:2'], false],
  ],
]

const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
