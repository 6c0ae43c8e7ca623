import { IdSample, pluralize, readUnitTable, UnitSet } from '@piecework/marxan-files'
import type { SolutionsContext } from './solutions-context.js'

/**
 * Reports units that `_ssoln` counts differently than the solutions. A run of the summary without a solution
 * may have selected any unit.
 */
export async function compareFrequency(
  counts: Uint32Array,
  runs: ReadonlySet<number>,
  { folder, units, summaries, findings, signal }: SolutionsContext,
): Promise<void> {
  const file = folder.frequency
  if (!file) return
  const missing = summaries.filter(({ run }) => !runs.has(run)).length
  const listed = new UnitSet(units.size)
  const errors = findings.errors
  await readUnitTable(
    file,
    { units, value: 'number', findings, signal },
    ({ line, id, index, value = 0 }) => {
      listed.add(index)
      const count = counts[index] as number
      if (value >= count && value <= count + missing) return
      findings.error('legacy/frequency-differs', { file: file.name, line, column: 'number' }, () => ({
        message: `The planning unit ${id} is selected ${value} times here, and by ${count} of the ${runs.size} solutions`,
      }))
    },
  )
  if (findings.errors > errors || listed.size === units.size) return
  const absent = new IdSample()
  let selected = false
  for (let index = 0; index < units.size; index += 1)
    if (!listed.has(index)) {
      absent.add(units.id(index))
      selected ||= (counts[index] as number) > 0
    }
  const details = () => ({
    message: `${pluralize(absent.count, 'planning unit of pu.dat is', 'planning units of pu.dat are')} not in the file: ${absent.text}`,
    count: absent.count,
  })
  if (selected) findings.error('legacy/frequency-differs', { file: file.name }, details)
  else findings.warning('legacy/units-missing', { file: file.name }, details)
}
