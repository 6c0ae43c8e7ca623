import { PieceworkError } from '@piecework/core/piece'

/** Law 11: whoever loses a row without a finding fails. */
export function assertRowCount(file: string, parsed: number, inserted: number, skipped = 0): void {
  if (parsed !== inserted + skipped)
    throw new PieceworkError(
      'counts-differ',
      `${file} has ${parsed} rows, but ${inserted} were imported and ${skipped} skipped`,
    )
}
