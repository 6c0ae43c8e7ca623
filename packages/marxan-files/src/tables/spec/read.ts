import { check, checkOptions, type OptionChecks } from '@piecework/core/piece'
import { type ReadTableOptions, readTable, readTableChecks } from '../read-table.js'
import { uniqueId } from '../unique-id.js'
import { columns, type SpecBatch } from './columns.js'
import { hasGoalColumn, settleGoal } from './goal.js'
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
  const isNew = uniqueId(file, findings)
  const names = new UniqueNames(file, findings, options.names === 'required')
  const unset = new UnsetValues(file, findings)
  return readTable(
    source,
    {
      columns,
      notCarried: ['ptarget1d', 'ptarget2d'],
      header: (given) => {
        if (!given.includes('name')) names.reportMissingColumn()
        return hasGoalColumn(given, findings, file)
      },
      accept: (batch, row, line) => {
        unset.add(batch.columns, row)
        const hasGoal = settleGoal(batch, row, { file, line }, findings)
        const id = batch.columns.id[row] as number
        return isNew(id, line) && names.accept(batch.columns.name, row, line) && hasGoal
      },
      end: () => unset.report(),
    },
    { ...options, file },
  )
}
