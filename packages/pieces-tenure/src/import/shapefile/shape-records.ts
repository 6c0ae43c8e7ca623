import type { ZippedFile } from '@piecework/core/archive'
import { mostShapeBytes } from '../../defaults.js'
import { fileProblem } from '../file-problem.js'
import type { Lines } from './shape-digest.js'

const headerBytes = 100
const fileCode = 9994
/** Types of shapes; those with heights and measures have 10 and 20 more, and these behind x and y. */
const shapeType = { none: 0, point: 1, line: 3, polygon: 5, multiPoint: 8 } as const

/** Shapes of a .shp in their order, as x and y alone; undefined for one without geometry. */
export async function* shapeRecords(file: ZippedFile): AsyncGenerator<Lines | undefined> {
  const invalid = (what: string) =>
    fileProblem(
      { code: 'tenure/shapefile-invalid', message: `The shapefile cannot be read: ${what}.` },
      { file: file.name },
    )
  const bytes = new Taken(file.open())
  try {
    const header = await bytes.take(headerBytes)
    if (header?.readInt32BE(0) !== fileCode) throw invalid('it has no header')
    for (let record = 1; ; record++) {
      const head = await bytes.take(8)
      if (!head) return
      const length = head.readInt32BE(4) * 2
      if (length < 4 || length > mostShapeBytes) throw invalid(`record ${record} has ${length} bytes`)
      const content = await bytes.take(length)
      const lines = content && linesOf(content)
      if (!lines) throw invalid(`record ${record} is broken`)
      yield lines.length === 0 ? undefined : lines
    }
  } finally {
    await bytes.close()
  }
}

/** Undefined for a broken record. */
function linesOf(record: Buffer): Lines | undefined {
  const type = record.readInt32LE(0)
  const count = (at: number): number => (record.length < at + 4 ? -1 : record.readInt32LE(at))
  const points = (at: number, from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => {
      const start = at + 16 * (from + index)
      return [record.readDoubleLE(start), record.readDoubleLE(start + 8)] as const
    })
  switch (type % 10) {
    case shapeType.none:
      return []
    case shapeType.point:
      return record.length < 20 ? undefined : [points(4, 0, 1)]
    case shapeType.multiPoint: {
      const all = count(36)
      return all < 0 || 40 + 16 * all > record.length ? undefined : [points(40, 0, all)]
    }
    case shapeType.line:
    case shapeType.polygon: {
      const [parts, all] = [count(36), count(40)]
      const at = 44 + 4 * parts
      if (parts < 0 || all < 0 || at + 16 * all > record.length) return undefined
      const starts = Array.from({ length: parts }, (_, part) => record.readInt32LE(44 + 4 * part))
      const isRising = starts.every((start, part) => start >= (starts[part - 1] ?? 0) && start <= all)
      return isRising ? starts.map((start, part) => points(at, start, starts[part + 1] ?? all)) : undefined
    }
    default:
      return undefined
  }
}

/** Takes exact numbers of bytes from a stream. */
class Taken {
  readonly #chunks: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.alloc(0)

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#chunks = bytes[Symbol.asyncIterator]()
  }

  /** Undefined if there are fewer. */
  async take(length: number): Promise<Buffer | undefined> {
    const chunks: Uint8Array[] = [this.#held]
    let size = this.#held.length
    while (size < length) {
      const next = await this.#chunks.next()
      if (next.done) return undefined
      chunks.push(next.value)
      size += next.value.length
    }
    if (chunks.length > 1) this.#held = Buffer.concat(chunks)
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return taken
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}
