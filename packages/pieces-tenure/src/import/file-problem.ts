import type { ZipLabels } from '@piecework/core/archive'
import { isPieceworkError, type NewFinding, PieceworkError } from '@piecework/core/piece'
import { columnLetters, columnOf } from '../xlsx/cell-ref.js'
import type { Problem } from './raw-table.js'
import { whatToChange } from './what-to-change.js'

interface Place {
  readonly file?: string
  readonly line?: number
}

/** What makes a whole file unreadable. */
export const fileProblem = ({ code, message, ...facts }: Problem, place: Place, cause?: unknown) =>
  new PieceworkError(code, message, { facts: { ...place, ...facts }, ...(cause !== undefined && { cause }) })

/** The finding of what reading a file has thrown; undefined for an error that is not about the upload. */
export function findingOf(error: unknown): NewFinding | undefined {
  if (!isPieceworkError(error) || !error.code.startsWith('tenure/')) return undefined
  const { code, message, facts } = error
  const text = (name: string) => (typeof facts[name] === 'string' ? { [name]: facts[name] } : {})
  const { sheet, cell } = facts
  const file = typeof facts.file === 'string' ? facts.file : undefined
  const row = typeof cell === 'string' ? Number(/\d+$/.exec(cell)?.[0]) : facts.line
  const letters = typeof cell === 'string' ? columnOf(cell) : undefined
  return {
    severity: 'error',
    code,
    message,
    ...(file !== undefined && { file: typeof sheet === 'string' ? sheetPlace(file, sheet) : file }),
    ...(typeof row === 'number' && row > 0 && { line: row }),
    ...(letters !== undefined && { column: columnLetters(letters) }),
    ...text('column'),
    ...whatToChange(code, typeof facts.hint === 'string' ? facts.hint : undefined),
  }
}

export const sheetPlace = (file: string, sheet: string): string => `${file}, sheet ${sheet}`

const cannotBeOpened =
  'The file cannot be opened: it is damaged, or of another kind than this import takes (.xlsx, or a .zip of tables).'

export const zipLabels: ZipLabels = {
  what: 'the export',
  subject: 'The export',
  problem: (problem, message, cause) => {
    const code = problem === 'too-large' ? 'tenure/zip-limit' : 'tenure/zip-invalid'
    // What a reader of zips says of it helps nobody who has a workbook.
    const said = problem === 'zip' ? cannotBeOpened : message
    return fileProblem({ code, message: said }, {}, cause)
  },
}
