import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Claim,
  check,
  checkOptions,
  type Guard,
  type OptionChecks,
  required,
} from '@piecework/core/store'
import fc from 'fast-check'
import { gate } from './gate.js'
import { type LawTest, type Patience, patience } from './law.js'
import { linked } from './linked.js'
import { refuses } from './refuses.js'
import { within } from './within.js'

export interface GuardLawsOptions extends Patience {
  /** A guard under which nothing is held. */
  make(): Guard | Promise<Guard>
}

const lawChecks: OptionChecks<GuardLawsOptions> = { make: required(check.func()), patienceMs: check.wait }

const one = { id: 'holder-one', kind: 'solver-run' }
const two = { id: 'holder-two', kind: 'export' }

/** Laws of a `Guard`. */
export function guardLaws(runner: LawTest, options: GuardLawsOptions): void {
  const test = linked(runner)
  checkOptions('guardLaws()', options, lawChecks)
  const ms = patience(options)

  test('exclusion: two claims conflict when one path contains the other, and only then', async () => {
    const guard = await options.make()
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
    const guard = await options.make()
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
    const guard = await options.make()
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

  test('exclusion: release frees its own claim once, and never that of another', async () => {
    const guard = await options.make()
    const first = await guard.claim(['project:1'], one)
    await first.release()
    await guard.claim(['project:1'], one)
    await first.release()
    await refuses('claim', () => guard.claim(['project:1'], two), 'resource-busy')
  })

  test('exclusion: a host that comes back frees what its run had claimed, and nothing of anybody else', async () => {
    const guard = await options.make()
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
    const guard = await options.make()
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

  test('exclusion: a thousand racing claims admit one', async () => {
    const guard = await options.make()
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
    const guard = await options.make()
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

  test('exclusion: edits are shared, and exclude claims while they last', async () => {
    const guard = await options.make()
    const end = gate()
    const inside = [gate(), gate()]
    const edits = inside.map((entered) =>
      guard.edit('project:1/scenario:2', async (hold) => {
        entered.open()
        await end.opened
        await hold.check()
        return 'edited'
      }),
    )
    const all = Promise.all(edits)
    all.catch(() => {})
    try {
      await within(ms, 'two edits at once', Promise.all(inside.map(({ opened }) => opened)))
      await guard.checkEditable('project:1')
      await refuses('claim during an edit', () => guard.claim(['project:1'], two), 'resource-busy')
      await (await guard.claim(['project:1/scenario:3'], two)).release()
    } finally {
      end.open()
    }
    assert.deepEqual(await within(ms, 'the edits', all), ['edited', 'edited'])
    await guard.claim(['project:1'], two)
    await refuses(
      'edit during a claim',
      () => guard.edit('project:1/scenario:9', async () => {}),
      'resource-busy',
    )
  })

  test('exclusion: an edit that throws frees its hold and rejects with its own error', async () => {
    const guard = await options.make()
    const failing = guard.edit('project:1', async () => {
      throw new Error('the edit broke')
    })
    await assert.rejects(failing, /the edit broke/)
    await (await guard.claim(['project:1'], one)).release()
  })

  test('exclusion: an edit is fenced: when its time is over, others come in and it learns of it', async () => {
    const guard = await options.make()
    const edit = guard.edit(
      'project:1',
      async (hold) => {
        await sleep(120)
        await refuses('check of a lapsed edit', () => hold.check(), 'lease-lost')
        const claim = await guard.claim(['project:1'], two)
        await refuses('check during the claim', () => hold.check(), 'lease-lost')
        await claim.release()
        await refuses('check after the claim', () => hold.check(), 'lease-lost')
      },
      { leaseMs: 60 },
    )
    await refuses('the end of a lapsed edit', () => edit, 'lease-lost')
    await guard.claim(['project:1'], two)
  })
}

/** Three ids of 255 bytes, none of which a path holds as it is; no two parts of them are alike. */
const longest = ['project', 'scenario', 'part']
  .map((kind, level) => {
    const bytes = Array.from({ length: 255 }, (_, at) => 128 + ((at * at + 7 * level) % 128))
    return `${kind}:${bytes.map((byte) => `%${byte.toString(16).toUpperCase()}`).join('')}`
  })
  .join('/')

/** Two paths, and whether they conflict. Ids are those that kinds and ids escape to. */
const pairs: readonly (readonly [string, string, boolean])[] = [
  ['project:1', 'project:1', true],
  ['project:1', 'project:1/scenario:2', true],
  ['project:1/scenario:2', 'project:1', true],
  ['project:1/scenario:2', 'project:1/scenario:2/run:3', true],
  ['project:1/scenario:2', 'project:1/scenario:3', false],
  ['project:1', 'project:2', false],
  ['project:1', 'project:10', false],
  ['project:10/scenario:2', 'project:1', false],
  ['project:1/scenario:2', 'project:2/scenario:2', false],
  ['project:a%2Fscenario%3A2', 'project:a/scenario:2', false],
  ['project:a_c', 'project:abc', false],
  ['project:a%25', 'project:a%25b', false],
  // Of integers, and of texts with any characters.
  ['project:7', 'project:-7', false],
  ['project:9223372036854775807/scenario:1', 'project:9223372036854775807', true],
  ['project:9223372036854775807', 'project:9223372036854775806', false],
  ['project:A', 'project:a', false],
  ['project:%C3%BC', 'project:u%CC%88', false],
  ["project:o'c", 'project:o', false],
  ["project:o'c/scenario:*", "project:o'c", true],
  [longest, `${longest}/run:1`, true],
  [longest, `${longest}b`, false],
]

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
