import { type CsvRow, PieceworkError } from '@piecework/core/piece'
import type { FilePlan } from './file-plan.js'

/** A line of the list of files. */
export interface ListedFile {
  readonly key: string
  readonly bytes: number
  /** In hex. */
  readonly sha256: string
}

/** Throws `archive-invalid`. */
export function listedFile({ key, bytes, sha256 }: CsvRow, { list }: Pick<FilePlan, 'list'>): ListedFile {
  if (key && bytes && /^\d{1,15}$/.test(bytes) && sha256 && /^[0-9a-f]{64}$/.test(sha256))
    return { key, bytes: Number(bytes), sha256 }
  const line = JSON.stringify([key, bytes, sha256]).slice(0, 200)
  throw new PieceworkError('archive-invalid', `"${list}" has a line without key, bytes and sha256: ${line}.`)
}
