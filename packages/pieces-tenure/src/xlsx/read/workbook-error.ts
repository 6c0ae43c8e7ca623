import { PieceworkError } from '@piecework/core/piece'

/** Where in a workbook. */
export interface CellPlace {
  /** The uploaded file. */
  readonly file: string
  readonly sheet?: string
  /** `B12`. */
  readonly cell?: string
}

const spelled = ({ file, sheet, cell }: CellPlace): string =>
  [
    file,
    ...(sheet === undefined ? [] : [`sheet ${sheet}`]),
    ...(cell === undefined ? [] : [`cell ${cell}`]),
  ].join(', ')

/** `tenure/workbook-invalid`. */
export const workbookInvalid = (message: string, place: CellPlace, cause?: unknown): PieceworkError =>
  new PieceworkError('tenure/workbook-invalid', `${spelled(place)}: ${message}`, {
    facts: { ...place },
    ...(cause !== undefined && { cause }),
  })

/** Throws `tenure/workbook-limit`. */
export function assertAtMost(what: string, value: number, limit: number, place: CellPlace): void {
  if (value > limit)
    throw new PieceworkError(
      'tenure/workbook-limit',
      `${spelled(place)}: ${what} is ${value}; the limit is ${limit}`,
      {
        facts: { ...place, value, limit },
      },
    )
}
