import { setTimeout as sleep } from 'node:timers/promises'
import { endWithParent } from './end-with-parent.js'
import { soakHost } from './host.js'
import type { Place } from './place.js'

/**
 * A worker process: runs the tasks of the place in argv[2] until it is killed or its parent has gone. SIGTERM
 * gives back what runs, SIGINT lets it end first if it can.
 */
const host = soakHost(JSON.parse(process.argv[2] ?? '') as Place, 'worker')
endWithParent()
for (const [signal, drainMs] of [
  ['SIGTERM', 0],
  ['SIGINT', 3000],
] as const)
  process.once(signal, () => void host.stop(drainMs).then(() => process.exit()))
for (;;) {
  try {
    await host.piecework.start()
    break
  } catch {
    // Redis is away: come back.
    await sleep(200)
  }
}
process.send?.('started')
