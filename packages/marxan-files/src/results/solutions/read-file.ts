import type { ZippedFile } from '@piecework/core/archive'
import { checkOptions } from '@piecework/core/piece'
import { pluralize } from '../../pluralize.js'
import type { KnownIds } from '../../tables/table-ids.js'
import { type ReadResultOptions, readResultChecks } from '../read-records.js'
import type { UnitSet } from '../units/unit-set.js'
import { readUnitTable } from '../units/unit-table.js'

/**
 * Adds the units that a file `_r00001` or `_best` selects to `selected`. Its rows are `unit,0` or `unit,1` under a header, or, without one,
 * `unit` for what is selected and `unit,0` for what is not.
 * @see Marxan User Manual 7
 */
export async function readSolutionFile(
  file: ZippedFile,
  units: KnownIds,
  selected: UnitSet,
  options: ReadResultOptions,
): Promise<void> {
  const { findings, signal } = checkOptions('readSolutionFile()', options, readResultChecks)
  let headerless = false
  const errors = findings.errors
  const listed = await readUnitTable(
    file,
    { units, value: 'solution', idAlone: true, findings, ...(signal && { signal }) },
    ({ line, index, value }) => {
      if (value === undefined) headerless = true
      if (value === undefined || value === 1) selected.add(index)
      else if (value !== 0)
        findings.error('legacy/solution-invalid', { file: file.name, line, column: 'solution' }, () => ({
          message: `solution is ${value}; it must be 0 or 1`,
        }))
    },
  )
  // Files of the oldest layout list what is selected and may leave out the rest.
  if (!headerless && findings.errors === errors && listed < units.size)
    findings.warning('legacy/units-missing', { file: file.name }, () => ({
      message: `${pluralize(units.size - listed, 'planning unit of pu.dat is', 'planning units of pu.dat are')} not in the file: taken as not selected`,
      count: units.size - listed,
    }))
}
