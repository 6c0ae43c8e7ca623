import { type Entries, FindingCollector } from '@piecework/core/piece'
import {
  BestRunSearch,
  currentRuns,
  featureNames,
  openOutput,
  readFeatureResults,
  readSolutionFile,
  readSolutions,
  readSummaries,
  tableIds,
  UnitSet,
} from '@piecework/marxan-files'
import type { PlainResults } from './plain-results.js'

/** Results as the readers give them. */
export async function readResults(entries: Entries): Promise<PlainResults> {
  const findings = new FindingCollector()
  const opened = await openOutput(entries, { findings })
  const summaries = opened.sum ? await readSummaries(opened.sum, { findings }) : []
  const folder = currentRuns(opened, summaries).current
  const units = (await tableIds(entries, 'pu.dat')).index
  const selected: Record<number, readonly number[]> = {}
  const best = folder.best && new UnitSet(units.size)
  if (folder.best && best) await readSolutionFile(folder.best, units, best, { findings })
  const search = new BestRunSearch(summaries, best)
  for await (const solution of readSolutions(folder, units, { findings })) {
    search.add(solution.run, solution.selected)
    if (solution.selected.size > 0)
      selected[solution.run] = [...solution.selected].map((at) => units.id(at)).sort((a, b) => a - b)
  }
  const names = await featureNames(entries)
  const features: (readonly (number | boolean | null)[])[] = []
  for (const [run, file] of folder.features)
    for (const { feature, amount, occurrences, separation, targetMet, mpm } of await readFeatureResults(
      file,
      names,
      { findings },
    ))
      features.push([run, feature, amount, occurrences, separation, targetMet, mpm])
  return {
    runs: summaries
      .map((one) => [
        one.run,
        one.score,
        one.cost,
        one.planningUnits,
        one.connectivity,
        one.penalty,
        one.shortfall,
        one.mpm,
      ])
      .sort((a, b) => Number(a[0]) - Number(b[0])),
    best: search.result.run,
    selected,
    features: features.sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1])),
  }
}
