import { type Place, workerHost } from './worker-host.js'

/** A worker process of the host that argv[2] describes. Runs until it is killed or asked to stop. */
const host = workerHost(JSON.parse(process.argv[2] ?? '') as Place)
process.on('message', () => {
  void host.stop().then(() => process.disconnect())
})
await host.piecework.start()
process.send?.('started')
