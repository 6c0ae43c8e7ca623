import { join } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import { tableHeadBytes } from '../defaults.js'
import { headOf } from './head-of.js'
import type { Listing } from './listing.js'

/** Throws `legacy/marzone` for the projects of Marxan with Zones: they have zones.dat, and a costs.dat that names costs. */
export async function refuseMarzone(dir: string, files: Listing): Promise<void> {
  const zones = files.anywhere('zones.dat')
  if (zones !== undefined) throw marzone(zones)
  const costs = files.anywhere('costs.dat')
  if (costs === undefined) return
  const head = (await headOf(join(dir, costs), tableHeadBytes)).toString('latin1')
  // Other programs may have a file of this name.
  if (head.trim() === '' || /\bcost(?:id|name)\b/i.test(head)) throw marzone(costs)
}

const marzone = (why: string) =>
  new PieceworkError(
    'legacy/marzone',
    `This is a project of Marxan with Zones (${why}), which cannot be imported`,
  )

/** Whether CLUZ has made the folder, and no files for Marxan yet. */
export const isCluz = (files: Listing): boolean =>
  files.anywhere('targets.csv') !== undefined && files.anywhere('spec.dat') === undefined

/** Throws `legacy/cluz`. */
export function refuseCluz(): never {
  throw new PieceworkError(
    'legacy/cluz',
    'This is a CLUZ folder (targets.csv without spec.dat): let CLUZ create the Marxan files first',
  )
}
