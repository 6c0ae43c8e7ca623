import { isPieceworkError } from '@piecework/core'
import { deliveryHost } from './delivery-host.js'

/** What one of two racing processes asks for. */
export interface Asked {
  readonly call: 'redeliver' | 'retry'
  readonly job: string
}

const { piecework } = deliveryHost(JSON.parse(process.argv[2] ?? ''), 'nowhere')
const request = { principal: { id: 'ann' } }

/** Id of the job that it has made, or why it has made none. */
const ask = ({ call, job }: Asked): Promise<string> =>
  piecework[call](job, request).then(
    ({ id }) => id,
    (error: unknown) => (isPieceworkError(error) ? error.code : String(error)),
  )

process.on('message', async (asked: Asked) => process.send?.(await ask(asked)))
await piecework.jobs(request)
process.send?.('ready')
