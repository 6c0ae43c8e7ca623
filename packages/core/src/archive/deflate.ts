import { availableParallelism } from 'node:os'
import { constants, deflateRaw, deflateRawSync } from 'node:zlib'
import { deflateDefaults, entryDefaults } from '../defaults.js'
import { mapOrdered } from './map-ordered.js'

/** Blocks are cut by content alone, never by how it arrives: equal content deflates to equal bytes. */
const { blockBytes, mostRatio, sampleBytes, sampledBlocks } = deflateDefaults
/** Of a block of one text: `mostRatio` of them fill it. */
const storedBytes = Math.ceil(blockBytes / mostRatio)
/** How far deflate looks back. */
const windowBytes = 32 * 1024

interface Block {
  readonly bytes: Buffer
  /** The end of the block before, which this one may refer to. */
  readonly dictionary: Buffer | undefined
  readonly last: boolean
}

/** Of zlib. */
type Strategy = number

/**
 * Raw deflate in blocks, side by side on zlib's thread pool: each block but the last ends at a byte (sync
 * flush), so their concatenation is one stream. `seen` gets every block's bytes in order.
 */
export async function* deflated(
  source: AsyncIterable<Uint8Array>,
  level: number,
  seen: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  const observed = async function* (): AsyncGenerator<readonly [Block, Strategy]> {
    let [at, strategy] = [0, constants.Z_DEFAULT_STRATEGY]
    for await (const block of blocks(source)) {
      seen(block.bytes)
      if (at++ % sampledBlocks === 0) strategy = strategyFor(block.bytes, level)
      yield [block, strategy]
    }
  }
  yield* mapOrdered(
    observed(),
    Math.min(deflateDefaults.threads, availableParallelism()) + 1,
    ([block, strategy]) => deflateModestly(block, level, strategy),
  )
}

/**
 * Where little repeats, as in columns of uuids, codes of bytes alone are as short as those of what repeats, in a third of the
 * time.
 */
function strategyFor(bytes: Buffer, level: number): Strategy {
  if (level === 0 || bytes.length < sampleBytes) return constants.Z_DEFAULT_STRATEGY
  const sizeOf = (strategy: Strategy): number =>
    deflateRawSync(bytes.subarray(0, sampleBytes), { level, strategy }).length
  return sizeOf(constants.Z_HUFFMAN_ONLY) <= sizeOf(constants.Z_DEFAULT_STRATEGY)
    ? constants.Z_HUFFMAN_ONLY
    : constants.Z_DEFAULT_STRATEGY
}

/**
 * Readers refuse what inflates more than any table does. A block that would (zeros, one text a thousand times)
 * is stored in part: by what it holds alone, so that equal content stays equal bytes.
 */
async function deflateModestly(block: Block, level: number, strategy: Strategy): Promise<Buffer> {
  const { bytes, dictionary, last } = block
  const whole = await deflateBlock(block, level, strategy)
  if (bytes.length <= Math.max(storedBytes, mostRatio * whole.length)) return whole
  const stored = { bytes: bytes.subarray(0, storedBytes), dictionary: undefined, last: false }
  const before = dictionary ? Buffer.concat([dictionary, stored.bytes]) : stored.bytes
  const rest = {
    bytes: bytes.subarray(storedBytes),
    dictionary: before.subarray(Math.max(0, before.length - windowBytes)),
    last,
  }
  return Buffer.concat([await deflateBlock(stored, 0), await deflateBlock(rest, level)])
}

async function deflateBlock(
  { bytes, dictionary, last }: Block,
  level: number,
  strategy: Strategy = constants.Z_DEFAULT_STRATEGY,
): Promise<Buffer> {
  const options = {
    level,
    strategy,
    chunkSize: Math.max(Math.min(blockBytes / 2, 2 * bytes.length), leastChunkBytes),
    finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    ...(dictionary && { dictionary }),
  }
  // A small entry: to hand it to a thread of zlib's takes longer.
  if (last && !dictionary && bytes.length <= entryDefaults.atOnceBytes) return deflateRawSync(bytes, options)
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, options, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

const leastChunkBytes = 1024

const firstBytes = 4096

function grown(block: Buffer, filled: number): Buffer {
  const whole = Buffer.allocUnsafe(blockBytes)
  whole.set(block.subarray(0, filled))
  return whole
}

/** At least one block; the last one may be empty or full. */
async function* blocks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Block> {
  // Most entries of many are small.
  let block: Buffer = Buffer.allocUnsafe(firstBytes)
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
      if (filled + part.length > block.length) block = grown(block, filled)
      block.set(part, filled)
      filled += part.length
      at += part.length
    }
  }
  yield { bytes: block.subarray(0, filled), dictionary, last: true }
}
