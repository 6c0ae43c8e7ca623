import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPiecework, folderTarget } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { cookbook } from './recipes.js'
import { shelf } from './shelf.js'

const principal = { id: 'ann' }
const root = await mkdtemp(join(tmpdir(), 'recipes-'))
const targets = [folderTarget({ root }), shelf]
const piecework = createPiecework({ packs: [cookbook], runtime: inProcess(), targets, backoffMs: 10 })
piecework.events.on('job:status', ({ kind, status }) => console.log(kind, status))
piecework.events.on('node:failed', ({ node, error }) => console.log(`${node}: ${error.message}`))
await piecework.start()
const job = await piecework.export({
  resource: { kind: 'recipe', id: 'soup' },
  outputs: [{ name: 'cookbook/page' }],
  deliver: [{ target: 'shelf', destination: { place: 'Kitchen' } }],
  principal,
})
const { deliveries = [] } = await job.result()
for (const { location } of deliveries) console.log(location)

const again = await piecework.redeliver(job.id, {
  deliver: [{ target: 'folder', destination: { folder: 'for ben' } }],
  principal,
})
await again.result()
console.log(await readdir(join(root, 'for ben')))
await piecework.stop()
await rm(root, { recursive: true })
