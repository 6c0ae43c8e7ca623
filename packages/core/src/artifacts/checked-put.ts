import type { ArtifactStore } from '../contracts/artifacts.js'
import { PieceworkError } from '../contracts/errors.js'
import { silentStore, storageError } from './storage-error.js'
import { type Patience, Turn } from './turn.js'

const what = 'was written'

/**
 * Throws `storage` if less is there than was given, and if the store takes too long; then nothing of it stays.
 */
export async function checkedPut(
  store: ArtifactStore,
  patience: Patience,
  key: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<number> {
  const turn = new Turn(patience, () => silentStore(patience.timeoutMs, key, what))
  const given = new GivenBytes(bytes, turn)
  let putting: Promise<number> | undefined
  const put = () => {
    putting = store.put(key, given)
    return putting
  }
  const written = await turn.answer(put).catch((error: unknown) => {
    if (turn.error) giveUp(store, key, given, putting)
    // What the bytes themselves failed with is no failure of the store.
    throw given.broken ? given.broken.error : storageError(error, key, what)
  })
  const found = await turn
    .answer(() => store.stat(key))
    .catch((error: unknown) => {
      throw storageError(error, key, what)
    })
  const { size, ended } = given
  if (ended && written === size && found?.size === size) return size
  await turn.answer(() => store.delete(key)).catch(() => undefined)
  throw new PieceworkError(
    'storage',
    `The artifact store kept ${found?.size ?? 0} of the ${ended ? size : `more than ${size}`} bytes of "${key}".`,
    { retryable: true, facts: { key } },
  )
}

/** The put may come to its end yet: no job knows of what it leaves then, and no other put writes to its key. */
function giveUp(
  store: ArtifactStore,
  key: string,
  given: GivenBytes,
  putting: Promise<unknown> | undefined,
): void {
  given.close().catch(() => undefined)
  putting?.then(() => store.delete(key)).catch(() => undefined)
}

/** Bytes as a store is given them: counted, and none any more once it was given up. */
class GivenBytes implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  size = 0
  ended = false
  /** What the bytes themselves failed with. */
  broken: { readonly error: unknown } | undefined
  readonly #turn: Turn
  readonly #bytes: AsyncIterator<Uint8Array>
  #asked = 0

  constructor(bytes: AsyncIterable<Uint8Array>, turn: Turn) {
    this.#bytes = bytes[Symbol.asyncIterator]()
    this.#turn = turn
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#turn.error) throw this.#turn.error
    this.#asked += 1
    this.#turn.take()
    try {
      const next = await this.#bytes.next()
      if (next.done) this.ended = true
      else this.size += next.value.length
      return next
    } catch (error) {
      this.broken = { error }
      throw error
    } finally {
      this.#asked -= 1
      if (this.#asked === 0) this.#turn.give()
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.close()
    return { done: true, value: undefined }
  }

  async close(): Promise<void> {
    await this.#bytes.return?.()
  }
}
