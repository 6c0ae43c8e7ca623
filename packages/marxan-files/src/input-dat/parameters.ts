/** A numeric key of input.dat. */
export interface Parameter {
  readonly kind: 'integer' | 'number'
  readonly min?: number
  readonly max?: number
  readonly default: number
}

/**
 * The settings of a run, by key of input.dat.
 * @see Marxan User Manual 5.3.1
 */
export const parameters = {
  // General
  BLM: { kind: 'number', min: 0, default: 1 },
  PROP: { kind: 'number', min: 0, max: 1, default: 0.5 },
  RANDSEED: { kind: 'integer', default: -1 },
  BESTSCORE: { kind: 'number', default: -1 },
  NUMREPS: { kind: 'integer', min: 1, default: 10 },
  // Annealing
  NUMITNS: { kind: 'integer', min: 0, default: 1_000_000 },
  STARTTEMP: { kind: 'number', default: -1 },
  COOLFAC: { kind: 'number', default: 0 },
  NUMTEMP: { kind: 'integer', min: 1, default: 10_000 },
  // Cost threshold
  COSTTHRESH: { kind: 'number', min: 0, default: 0 },
  THRESHPEN1: { kind: 'number', min: 0, default: 0 },
  THRESHPEN2: { kind: 'number', min: 0, default: 0 },
  // Program control
  RUNMODE: { kind: 'integer', min: 0, max: 6, default: 1 },
  MISSLEVEL: { kind: 'number', min: 0, max: 1, default: 1 },
  ITIMPTYPE: { kind: 'integer', min: 0, max: 3, default: 0 },
  HEURTYPE: { kind: 'integer', min: -1, max: 7, default: -1 },
  CLUMPTYPE: { kind: 'integer', min: 0, max: 2, default: 0 },
  VERBOSITY: { kind: 'integer', min: 0, max: 3, default: 2 },
} as const satisfies Readonly<Record<string, Parameter>>

export type ParameterName = keyof typeof parameters
export type MarxanParameters = Readonly<Record<ParameterName, number>>

/** Names of input files. Those without a default stand for files that a project need not have. */
export const inputFiles = {
  INPUTDIR: '',
  PUNAME: 'pu.dat',
  SPECNAME: 'spec.dat',
  PUVSPRNAME: 'puvspr.dat',
  BOUNDNAME: '',
  BLOCKDEFNAME: '',
  MATRIXSPORDERNAME: '',
} as const

export type InputFiles = Readonly<Record<keyof typeof inputFiles, string>>

export const outputNames = { SCENNAME: 'output', OUTPUTDIR: '' } as const
export type OutputNames = Readonly<Record<keyof typeof outputNames, string>>

/** Which results a run writes, and how: `SAVERUN`, `SAVEBEST` and so on. */
export const SAVE_KEY = /^SAVE[A-Z]+$/
export const saveOption = { kind: 'integer', min: 0, max: 3, default: 0 } as const satisfies Parameter
/** Every how many iterations, unlike the other SAVE keys. */
export const snapFrequency = { kind: 'integer', min: 0, default: 0 } as const satisfies Parameter

/** Older names, which count where the newer one is not given, as in Marxan. */
export const olderNames: Readonly<Record<string, string>> = { CM: 'BLM', CONNECTIONNAME: 'BOUNDNAME' }

/**
 * Keys without a meaning for an import: Marxan's own about how results are written, and what hosts and tools leave in the file (Marxan Web how a
 * project is shown).
 */
export const SILENT_KEY =
  /^(?:VERSION|SOLUTIONSMATRIXHEADERS|BESTFIELDNAME|(?:ANNEALING|ITIMP)TRACEROWS|DESCRIPTION|CREATEDATE|PLANNING_UNIT_NAME|IUCN_CATEGORY|OLDVERSION|PRIVATE|COSTS|CLASSIFICATION|NUMCLASSES|COLORCODE|TOPCLASSES|OPACITY|_.*)$/

/** Keys of Marxan that change what a run looks for, and are not imported; with what is done instead. */
export const notCarried: Readonly<Record<string, string>> = {
  ASYMMETRICCONNECTIVITY: 'bound.dat is read as boundaries, which have no direction',
  CONNECTIVITYIN: 'bound.dat is read as boundaries',
  CONNECTIONFILESNAME: 'only bound.dat is read',
  PENALTYNAME: 'penalties are those that Marxan computes',
  PROBABILITYWEIGHTING: 'probabilities are not imported either',
}

/** Keys that only Marxan with Zones has. */
export const MARZONE_KEY =
  /^(?:ZONE[A-Z0-9]*NAME|ZONECONTRIB[A-Z0-9]*|ZONETARGET[A-Z0-9]*|COSTSNAME|AVAILABLEZONE|PUZONENAME|PULOCKNAME)$/
