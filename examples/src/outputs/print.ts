import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { createPiecework } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { gallery } from './poster.js'

const principal = { id: 'ann' }
const piecework = createPiecework({ packs: [gallery], runtime: inProcess() })
await piecework.start()
const job = await piecework.export({
  resource: { kind: 'poster', id: 'sky' },
  outputs: [{ name: 'gallery/picture' }],
  principal,
})
const { nodes } = await job.ended()
for (const { task, part } of nodes) if (part) console.log(`${task} ${part.number} of ${part.of}`)

const { bytes, fileName } = await piecework.download(job.id, { principal })
const file = await buffer(bytes)
const head = file.indexOf('\n')
const lengths = JSON.parse(file.toString('utf8', 0, head)) as number[]
console.log(`"${fileName}": ${lengths.length} strips`)
console.log(gunzipSync(file.subarray(head + 1)).toString())
await piecework.stop()
