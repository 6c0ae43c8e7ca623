import { type ParameterValues, parameterGroups } from './written-parameters.js'

/** The first part of the names of result files. */
export const scenarioName = 'output'

/** Where Marxan reads and writes, from the folder of input.dat. */
export const inputFolder = 'input'
export const outputFolder = 'output'

const saves = [
  'SAVERUN',
  'SAVEBEST',
  'SAVESUMMARY',
  'SAVESCEN',
  'SAVETARGMET',
  'SAVESUMSOLN',
  'SAVELOG',
  'SAVESOLUTIONSMATRIX',
]

/** The text of input.dat. No line but its own may hold a key and a blank: Marxan does not ask where in a line it stands. */
export function inputDat(values: ParameterValues, withBoundaries: boolean): string {
  const parameters = parameterGroups.flatMap(({ title, keys }) => [
    title,
    ...Object.keys(keys).map((key) => `${key} ${values[key]}`),
    '',
  ])
  return [
    'Marxan input file, written by Piecework',
    '',
    ...parameters,
    'Input files',
    `INPUTDIR ${inputFolder}`,
    'PUNAME pu.dat',
    'SPECNAME spec.dat',
    'PUVSPRNAME puvspr.dat',
    ...(withBoundaries ? ['BOUNDNAME bound.dat'] : []),
    '',
    'Save files',
    `SCENNAME ${scenarioName}`,
    `OUTPUTDIR ${outputFolder}`,
    // 3: as .csv.
    ...saves.map((key) => `${key} 3`),
    '',
  ].join('\n')
}
