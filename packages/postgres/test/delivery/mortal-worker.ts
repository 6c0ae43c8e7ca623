import { type Death, deliveryHost, type Place } from './delivery-host.js'

/** A worker process that dies where argv[3] says. */
const host = deliveryHost(JSON.parse(process.argv[2] ?? '') as Place, process.argv[3] as Death)
await host.piecework.start()
process.send?.('started')
