import type { ArtifactStore } from '../contracts/artifacts.js'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'

/**
 * A store that is believed only as far as it can be checked. Its failures become `storage`, with a sentence
 * and the operating system's code; what it reports as written must be there in full.
 */
export function checkedArtifacts(store: ArtifactStore): ArtifactStore {
  return {
    put: (key, bytes) => checkedPut(store, key, bytes),
    open: (key, range) => checkedItems(store.open(key, range), key, 'was read'),
    stat: (key) => checked(key, 'was looked up', () => store.stat(key)),
    delete: (key) => checked(key, 'was deleted', () => store.delete(key)),
    list: (prefix) => checkedItems(store.list(prefix), prefix, 'was listed'),
  }
}

async function checkedPut(
  store: ArtifactStore,
  key: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<number> {
  let size = 0
  let ended = false
  let broken: { readonly error: unknown } | undefined
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of bytes) {
        size += chunk.length
        yield chunk
      }
      ended = true
    } catch (error) {
      broken = { error }
      throw error
    }
  }
  const written = await store.put(key, counted()).catch((error: unknown) => {
    // What the bytes themselves failed with is no failure of the store.
    throw broken ? broken.error : storageError(error, key, 'was written')
  })
  const found = await checked(key, 'was written', () => store.stat(key))
  if (ended && written === size && found?.size === size) return size
  await store.delete(key).catch(() => undefined)
  throw new PieceworkError(
    'storage',
    `The artifact store kept ${found?.size ?? 0} of the ${ended ? size : `more than ${size}`} bytes of "${key}".`,
    { retryable: true, facts: { key } },
  )
}

async function* checkedItems<T>(items: AsyncIterable<T>, key: string, what: string): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await checked(key, what, () => iterator.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

async function checked<T>(key: string, what: string, work: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storageError(error, key, what)
  }
}

function storageError(cause: unknown, key: string, what: string): PieceworkError {
  if (isPieceworkError(cause)) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const known = /^E[A-Z0-9]+$/.test(code)
  const how = full.has(code) ? 'is full' : away.test(code) ? 'cannot be reached' : 'failed'
  return new PieceworkError(
    'storage',
    `The artifact store ${how}${known ? ` (${code})` : ''} when "${key}" ${what}.`,
    { cause, retryable: full.has(code) || away.test(code), facts: { key, ...(known && { osCode: code }) } },
  )
}

const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])
/** Connections and their like; also too many open files, which pass. */
const away = /^E(CONN|PIPE|TIMEDOUT|HOST|NET|AI_AGAIN|STALE|MFILE|NFILE|BUSY)/
