import { PieceworkError } from '@piecework/core/piece'

/** Throws `counts-differ` unless every row was imported or skipped with a finding. */
export function assertRowCount(file: string, parsed: number, inserted: number, skipped = 0): void {
  if (parsed !== inserted + skipped)
    throw new PieceworkError(
      'counts-differ',
      `${file} has ${parsed} rows, but ${inserted} were imported and ${skipped} skipped`,
    )
}
