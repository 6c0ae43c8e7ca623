import { availableParallelism } from 'node:os'
import { constants, deflateRaw } from 'node:zlib'
import { mapOrdered } from './map-ordered.js'

/** Cut by content alone, never by how it arrives: equal content deflates to equal bytes. */
const blockBytes = 256 * 1024
/** How far deflate looks back. */
const windowBytes = 32 * 1024

interface Block {
  readonly bytes: Buffer
  /** The end of the block before, which this one may refer to. */
  readonly dictionary: Buffer | undefined
  readonly last: boolean
}

/**
 * Raw deflate in blocks, side by side on zlib's thread pool: each block but the last ends at a byte (sync
 * flush), so their concatenation is one stream. `seen` gets every block's bytes in order.
 */
export async function* deflated(
  source: AsyncIterable<Uint8Array>,
  level: number,
  seen: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  const observed = async function* (): AsyncGenerator<Block> {
    for await (const block of blocks(source)) {
      seen(block.bytes)
      yield block
    }
  }
  yield* mapOrdered(observed(), Math.min(4, availableParallelism()) + 1, (block) =>
    deflateBlock(block, level),
  )
}

function deflateBlock({ bytes, dictionary, last }: Block, level: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = {
      level,
      chunkSize: blockBytes / 2,
      finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      ...(dictionary && { dictionary }),
    }
    deflateRaw(bytes, options, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

/** At least one block; the last one may be empty or full. */
async function* blocks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Block> {
  let block = Buffer.allocUnsafe(blockBytes)
  let filled = 0
  let dictionary: Buffer | undefined
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      if (filled === blockBytes) {
        yield { bytes: block, dictionary, last: false }
        dictionary = block.subarray(blockBytes - windowBytes)
        block = Buffer.allocUnsafe(blockBytes)
        filled = 0
      }
      const part = chunk.subarray(at, at + blockBytes - filled)
      block.set(part, filled)
      filled += part.length
      at += part.length
    }
  }
  yield { bytes: block.subarray(0, filled), dictionary, last: true }
}
