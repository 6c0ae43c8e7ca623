import { createPiecework, type JobReport } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { station, weather } from './station.js'

const principal = { id: 'ann' }
const piecework = createPiecework({ packs: [weather], runtime: inProcess() })
await piecework.start()

function show({ job, nodes }: JobReport) {
  console.log(`${job.kind}: ${job.status}`)
  for (const { task, part, counts } of nodes)
    if (part) console.log(`  ${task} ${part.number} of ${part.of}: ${counts?.rows} rows`)
}

const exported = await piecework.export({ resource: station(2500), principal })
show(await exported.ended())
const { archive } = await exported.result()
if (!archive) throw new Error('no archive')
show(await (await piecework.import({ archive, principal })).ended())
await piecework.stop()
