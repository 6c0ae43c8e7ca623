/**
 * The keys of input.dat, for readers and writers alike.
 * @see Marxan User Manual 5.3.1
 */

/** A numeric key. */
export interface NumberRule {
  readonly kind: 'integer' | 'number'
  /** Inclusive. */
  readonly min?: number
  readonly max?: number
  /** Used if the key is missing or has no valid value. */
  readonly default: number
  /** What Marxan 4 reads, inclusive; it stops at others, which are kept, and not written. */
  readonly readable?: readonly [least: number, most: number]
}

const mostInt = 2 ** 31 - 1

/** A numeric key that every written input.dat has, in the group of this title. A title must not hold a key: Marxan looks for keys anywhere in a line. */
interface GroupedRule extends NumberRule {
  readonly group: ParameterGroup
  /** A name of older versions, which counts unless the newer one is given, as in Marxan. */
  readonly olderName?: string
  /** What Marxan 4 takes if the key is missing, where that is something else; `none`: it stops. */
  readonly marxan?: number | 'none'
}

export const parameterGroups = [
  'General parameters',
  'Annealing parameters',
  'Cost threshold',
  'Program control',
] as const
type ParameterGroup = (typeof parameterGroups)[number]

const [general, annealing, costThreshold, control] = parameterGroups

/** The settings of a run. */
export const parameters = {
  BLM: { group: general, kind: 'number', min: 0, default: 1, marxan: 0, olderName: 'CM' },
  PROP: { group: general, kind: 'number', min: 0, max: 1, default: 0.5, marxan: 0 },
  RANDSEED: {
    group: general,
    kind: 'integer',
    readable: [-mostInt - 1, mostInt],
    default: -1,
    marxan: 'none',
  },
  BESTSCORE: { group: general, kind: 'number', default: -1 },
  NUMREPS: { group: general, kind: 'integer', min: 1, max: mostInt, default: 10, marxan: 0 },

  NUMITNS: { group: annealing, kind: 'integer', min: 0, default: 1_000_000, marxan: 0 },
  STARTTEMP: { group: annealing, kind: 'number', default: -1, marxan: 1 },
  COOLFAC: { group: annealing, kind: 'number', default: 0 },
  NUMTEMP: { group: annealing, kind: 'integer', min: 1, default: 10_000, marxan: 1 },

  COSTTHRESH: { group: costThreshold, kind: 'number', min: 0, default: 0 },
  THRESHPEN1: { group: costThreshold, kind: 'number', min: 0, default: 0 },
  THRESHPEN2: { group: costThreshold, kind: 'number', min: 0, default: 0 },

  RUNMODE: { group: control, kind: 'integer', min: 0, max: 6, default: 1, marxan: 'none' },
  MISSLEVEL: { group: control, kind: 'number', min: 0, max: 1, default: 1 },
  ITIMPTYPE: { group: control, kind: 'integer', min: 0, max: 3, default: 0 },
  HEURTYPE: { group: control, kind: 'integer', min: -1, max: 7, default: -1, marxan: 1 },
  CLUMPTYPE: { group: control, kind: 'integer', min: 0, max: 2, default: 0 },
  VERBOSITY: { group: control, kind: 'integer', min: 0, max: 3, default: 2, marxan: 1 },
} as const satisfies Readonly<Record<string, GroupedRule>>

export type ParameterName = keyof typeof parameters
export type MarxanParameters = Readonly<Record<ParameterName, number>>
export const parameterNames = Object.keys(parameters) as ParameterName[]

interface FileRule {
  /** '' for files and folders that a project need not have. */
  readonly default: string
  /** What is written; undefined: the key is not. */
  readonly written?: string
  readonly olderName?: string
  /** Marxan 4 stops without it. */
  readonly marxan?: 'none'
}

/** Names of input files, and of their folder from that of input.dat. */
export const inputFiles = {
  INPUTDIR: { default: '', written: 'input' },
  PUNAME: { default: 'pu.dat', written: 'pu.dat', marxan: 'none' },
  SPECNAME: { default: 'spec.dat', written: 'spec.dat', marxan: 'none' },
  PUVSPRNAME: { default: 'puvspr.dat', written: 'puvspr.dat', marxan: 'none' },
  BOUNDNAME: { default: '', written: 'bound.dat', olderName: 'CONNECTIONNAME' },
  BLOCKDEFNAME: { default: '' },
  MATRIXSPORDERNAME: { default: '' },
} as const satisfies Readonly<Record<string, FileRule>>

export type InputFileNames = Readonly<Record<keyof typeof inputFiles, string>>

/** The first part of the names of result files, and their folder from that of input.dat. */
export const outputNames = {
  SCENNAME: { default: 'output', written: 'output' },
  OUTPUTDIR: { default: '', written: 'output' },
} as const satisfies Readonly<Record<string, FileRule>>

export type OutputNames = Readonly<Record<keyof typeof outputNames, string>>

/** Which results a run writes: 0 none, 1 as .dat, 2 as .txt, 3 as .csv. Others than those below are read as well. */
export const saveKeys = [
  'SAVERUN',
  'SAVEBEST',
  'SAVESUMMARY',
  'SAVESCEN',
  'SAVETARGMET',
  'SAVESUMSOLN',
  'SAVELOG',
  'SAVESOLUTIONSMATRIX',
] as const
export const savedAsCsv = 3

const isSaveKey = (key: string): boolean => /^SAVE[A-Z]+$/.test(key)

/** Undefined for keys that are not `SAVE…`. */
export function saveRule(key: string): NumberRule | undefined {
  // Every how many iterations, unlike the others.
  if (key === 'SAVESNAPFREQUENCY') return { kind: 'integer', min: 0, max: mostInt, default: 0 }
  return isSaveKey(key) ? { kind: 'integer', min: 0, max: 3, default: 0 } : undefined
}

const named = { ...parameters, ...inputFiles, ...outputNames }
export const knownNames = Object.keys(named)

/** Newer names by older ones. */
export const newerNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(named).flatMap(([name, rule]) => ('olderName' in rule ? [[rule.olderName, name]] : [])),
)
