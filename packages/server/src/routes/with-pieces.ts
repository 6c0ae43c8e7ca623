import { type Piecework, PieceworkError } from '@piecework/core'
import { closest } from '@piecework/core/piece'

interface PieceChoice {
  readonly without?: readonly string[]
}

/**
 * A request as core takes it, which names what is left out: all pieces but those of `pieces`. Throws
 * `options-invalid` for a piece that no pack has, and for both lists at once.
 */
export function withPieces<Body extends PieceChoice>(
  given: Body & { readonly pieces?: readonly string[] },
  { registered }: Piecework,
): Body {
  const { pieces, ...body } = given
  if (!pieces) return body as unknown as Body
  if (body.without) throw refused('pieces', 'The body has either "pieces" or "without", not both.')
  const names = registered.pieces.map(({ name }) => name)
  const unknown = pieces.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const near = closest(unknown, names)
    throw refused(
      'pieces',
      `There is no piece "${unknown}"${near === undefined ? '.' : `; did you mean "${near}"?`}`,
    )
  }
  return { ...body, without: names.filter((name) => !pieces.includes(name)) } as unknown as Body
}

function refused(option: string, message: string): PieceworkError {
  return new PieceworkError('options-invalid', message, { facts: { option } })
}
