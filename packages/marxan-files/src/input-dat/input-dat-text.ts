import {
  type MarxanParameters,
  parameterGroups,
  parameterNames,
  parameters,
  savedAsCsv,
  saveKeys,
} from './parameters.js'

/** Names by key, in the order in which they are written. */
type Names = Readonly<Record<string, string>>

/** No line but its own may hold a key and a blank: Marxan does not ask where in a line a key stands. */
export const inputDatText = (values: MarxanParameters, files: Names, output: Names): string =>
  [
    'Marxan input file, written by Piecework',
    '',
    ...parameterGroups.flatMap((group) => [group, ...linesOf(group, values), '']),
    'Input files',
    ...named(files),
    '',
    'Save files',
    ...named(output),
    ...saveKeys.map((key) => `${key} ${savedAsCsv}`),
    '',
  ].join('\n')

const named = (names: Names): readonly string[] =>
  Object.entries(names).map(([key, name]) => `${key} ${name}`)

const linesOf = (group: string, values: MarxanParameters): readonly string[] =>
  parameterNames.filter((key) => parameters[key].group === group).map((key) => `${key} ${values[key]}`)
