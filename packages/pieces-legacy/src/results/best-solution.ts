import {
  type KnownIds,
  type OutputFolder,
  type ReadResultOptions,
  readSolutionFile,
  UnitSet,
} from '@piecework/marxan-files'

/** The units that `_best` selects, if there is such a file. */
export async function bestSolution(
  { best }: Pick<OutputFolder, 'best'>,
  units: KnownIds,
  options: ReadResultOptions,
): Promise<UnitSet | undefined> {
  if (!best) return undefined
  const selected = new UnitSet(units.size)
  await readSolutionFile(best, units, selected, options)
  return selected
}
