import {
  type KnownIds,
  type OutputFolder,
  outputRole,
  type ReadResultOptions,
  readSolutions,
  type UnitSet,
} from '@piecework/marxan-files'
import { selectionBatchRows } from '../defaults.js'
import { type StagingContext, stageTable } from '../staging/stage-table.js'

interface SelectedUnits {
  readonly length: number
  readonly run: number
  readonly ids: Int32Array
}

/**
 * Selected units of all runs as the temporary table `legacy_selected (run, puid)`. Resolves to the number of
 * rows; `each` is called with every solution.
 */
export const stageSolutions = (
  context: StagingContext,
  folder: OutputFolder,
  units: KnownIds,
  each: (run: number, selected: UnitSet) => void,
): Promise<number> =>
  stageTable(context, {
    file: outputRole,
    name: 'legacy_selected',
    columns: { run: 'integer', puid: 'integer' },
    read: (findings) => selectedUnits(folder, units, each, { findings, signal: context.signal }),
    record: ({ run, ids }, row) => `${run},${ids[row]}`,
  })

async function* selectedUnits(
  folder: OutputFolder,
  units: KnownIds,
  each: (run: number, selected: UnitSet) => void,
  options: ReadResultOptions,
): AsyncGenerator<SelectedUnits> {
  const ids = new Int32Array(selectionBatchRows)
  for await (const { run, selected } of readSolutions(folder, units, options)) {
    each(run, selected)
    let length = 0
    for (const index of selected) {
      ids[length++] = units.id(index)
      if (length < selectionBatchRows) continue
      yield { run, ids, length }
      length = 0
    }
    if (length > 0) yield { run, ids, length }
  }
}
