/** A text in pieces that fit, none of which ends within a surrogate pair. Each has at most `most` UTF-16 units, 2 or more. */
export function* pieces(text: string, most: number, fits: (piece: string) => boolean): Generator<string> {
  for (let at = 0; at < text.length; ) {
    let size = Math.min(most, text.length - at)
    let piece = pieceAt(text, at, size)
    while (!fits(piece) && piece.length > 2) {
      size = Math.ceil(size / 2)
      piece = pieceAt(text, at, size)
    }
    yield piece
    at += piece.length
  }
}

function pieceAt(text: string, at: number, size: number): string {
  const last = text.charCodeAt(at + size - 1)
  const isWithinPair = last >= 0xd800 && last <= 0xdbff
  return text.slice(at, at + (isWithinPair ? Math.max(2, size - 1) : size))
}
