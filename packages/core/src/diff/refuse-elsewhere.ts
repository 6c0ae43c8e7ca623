import { PieceworkError } from '../contracts/errors.js'

/** Throws `unsupported` for a piece whose rows are not in the store's database, in whose transaction all is compared. */
export function refusePieceElsewhere({
  name,
  database,
}: {
  readonly name: string
  readonly database?: string | undefined
}): void {
  if (database === undefined) return
  throw new PieceworkError(
    'unsupported',
    `Piece ${name} has its rows in the database "${database}", and cannot be compared. Leave it out of both sides: \`without\`.`,
    { facts: { piece: name, database } },
  )
}
