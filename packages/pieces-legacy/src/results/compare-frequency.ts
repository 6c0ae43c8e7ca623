import { IdSample, pluralize, readUnitTable, UnitSet } from '@piecework/marxan-files'
import type { SolutionsContext } from './solutions-context.js'

/**
 * Reports in one warning the units that `_ssoln` counts differently than the solutions: frequencies are never stored. A run of the summary
 * without a solution may have selected any unit.
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
  const differ = new IdSample()
  const errors = findings.errors
  await readUnitTable(file, { units, value: 'number', findings, signal }, ({ id, index, value = 0 }) => {
    listed.add(index)
    const count = counts[index] as number
    if (value < count || value > count + missing) differ.add(id)
  })
  if (findings.errors > errors) return
  const absent = new IdSample()
  for (let index = 0; listed.size < units.size && index < units.size; index += 1) {
    if (listed.has(index)) continue
    if ((counts[index] as number) > 0) differ.add(units.id(index))
    else absent.add(units.id(index))
  }
  if (differ.count > 0)
    findings.warning('legacy/frequency-differs', { file: file.name }, () => ({
      message: `${pluralize(differ.count, 'planning unit is', 'planning units are')} counted differently in the file than in the ${pluralize(runs.size, 'solution', 'solutions')}: ${differ.text}`,
      hint: 'Frequencies are not imported: they follow from the solutions.',
      count: differ.count,
    }))
  if (absent.count > 0)
    findings.warning('legacy/units-missing', { file: file.name }, () => ({
      message: `${pluralize(absent.count, 'planning unit of pu.dat is', 'planning units of pu.dat are')} not in the file: ${absent.text}`,
      count: absent.count,
    }))
}
