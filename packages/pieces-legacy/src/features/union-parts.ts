import type { ImportParts, NodePart } from '@piecework/core/piece'
import { mostUnionParts, unionPartBytes } from '../defaults.js'
import type { FeaturesOptions } from './features-options.js'
import type { Share } from './insert-unions.js'

/** What one part of the import does: all but the unions, or those of a share of the features. */
type Range = 'rows' | Share

/**
 * The unions of many rows are made after all rows are there, in parts of `partBytes` of puvspr.dat. Which features are in a part
 * is decided by the rows themselves.
 */
export function unionParts(partBytes: number = unionPartBytes): ImportParts<FeaturesOptions> {
  const partsOf = (entries: { facts(path: string): { readonly size: number } | undefined }) =>
    Math.min(Math.ceil((entries.facts('puvspr.dat')?.size ?? 0) / partBytes), mostUnionParts)
  return {
    steps: (entries) => (partsOf(entries) > 1 ? 2 : 0),
    plan: async ({ entries, options }) => {
      if (options.geometry !== 'union') return []
      const of = partsOf(entries)
      const shares = Array.from({ length: of }, (_, at): Share => ({ number: at + 1, of }))
      return [{ range: 'rows' satisfies Range }, ...shares.map((range) => ({ range, step: 2 }))]
    },
  }
}

/** The share of a part that makes unions. */
export function shareOf(part: NodePart | undefined): Share | undefined {
  const range = part?.range as Range | undefined
  return range === 'rows' ? undefined : range
}
