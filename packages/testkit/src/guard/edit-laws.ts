import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { gate } from '../gate.js'
import { type LawTest, patience } from '../law.js'
import { refuses } from '../refuses.js'
import { within } from '../within.js'
import type { GuardLawsOptions } from './guard-laws-options.js'
import { one, two } from './holders.js'

/** Laws of edits, which are shared. Run by `guardLaws`. */
export function editLaws(test: LawTest, options: GuardLawsOptions): void {
  const { make } = options
  const ms = patience(options)

  test('exclusion: edits are shared, and exclude claims while they last', async () => {
    const guard = await make()
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
    const guard = await make()
    const failing = guard.edit('project:1', async () => {
      throw new Error('the edit broke')
    })
    await assert.rejects(failing, /the edit broke/)
    await (await guard.claim(['project:1'], one)).release()
  })

  test('exclusion: an edit is fenced: when its time is over, others come in and it learns of it', async () => {
    const guard = await make()
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
