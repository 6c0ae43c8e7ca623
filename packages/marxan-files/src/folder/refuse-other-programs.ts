import { PieceworkError } from '@piecework/core/piece'
import type { Listing } from './listing.js'

/** Throws `legacy/marzone` and `legacy/cluz` for the projects of other programs. */
export function refuseOtherPrograms(files: Listing): void {
  if (files.anywhere('zones.dat'))
    throw new PieceworkError(
      'legacy/marzone',
      'This is a project of Marxan with Zones (zones.dat), which cannot be imported',
    )
  if (files.anywhere('targets.csv') && !files.anywhere('spec.dat'))
    throw new PieceworkError(
      'legacy/cluz',
      'This is a CLUZ folder (targets.csv without spec.dat): let CLUZ create the Marxan files first',
    )
}
