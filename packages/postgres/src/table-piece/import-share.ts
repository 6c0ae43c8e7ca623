import { type Entries, type ImportContext, type NodePart, PieceworkError } from '@piecework/core/piece'
import { fillGroups, targetsOf } from './fill-groups.js'
import { isSameTable } from './table-name.js'
import type { TablePlan } from './table-plan.js'

/** What one node of an import fills: the tables of these entries, or of one entry the part of that number. */
export interface EntryRange {
  readonly entries: readonly string[]
  readonly part?: number
}

export interface ImportShare {
  /** As `fillGroups`. */
  readonly groups: readonly (readonly TablePlan[])[]
  /** Of a part nothing but that. */
  readonly entries: Entries
  /** Other nodes fill the same table at the same time. */
  readonly isPart: boolean
}

/**
 * Whether parts of the table can be filled side by side: no row depends on another one, and nothing that is settled,
 * numbered or compared when it has been written needs all of them at once.
 */
export function canBeParted([plan, ...together]: readonly TablePlan[]): boolean {
  if (!plan || together.length > 0 || plan.ownRow) return false
  if (plan.isWatched || plan.facts.writersNearby) return false
  if (plan.unique.length > 0 || plan.numbers.renumbered.length > 0) return false
  if (targetsOf(plan).some((target) => isSameTable(target, plan.table))) return false
  const targets = [...plan.references, ...plan.containers.flatMap(({ ids }) => ids)]
  return targets.every(({ shared }) => shared?.missing !== 'create')
}

/** Throws `source-changed` if the tables are not as they were when the parts were planned. */
export function importShare(
  plans: readonly TablePlan[],
  { entries, part }: Pick<ImportContext, 'entries' | 'part'>,
): ImportShare {
  const all = fillGroups(plans)
  if (!part) return { groups: all, entries, isPart: false }
  const range = rangeOf(part)
  const groups = all.filter((group) => group.every(({ entry }) => range.entries.includes(entry)))
  const [first = []] = groups
  const isPart = range.part !== undefined
  if (groups.flat().length !== range.entries.length || (isPart && !canBeParted(first)))
    throw new PieceworkError(
      'source-changed',
      `The tables of "${range.entries.join('", "')}" are not as they were when their parts were planned.`,
      { retryable: true },
    )
  if (range.part === undefined) return { groups, entries, isPart }
  const own = entries.part?.(range.entries[0] ?? '', range.part)
  if (!own) throw new PieceworkError('internal', `The parts of "${range.entries[0]}" cannot be told apart.`)
  return { groups, entries: own, isPart }
}

export const rangeOf = ({ range }: NodePart): EntryRange => range as EntryRange
