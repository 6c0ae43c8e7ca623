import { setTimeout as sleep } from 'node:timers/promises'
import type { FileStore } from '@piecework/core/piece'
import type { Store } from '@piecework/core/store'
import { type FilePlace, fileHost } from './file-host.js'

/** Where a process is halted: at the second file that it puts, or when its rows are there. */
export type Moment = 'before it is put' | 'while it is put' | 'after it was put' | 'after the commit'

/** A process that halts itself, and says so before. */
const [place = '', moment, signal] = process.argv.slice(2)

const halt = async (): Promise<void> => {
  await new Promise<void>((told) => process.send?.('halted', () => told()))
  process.kill(process.pid, signal as NodeJS.Signals)
  await sleep(20)
}

function files(store: FileStore): FileStore {
  let puts = 0
  return {
    ...store,
    put: async (key, bytes, own) => {
      puts += 1
      if (puts !== 2) return store.put(key, bytes, own)
      // It has all bytes: nothing but the store itself keeps it from ending the put.
      const chunks: Uint8Array[] = []
      for await (const chunk of bytes) chunks.push(chunk)
      const halting = async function* () {
        for (const chunk of chunks) {
          yield chunk
          if (moment === 'while it is put') await halt()
        }
      }
      if (moment === 'before it is put') await halt()
      // A store may have no ear for a signal.
      const { signal: never } = new AbortController()
      await store.put(key, halting(), never).then(
        () => process.send?.('put'),
        () => process.send?.('not put'),
      )
      if (moment === 'after it was put') await halt()
      if (signal === 'SIGSTOP') throw new Error('No more.')
    },
  }
}

const store = (own: Store): Store => ({
  ...own,
  attempts: {
    ...own.attempts,
    run: async (lease, ...more) => {
      const { task, piece } = lease.node
      const done = await own.attempts.run(lease, ...more)
      if (moment === 'after the commit' && task !== 'validate' && piece === 'album/photos') await halt()
      return done
    },
  },
})

await fileHost(JSON.parse(place) as FilePlace, { files, store }).piecework.start()
process.send?.('started')
