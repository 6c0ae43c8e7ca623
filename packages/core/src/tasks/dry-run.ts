import type { Input } from '../contracts/format.js'
import type { DryRun } from '../contracts/validator.js'
import { keyName } from '../plan/key-names.js'
import type { AttemptContext } from './attempt-context.js'

/** What an import of this input would bring. Undefined in an import: it tells what it does when it is done. */
export function dryRunOf({ lease, registry }: AttemptContext, { nodes }: Input): DryRun | undefined {
  const { kind, request } = lease.job
  const { format } = request.input ?? {}
  if (kind !== 'validation' || format === undefined) return undefined
  const nameOf = (table: string): string => keyName(table, registry.declaredTables)
  const declaring = nodes.map(({ piece, entries }) => ({
    entries,
    tables: registry.piece(format, piece)?.keys?.tables?.map(nameOf),
  }))
  const isKnown = declaring.every(({ tables }) => tables !== undefined)
  return {
    entriesOf: (table) => {
      const of = declaring.filter(({ tables }) => tables?.includes(nameOf(table)))
      return of.length > 0 || isKnown ? of.map(({ entries }) => entries) : undefined
    },
  }
}
