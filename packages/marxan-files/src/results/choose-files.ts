import type { ZippedFile } from '@piecework/core/archive'
import { type FindingCollector, PieceworkError } from '@piecework/core/piece'
import { shownNames } from '../defaults.js'
import { outputRole } from '../roles.js'
import { isLitter, type ResultName, resultName } from './file-name.js'
import { outputProblem } from './output-problem.js'

/** Files of one scenario by what they hold. */
export interface ResultFiles {
  /** As the files' names begin. */
  readonly scenario: string
  readonly sum?: ZippedFile
  readonly matrix?: ZippedFile
  /** `_r00001`… by run, in order. */
  readonly solutions: ReadonlyMap<number, ZippedFile>
  readonly best?: ZippedFile
  readonly frequency?: ZippedFile
  /** `_mv00001`… by run, in order. */
  readonly features: ReadonlyMap<number, ZippedFile>
  readonly bestFeatures?: ZippedFile
  /** All of these. */
  readonly all: readonly ZippedFile[]
}

interface Candidate extends ResultName {
  readonly file: ZippedFile
}

/** The SCENNAME of input.dat. */
export interface WantedScenario {
  readonly name: string
  /** False: input.dat does not have it, and the name is the usual one. */
  readonly isNamed: boolean
}

export function chooseFiles(
  files: readonly ZippedFile[],
  wanted: WantedScenario | undefined,
  findings: FindingCollector,
): ResultFiles {
  const useful = files.filter(({ name }) => !isLitter(name))
  refuseOthers(useful)
  const candidates = useful.flatMap((file): Candidate[] => {
    const name = resultName(file.name)
    return name ? [{ ...name, file }] : []
  })
  const folder = folderOf(candidates)
  const scenario = scenarioOf(candidates, wanted ?? { name: '', isNamed: false }, findings)
  return byKind(
    scenario,
    candidates.filter((one) => one.folder === folder && same(one.scenario, scenario)),
    findings,
  )
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

function refuseOthers(files: readonly ZippedFile[]): void {
  const names = new Map(files.map(({ name }) => [name.slice(name.lastIndexOf('/') + 1).toLowerCase(), name]))
  const zones = names.get('zones.dat') ?? names.get('costs.dat')
  if (zones !== undefined)
    throw new PieceworkError(
      'legacy/marzone',
      `These are results of Marxan with Zones (${zones}), which cannot be imported`,
    )
  const targets = names.get('targets.csv')
  if (targets !== undefined && !names.has('spec.dat'))
    throw new PieceworkError(
      'legacy/cluz',
      `This is a CLUZ folder (${targets} without spec.dat): upload the folder into which Marxan wrote its results`,
    )
}

function folderOf(candidates: readonly Candidate[]): string {
  const folders = [...new Set(candidates.map(({ folder }) => folder))].sort()
  const [first = ''] = folders
  if (folders.length > 1)
    throw outputProblem(
      'legacy/output-folders',
      `The output folder's zip holds results in ${folders.length} folders: ${listed(folders.map((name) => name || 'its root'))}`,
    )
  if (first.includes('/'))
    throw outputProblem(
      'legacy/output-folders',
      `The results are in the folder ${first} of the zip; they must be in its root or in one folder`,
    )
  return first
}

function scenarioOf(
  candidates: readonly Candidate[],
  { name: wanted, isNamed }: WantedScenario,
  findings: FindingCollector,
): string {
  const byName = new Map(candidates.map(({ scenario }) => [scenario.toLowerCase(), scenario]))
  const names = [...byName.values()].sort()
  const [only] = names
  if (only === undefined)
    throw outputProblem(
      'legacy/output-empty',
      'The output folder holds no results of Marxan: no file of it is named <scenario>_sum.csv, <scenario>_r00001.csv and so on',
    )
  if (names.length === 1) {
    if (isNamed && !same(only, wanted)) reportOtherScenario(only, wanted, findings)
    return only
  }
  const chosen = byName.get(wanted.toLowerCase())
  if (chosen === undefined)
    throw outputProblem(
      'legacy/output-scenarios',
      `The output folder holds results of ${names.length} scenarios (${listed(names)}), and input.dat ${wanted === '' ? 'names none (SCENNAME)' : `names ${JSON.stringify(wanted)} (SCENNAME)`}`,
      { hint: 'Set SCENNAME in input.dat to the scenario whose results are meant.' },
    )
  findings.warning('legacy/output-choice', { file: outputRole }, () => ({
    message: `The results of ${chosen} were taken, as input.dat says (SCENNAME); there are also those of ${listed(names.filter((name) => name !== chosen))}`,
  }))
  return chosen
}

function reportOtherScenario(only: string, wanted: string, findings: FindingCollector): void {
  findings.warning('legacy/output-scenario', { file: outputRole }, () => ({
    message: `The results are of the scenario ${JSON.stringify(only)}, while input.dat names ${JSON.stringify(wanted)} (SCENNAME); they were taken, as there are no others`,
    hint: 'If they are of another project or of other parameters, leave the results out (marxan-check: --no-results).',
  }))
}

function byKind(scenario: string, candidates: readonly Candidate[], findings: FindingCollector): ResultFiles {
  const taken = new Map<string, ZippedFile>()
  const passedOver: { readonly name: string; readonly taken: string }[] = []
  const solutions = new Map<number, ZippedFile>()
  const features = new Map<number, ZippedFile>()
  const inOrder = [...candidates].sort(
    (a, b) =>
      (a.run ?? 0) - (b.run ?? 0) || a.preference - b.preference || (a.file.name < b.file.name ? -1 : 1),
  )
  for (const { kind, run, file } of inOrder) {
    if (run !== undefined && (run < 1 || run > 2 ** 31 - 1)) {
      findings.error('legacy/run-invalid', { file: file.name }, () => ({
        message: `${file.name} is of the run ${run}; runs are numbered from 1`,
      }))
      continue
    }
    const key = `${kind} ${run ?? ''}`
    const before = taken.get(key)
    if (before) {
      passedOver.push({ name: file.name, taken: before.name })
      continue
    }
    taken.set(key, file)
    if (run !== undefined) (kind === 'r' ? solutions : features).set(run, file)
  }
  reportPassedOver(passedOver, findings)
  const one = <Name extends string>(name: Name, kind: string) => {
    const file = taken.get(`${kind} `)
    return file ? ({ [name]: file } as Record<Name, ZippedFile>) : {}
  }
  return {
    scenario,
    solutions,
    features,
    all: [...taken.values()],
    ...one('sum', 'sum'),
    ...one('matrix', 'solutionsmatrix'),
    ...one('best', 'best'),
    ...one('frequency', 'ssoln'),
    ...one('bestFeatures', 'mvbest'),
  }
}

/** Files beside others that were taken: the same runs as `.csv` and `.txt`. */
function reportPassedOver(
  files: readonly { readonly name: string; readonly taken: string }[],
  findings: FindingCollector,
): void {
  const [first] = files
  if (!first) return
  const { name, taken } = first
  const { length } = files
  findings.warning('legacy/output-twice', { file: name }, () =>
    length === 1
      ? { message: `${taken} was taken; ${name} holds the same results and was not read` }
      : {
          message: `${length} files were not read, as others hold the same results, ${taken} those of ${name} for instance: ${listed(files.map((file) => file.name))}`,
          count: length,
        },
  )
}

const listed = (names: readonly string[]): string =>
  names.length > shownNames ? `${names.slice(0, shownNames).join(', ')} and more` : names.join(', ')
