import { check, checkOptions, required } from '@piecework/core/piece'
import { hasTooManyDecreases } from './check-annealing.js'
import { inputDatText } from './input-dat-text.js'
import { isValid } from './number-value.js'
import { inputFiles, type MarxanParameters, outputNames, parameterNames, parameters } from './parameters.js'

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

/** An input.dat for a folder with the tables in `inputFiles.INPUTDIR.written`. */
export async function* writeInputDat(
  values: MarxanParameters,
  options: { readonly boundaries: boolean },
): AsyncGenerator<Uint8Array> {
  const { boundaries } = checkOptions('writeInputDat()', options, { boundaries: required(check.flag) })
  const { BOUNDNAME, ...files } = writtenNames(inputFiles)
  const names = boundaries && BOUNDNAME !== undefined ? { ...files, BOUNDNAME } : files
  yield Buffer.from(inputDatText(values, names, writtenNames(outputNames)))
}

const writtenNames = (
  rules: Readonly<Record<string, { readonly default: string; readonly written?: string }>>,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(rules).flatMap(([key, { written }]) => (written === undefined ? [] : [[key, written]])),
  )
