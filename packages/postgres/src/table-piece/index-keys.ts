import type { Queryable } from '@piecework/core/piece'
import type { StagedTable } from './dangling.js'
import { isSameTable } from './table-name.js'
import type { ReferencePlan, Target } from './table-plan.js'

/**
 * Indexes the keys in the stages that ids inside values, and those of the `references`, lead to: each is looked up for
 * each id. A hash, because an old key in a file may be longer than a page of another index takes.
 */
export async function indexKeys(
  tx: Queryable,
  staged: readonly StagedTable[],
  references: (table: StagedTable) => readonly ReferencePlan[],
): Promise<void> {
  const targets = staged.flatMap((table) => [
    ...references(table),
    ...table.plan.containers.flatMap(({ ids }): readonly Target[] => ids),
  ])
  for (const { plan, stage } of staged) {
    const led = targets.filter(({ table }) => isSameTable(table, plan.table))
    for (const column of new Set(led.map(({ key }) => stage.name(key))))
      if (column !== undefined && !stage.indexed.has(column)) {
        await tx.query(`CREATE INDEX ON ${stage.table} USING hash (${column})`)
        stage.indexed.add(column)
      }
  }
}
