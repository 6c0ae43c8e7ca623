import { text } from 'node:stream/consumers'
import { createPiecework } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { cookbook } from './recipes.js'

const principal = { id: 'ann' }
const piecework = createPiecework({ packs: [cookbook], runtime: inProcess() })
await piecework.start()
const job = await piecework.export({
  resource: { kind: 'recipe', id: 'soup' },
  outputs: [{ name: 'cookbook/page' }, { name: 'cookbook/files' }],
  principal,
})
const { outputs = [] } = await job.result()
for (const { name, fileName, mediaType } of outputs) console.log(`${name}: "${fileName}", ${mediaType}`)

const page = await piecework.download(job.id, { output: 'cookbook/page', principal })
console.log(await text(page.bytes))
await piecework.stop()
