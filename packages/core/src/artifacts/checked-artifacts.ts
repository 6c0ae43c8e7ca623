import type { ArtifactStore } from '../contracts/artifacts.js'
import { checkedPut } from './checked-put.js'
import { silentStore, storageError } from './storage-error.js'
import { type Patience, Turn } from './turn.js'

/**
 * A store that is believed only as far as it can be checked. Its failures become `storage`, with a sentence
 * and the operating system's code, and so does its silence; what it reports as written must be there in full.
 */
export function checkedArtifacts(store: ArtifactStore, patience: Patience): ArtifactStore {
  return {
    put: (key, bytes) => checkedPut(store, patience, key, bytes),
    open: (key, range) => checkedItems(() => store.open(key, range), { key, what: 'was read', patience }),
    stat: (key) => checked(() => store.stat(key), { key, what: 'was looked up', patience }),
    delete: (key) => checked(() => store.delete(key), { key, what: 'was deleted', patience }),
    list: (prefix) => checkedItems(() => store.list(prefix), { key: prefix, what: 'was listed', patience }),
  }
}

interface Call {
  readonly key: string
  readonly what: string
  readonly patience: Patience
}

const turnOf = ({ key, what, patience }: Call): Turn =>
  new Turn(patience, () => silentStore(patience.timeoutMs, key, what))

async function* checkedItems<T>(items: () => AsyncIterable<T>, call: Call): AsyncGenerator<T> {
  const turn = turnOf(call)
  const failed = (error: unknown): never => {
    throw storageError(error, call.key, call.what)
  }
  const iterator = items()[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await turn.answer(() => iterator.next()).catch(failed)
      if (next.done) return
      yield next.value
    }
  } finally {
    const closed = iterator.return?.()
    // One that is silent would not answer to this either.
    if (turn.error) closed?.catch(() => undefined)
    else await closed
  }
}

async function checked<T>(work: () => Promise<T>, call: Call): Promise<T> {
  try {
    return await turnOf(call).answer(work)
  } catch (error) {
    throw storageError(error, call.key, call.what)
  }
}
