import { isTerminal, type Store } from '@piecework/core/store'
import type { World } from './world.js'

const everyMs = 250

/** Looks again and again whether a principal has more jobs under way than it may, until no fault happens. */
export async function watchLimits(world: World, store: Store, most: number): Promise<void> {
  while (!world.isCalm) {
    await world.time.sleep(everyMs)
    const counts = new Map<string, number>()
    for (const { status, throttled, principal } of await store.jobs.list({ limit: 10_000 })) {
      if (isTerminal(status) || status === 'draft' || throttled) continue
      const count = (counts.get(principal.id) ?? 0) + 1
      counts.set(principal.id, count)
      if (count > most)
        world.violation(`exclusion: ${count} jobs of one principal are under way, and ${most} may be`)
    }
  }
}
