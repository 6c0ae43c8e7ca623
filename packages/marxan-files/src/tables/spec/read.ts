import { check, checkOptions, type OptionChecks } from '@piecework/core/piece'
import { GroupedRows } from '../../ids/grouped-rows.js'
import { type ReadTableOptions, readTable, readTableChecks } from '../read-table.js'
import { uniqueId } from '../unique-id.js'
import { columns, type SpecBatch } from './columns.js'
import { hasGoalColumn, reportIdle, settleGoal } from './goal.js'
import { UniqueNames } from './unique-names.js'
import { UnsetValues } from './unset-values.js'

export type ReadSpecOptions = ReadTableOptions & {
  /** `required`: a feature without a name is an error, not a warning. */
  readonly names?: 'required'
}

const readSpecChecks: OptionChecks<ReadSpecOptions> = {
  ...readTableChecks,
  names: check.oneOf('required'),
}

/**
 * Features, each id and each name once.
 * @see Marxan User Manual 5.3.2
 */
export function readSpec(
  source: AsyncIterable<Uint8Array>,
  given: ReadSpecOptions,
): AsyncIterable<SpecBatch> {
  const options = checkOptions('readSpec()', given, readSpecChecks)
  const file = options.file ?? 'spec.dat'
  const { findings } = options
  const isNew = uniqueId(file, 'feature', findings)
  const names = new UniqueNames(file, findings, options.names === 'required')
  const unset = new UnsetValues(file, findings)
  const idle = new GroupedRows()
  const rows = readTable(
    source,
    {
      columns,
      subject: { kind: 'feature', column: 'id' },
      notCarried: ['ptarget1d', 'ptarget2d'],
      header: (given) => {
        if (!given.includes('name')) names.reportMissingColumn()
        return hasGoalColumn(given, findings, file)
      },
      accept: (batch, row, line) => {
        unset.add(batch.columns, row)
        const hasGoal = settleGoal(batch, row, { file, line }, { findings, idle })
        const id = batch.columns.id[row] as number
        return isNew(id, line) && names.accept(batch.columns.name, row, line) && hasGoal
      },
      end: () => unset.report(),
    },
    { ...options, file },
  )
  return completed(rows, names, () => {
    names.report()
    reportIdle(idle, file, findings)
  })
}

/** From the first feature without a name all batches are held back: a later one may have the name that would be made up. */
async function* completed(
  batches: AsyncIterable<SpecBatch>,
  names: UniqueNames,
  report: () => void,
): AsyncGenerator<SpecBatch> {
  const held: SpecBatch[] = []
  for await (const batch of batches)
    if (names.waits) held.push(batch)
    else yield batch
  for (const batch of held) names.complete(batch)
  report()
  yield* held
}
