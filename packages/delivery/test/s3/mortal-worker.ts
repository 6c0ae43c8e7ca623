import { type Place, s3Host } from './mortal-host.js'

/** A worker process of the host that argv[2] describes, until it is killed. */
const host = s3Host(JSON.parse(process.argv[2] ?? '') as Place)
await host.piecework.start()
process.send?.('started')
