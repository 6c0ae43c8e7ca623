import { FindingCollector } from '@piecework/core/piece'
import type { FeatureNames, KnownIds, OutputFolder } from '@piecework/marxan-files'
import {
  IdIndex,
  outputRole,
  readFeatureResults,
  readSolutionFile,
  readSolutions,
  UnitSet,
} from '@piecework/marxan-files'

export interface OtherProject {
  /** Most of the planning units are not in pu.dat. */
  readonly units: boolean
  /** None of the features is in spec.dat. */
  readonly features: boolean
}

interface Project {
  readonly folder: OutputFolder
  /** Of pu.dat; empty if it cannot be read. */
  readonly units: KnownIds
  /** Of spec.dat; empty if it cannot be read. */
  readonly names: FeatureNames
  readonly signal: AbortSignal
}

/**
 * Reads one solution and one file of features, and reports in one error if they belong to another project, so
 * that not every row of every file has to be reported.
 */
export async function checkOtherProject(project: Project, findings: FindingCollector): Promise<OtherProject> {
  const units = await seenUnits(project)
  const features = await seenFeatures(project)
  const other = { units: units.unknown > units.known, features: features.known === 0 && features.unknown > 0 }
  const what = [
    ...(other.units ? [`${units.unknown} of ${units.known + units.unknown} planning units`] : []),
    ...(other.features ? [`${features.unknown} feature${features.unknown === 1 ? '' : 's'}`] : []),
  ]
  if (what.length > 0)
    findings.error('legacy/output-other-project', { file: outputRole }, () => ({
      message: `${what.join(' and ')} of the results are not of this project: is this another project's output?`,
    }))
  return other
}

/** Counts distinct ids as they are looked up. */
class SeenIds {
  known = 0
  unknown = 0
  readonly #ids = new IdIndex()

  add(id: number, isKnown: boolean): void {
    if (this.#ids.add(id) < this.known + this.unknown) return
    if (isKnown) this.known += 1
    else this.unknown += 1
  }
}

async function seenUnits({ folder, units, signal }: Project): Promise<SeenIds> {
  const seen = new SeenIds()
  if (units.size === 0) return seen
  const watched: KnownIds = {
    size: units.size,
    id: (index) => units.id(index),
    get: (id) => {
      const index = units.get(id)
      seen.add(id, index >= 0)
      return index
    },
  }
  const options = { findings: new FindingCollector({ limit: 0 }), signal }
  const [first] = folder.solutions.values()
  if (first) await readSolutionFile(first, watched, new UnitSet(units.size), options)
  // The header names all units.
  else for await (const _ of readSolutions(folder, watched, options)) break
  return seen
}

async function seenFeatures({ folder, names, signal }: Project): Promise<SeenIds> {
  const seen = new SeenIds()
  const [first = folder.bestFeatures] = folder.features.values()
  if (names.size === 0 || !first) return seen
  const has = (id: number): boolean => {
    const known = names.has(id)
    seen.add(id, known)
    return known
  }
  const watched = {
    size: names.size,
    has,
    // Called for rows whose name may contain the separator.
    get: (id: number) => (has(id) ? names.get(id) : undefined),
  }
  await readFeatureResults(first, watched, { findings: new FindingCollector({ limit: 0 }), signal })
  return seen
}
