import { type Piece, PieceworkError } from '@piecework/core/piece'

/**
 * Those whose rows are in the database of this name; undefined: in the store's. Throws `options-invalid` where all are
 * elsewhere: then nothing would be looked at.
 */
export function piecesOf(
  pieces: readonly Piece[],
  database: string | undefined,
  call: string,
): readonly Piece[] {
  const here = pieces.filter((piece) => piece.database === database)
  const [first] = pieces
  if (here.length > 0 || first === undefined) return here
  const what = database === undefined ? "the store's database" : `the database "${database}"`
  const others = [
    ...new Set(pieces.map((piece) => (piece.database === undefined ? "the store's" : `"${piece.database}"`))),
  ]
  throw new PieceworkError(
    'options-invalid',
    `${call}: none of the pieces has its rows in ${what}, they are in ${others.join(', ')}: say which is given by "database".`,
  )
}
