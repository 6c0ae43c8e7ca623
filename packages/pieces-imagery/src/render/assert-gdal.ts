import { PieceworkError } from '@piecework/core/piece'
import type { Gdal } from '@piecework/gdal'

/** Throws `imagery/gdal-differs` where the version is not the plan's: another worker may have it. */
export function assertGdal({ version }: Gdal, planned: string): void {
  if (version !== planned)
    throw new PieceworkError(
      'imagery/gdal-differs',
      `The export was planned with GDAL ${planned}; this worker has ${version}, which may make other pixels`,
      { facts: { planned, found: version }, retryable: true },
    )
}
