/** The bytes in parts of this size, the last one smaller; none of an empty file. A part is the receiver's own. */
export async function* fileParts(
  bytes: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Buffer> {
  let kept: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + partBytes - size)
      kept.push(piece)
      size += piece.length
      at += piece.length
      if (size < partBytes) continue
      yield Buffer.concat(kept, size)
      kept = []
      size = 0
    }
  }
  if (size > 0) yield Buffer.concat(kept, size)
}
