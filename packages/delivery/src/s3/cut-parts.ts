export interface Part {
  /** From 1. */
  readonly number: number
  readonly bytes: Buffer
}

interface CutOptions {
  readonly size: number
  readonly partBytes: number
  /** Not made again: its bytes pass. */
  isTaken(number: number): boolean
  /** As large as a part; resolves when one is free. */
  buffer(): Promise<Buffer>
}

/** All bytes are read, in order, so that what they come from can tell at their end whether they are the right ones. */
export async function* cutParts(
  chunks: AsyncIterable<Uint8Array>,
  { size, partBytes, isTaken, buffer }: CutOptions,
): AsyncGenerator<Part> {
  let at = 0
  let filling: Buffer | undefined
  for await (const chunk of chunks) {
    let used = 0
    while (used < chunk.byteLength) {
      const number = Math.floor(at / partBytes) + 1
      const within = at % partBytes
      const length = Math.min(size - (number - 1) * partBytes, partBytes)
      const taking = Math.min(length - within, chunk.byteLength - used)
      if (taking <= 0) throw new Error('There are more bytes than the file has.')
      if (!isTaken(number)) {
        filling ??= await buffer()
        filling.set(chunk.subarray(used, used + taking), within)
      }
      at += taking
      used += taking
      if (within + taking === length && filling) {
        yield { number, bytes: filling.subarray(0, length) }
        filling = undefined
      }
    }
  }
  if (at !== size) throw new Error('There are fewer bytes than the file has.')
}
