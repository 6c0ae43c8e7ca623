/** A numeric key of input.dat. */
interface Parameter {
  readonly kind: 'integer' | 'number'
  readonly min?: number
  readonly max?: number
  readonly default: number
}

export interface ParameterGroup {
  readonly title: string
  readonly keys: Readonly<Record<string, Parameter>>
}

/**
 * The settings of a run, in the groups of input.dat. A title must not hold a key: Marxan looks for keys anywhere in a line.
 * @see Marxan User Manual 5.3.1
 */
export const parameterGroups: readonly ParameterGroup[] = [
  {
    title: 'General parameters',
    keys: {
      BLM: { kind: 'number', min: 0, default: 1 },
      PROP: { kind: 'number', min: 0, max: 1, default: 0.5 },
      RANDSEED: { kind: 'integer', default: -1 },
      BESTSCORE: { kind: 'number', default: -1 },
      NUMREPS: { kind: 'integer', min: 1, default: 10 },
    },
  },
  {
    title: 'Annealing parameters',
    keys: {
      NUMITNS: { kind: 'integer', min: 0, default: 1_000_000 },
      STARTTEMP: { kind: 'number', default: -1 },
      COOLFAC: { kind: 'number', default: 0 },
      NUMTEMP: { kind: 'integer', min: 1, default: 10_000 },
    },
  },
  {
    title: 'Cost threshold',
    keys: {
      COSTTHRESH: { kind: 'number', min: 0, default: 0 },
      THRESHPEN1: { kind: 'number', min: 0, default: 0 },
      THRESHPEN2: { kind: 'number', min: 0, default: 0 },
    },
  },
  {
    title: 'Program control',
    keys: {
      RUNMODE: { kind: 'integer', min: 0, max: 6, default: 1 },
      MISSLEVEL: { kind: 'number', min: 0, max: 1, default: 1 },
      ITIMPTYPE: { kind: 'integer', min: 0, max: 3, default: 0 },
      HEURTYPE: { kind: 'integer', min: -1, max: 7, default: -1 },
      CLUMPTYPE: { kind: 'integer', min: 0, max: 2, default: 0 },
      VERBOSITY: { kind: 'integer', min: 0, max: 3, default: 2 },
    },
  },
]

/** What input.dat says by key. */
export type ParameterValues = Readonly<Record<string, number>>

/** A stored value that Marxan cannot run with, and what is written instead. */
export interface ParameterChange {
  readonly key: string
  readonly stored: unknown
  readonly written: number
}

/** Stored parameters, defaults where there are none; `changed` hears of those that could not be taken. */
export function parameterValues(
  stored: Readonly<Record<string, unknown>>,
  changed: (change: ParameterChange) => void,
): ParameterValues {
  const values: Record<string, number> = {}
  for (const { keys } of parameterGroups)
    for (const [key, rule] of Object.entries(keys)) {
      const value = stored[key] ?? rule.default
      const fits = fitting(value, rule)
      values[key] = fits ? value : rule.default
      if (!fits) changed({ key, stored: value, written: rule.default })
    }
  const { NUMITNS = 0, NUMTEMP = 0 } = values
  // Marxan divides by the quotient of the two.
  if (NUMITNS > 0 && NUMTEMP > NUMITNS) {
    values.NUMTEMP = NUMITNS
    changed({ key: 'NUMTEMP', stored: NUMTEMP, written: NUMITNS })
  }
  return values
}

function fitting(value: unknown, { kind, min = -Infinity, max = Infinity }: Parameter): value is number {
  const known = kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)
  return known && (value as number) >= min && (value as number) <= max
}
