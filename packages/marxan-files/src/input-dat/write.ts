import { check, checkOptions, required } from '@piecework/core/piece'
import { hasTooManyDecreases } from './check-annealing.js'
import { isValid } from './number-value.js'
import {
  inputFiles,
  type MarxanParameters,
  outputNames,
  parameterGroups,
  parameterNames,
  parameters,
  savedAsCsv,
  saveKeys,
} from './parameters.js'

/** A stored value that Marxan cannot run with, and what is written instead. */
export interface ParameterChange {
  readonly key: string
  readonly stored: unknown
  readonly written: number
}

/** Stored parameters by key, or defaults; `changed` is called for values that Marxan cannot run with. */
export function writtenParameters(
  stored: Readonly<Record<string, unknown>>,
  changed: (change: ParameterChange) => void,
): MarxanParameters {
  const values = Object.fromEntries(
    parameterNames.map((key) => {
      const rule = parameters[key]
      const value = stored[key] ?? rule.default
      if (isValid(value, rule)) return [key, value]
      changed({ key, stored: value, written: rule.default })
      return [key, rule.default]
    }),
  ) as MarxanParameters
  if (!hasTooManyDecreases(values)) return values
  const { NUMITNS, NUMTEMP } = values
  changed({ key: 'NUMTEMP', stored: NUMTEMP, written: NUMITNS })
  return { ...values, NUMTEMP: NUMITNS }
}

/**
 * An input.dat for a folder with the tables in `inputFiles.INPUTDIR.written`. No line but its own may hold a key and a blank: Marxan does
 * not ask where in a line a key stands.
 */
export async function* writeInputDat(
  values: MarxanParameters,
  options: { readonly boundaries: boolean },
): AsyncGenerator<Uint8Array> {
  const { boundaries } = checkOptions('writeInputDat()', options, { boundaries: required(check.flag) })
  const files = Object.entries(inputFiles).flatMap(([key, rule]) =>
    'written' in rule && (boundaries || key !== 'BOUNDNAME') ? [`${key} ${rule.written}`] : [],
  )
  const lines = [
    'Marxan input file, written by Piecework',
    '',
    ...parameterGroups.flatMap((group) => [group, ...linesOf(group, values), '']),
    'Input files',
    ...files,
    '',
    'Save files',
    ...Object.entries(outputNames).map(([key, { written }]) => `${key} ${written}`),
    ...saveKeys.map((key) => `${key} ${savedAsCsv}`),
    '',
  ]
  yield Buffer.from(lines.join('\n'))
}

const linesOf = (group: string, values: MarxanParameters): readonly string[] =>
  parameterNames.filter((key) => parameters[key].group === group).map((key) => `${key} ${values[key]}`)
