import type { Pack, Piece } from '@piecework/core/piece'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { featuresPiece } from '#internal/features/features-piece.js'

/** The pack with unions in parts of so many bytes of puvspr.dat; `whole`: in none. */
export function packInParts(partBytes: number | 'whole'): Pack {
  const { formats = [], ...pack } = legacyMarxanPack()
  const features = featuresPiece(partBytes === 'whole' ? Number.POSITIVE_INFINITY : partBytes) as Piece
  const pieces = (own: readonly Piece[]) =>
    own.map((piece) => (piece.name === features.name ? features : piece))
  return { ...pack, formats: formats.map((format) => ({ ...format, pieces: pieces(format.pieces) })) }
}
