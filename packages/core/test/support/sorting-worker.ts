import { createPiecework, memoryArtifacts, memoryStore } from '@piecework/core'
import { systemEnvironment } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { ann, bytes, Notebooks } from './notebooks.js'
import { format, notes } from './notes.js'

// Ends with the process that began it, and not before.
process.on('message', () => undefined)
process.on('disconnect', () => process.exit())

/** A process in the middle of a sort that does not end; it shows every few ms that it lives. */
const sort = (): Promise<never> => {
  process.send?.('sorting')
  return new Promise(() => undefined)
}
const piecework = createPiecework({
  packs: [notes(new Notebooks(), { unsorted: { maxBytes: 2000, maxFiles: 4, sort } })],
  store: memoryStore(),
  artifacts: memoryArtifacts(),
  runtime: inProcess(),
  environment: {
    ...systemEnvironment,
    every: (ms, callback) => systemEnvironment.every(Math.min(ms, 20), callback),
  },
})
await piecework.start()
const draft = await piecework.createDraft({ format, name: 'Notes', principal: ann })
await draft.upload('unsorted', { stream: bytes('one'), fileName: 'text.txt' })
await draft.sort()
