import { type AccessPolicy, createPiecework, isPieceworkError } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { station, weather } from '../parts/station.js'

/** A job is its principal's own, and Ann alone has stations; the office sees the record. */
const access: AccessPolicy = {
  allows: async (principal, action, _resource, job) => {
    if (action === 'record') return principal.id === 'office'
    if (job) return job.principal.id === principal.id
    return principal.id === 'ann'
  },
}

const piecework = createPiecework({ packs: [weather], runtime: inProcess(), access })
await piecework.start()
const [ann, bob, office] = [{ id: 'ann' }, { id: 'bob' }, { id: 'office' }]
const resource = station(10)

const exported = await piecework.export({ resource, principal: ann })
await exported.result()
const { bytes } = await piecework.download(exported.id, { principal: ann, recipient: 'Carl of the port' })
for await (const _ of bytes);

for (const request of [
  () => piecework.export({ resource, principal: bob }),
  () => piecework.download(exported.id, { principal: bob }),
])
  await request().catch((error) => console.log(isPieceworkError(error) ? error.code : error))

for (const { principal, action, outcome, recipient } of await piecework.record({}, { principal: office }))
  console.log([principal, action, outcome, recipient].filter(Boolean).join(', '))
await piecework.stop()
