import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { features, type MarxanFolder, writeFolder } from '../legacy/folder.js'

/** One unit of so many is in a run's solution. */
const unitsOfOne = 4

const featureHeader =
  '"Conservation Feature","Feature Name","Target","Amount Held","Occurrence Target ","Occurrences Held","Separation Target ","Separation Achieved","Target Met","MPM"'

export interface ResultsFolder extends MarxanFolder {
  readonly folder: string
  readonly runs: number
}

/** Writes a Marxan project as a program would leave it, with a solution and results of features for each run. */
export async function writeResults(folder: string, units: number, runs: number): Promise<ResultsFolder> {
  const project = await writeFolder(folder, units)
  await writeFile(
    join(folder, 'input.dat'),
    'BLM 1\nNUMREPS 10\nPUNAME pu.dat\nSPECNAME spec.dat\nPUVSPRNAME puvspr.dat\nSCENNAME output\nOUTPUTDIR output\n',
  )
  const output = join(folder, 'output')
  await mkdir(output)
  const put = (name: string, lines: readonly string[]): Promise<void> =>
    writeFile(join(output, `output_${name}.csv`), `${lines.join('\n')}\n`)
  const summary = [
    '"Run_Number","Score","Cost","Planning_Units","Connectivity","Penalty","Shortfall","Missing_Values","MPM"',
  ]
  const rows = Array.from(
    { length: features },
    (_, at) => `${at + 1},Feature ${at + 1},100.000000,120.500000,0,12,0,0,yes,1.000000`,
  )
  for (let run = 1; run <= runs; run += 1) {
    const number = String(run).padStart(5, '0')
    const isIn = (unit: number): boolean => (unit * 7919 + run * 104_729) % unitsOfOne === 0
    const solution = Array.from({ length: units }, (_, at) => `${at + 1},${isIn(at + 1) ? 1 : 0}`)
    const selected = solution.filter((line) => line.endsWith(',1')).length
    await put(`r${number}`, ['"planning_unit","solution"', ...solution])
    await put(`mv${number}`, [featureHeader, ...rows])
    summary.push(`${run},${1000 + run}.5,100,${selected},0,0,0,0,1`)
  }
  if (runs > 0) await put('sum', summary)
  return { ...project, folder, runs }
}
