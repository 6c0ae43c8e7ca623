import { setTimeout as sleep } from 'node:timers/promises'
import { albumHost, type Place } from './album-host.js'

/** A worker process of the host that argv[2] describes. Runs until it is killed or asked to stop. */
const host = albumHost(JSON.parse(process.argv[2] ?? '') as Place)
process.on('message', () => {
  void host.stop().then(() => process.disconnect())
})
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
