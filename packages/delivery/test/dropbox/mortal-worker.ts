import { dropboxHost, type Place } from './mortal-host.js'

/** A worker process of the host that argv[2] describes, until it is killed. */
const host = dropboxHost(JSON.parse(process.argv[2] ?? '') as Place)
await host.piecework.start()
process.send?.('started')
