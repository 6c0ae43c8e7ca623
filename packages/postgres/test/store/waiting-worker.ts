import { type Manner, waitingHost } from './waiting-host.js'

/** A process that takes up work and says what its piece does. */
const [url = '', manner = 'waits'] = process.argv.slice(2)
const host = waitingHost(url, manner as Manner, (what) => void process.send?.(what))
await host.piecework.start()
process.send?.('started')
