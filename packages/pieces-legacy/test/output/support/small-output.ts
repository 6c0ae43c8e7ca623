import { type Entries, entriesOf } from '@piecework/core/piece'
import { resultsValidator } from '#internal/results/results-validator.js'
import { told, validate } from '../../validators/support.js'
import { type OutputFiles, outputZip } from './output-zip.js'

/** Two runs over four units (1, 2, 3 and 10) and two features (7 and 8), as all kinds of files. */
export const smallOutput = {
  'out_sum.csv':
    '"Run_Number","Score","Cost","Planning_Units","Connectivity","Penalty","Shortfall","Missing_Values","MPM"\n1,20.5,10,2,3,0,0,0,1\n2,19.5,9,1,3,1.5,0.5,1,0.75\n',
  'out_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,0\n10,1\n',
  'out_r00002.csv': '"planning_unit","solution"\n10,0\n3,1\n2,0\n1,0\n',
  'out_best.csv': 'PUID,SOLUTION\n1,0\n2,0\n3,1\n10,0\n',
  'out_solutionsmatrix.csv': 'SolutionsMatrix,P10,P3,P2,P1\nS2,0,1,0,0\nS1,1,0,0,1\n',
  'out_ssoln.csv': '"planning_unit","number"\n10,1\n3,1\n2,0\n1,1\n',
  'out_mv00001.csv': features('7,Reef,4,5.5,0,2,0,0,yes,1', '8,Eel, grass,1,1,0,1,0,-3,yes,1'),
  'out_mv00002.csv': features('7,Reef,4,3,0,1,0,0,no,0.75', '8,Eel, grass,1,1,0,1,0,2,yes,1'),
  'out_mvbest.csv': features('7,Reef,4,3,0,1,0,0,no,0.75', '8,Eel, grass,1,1,0,1,0,2,yes,1'),
} as const

export function features(...rows: readonly string[]): string {
  return `"Conservation Feature","Feature Name","Target","Amount Held","Occurrence Target ","Occurrences Held","Separation Target ","Separation Achieved","Target Met","MPM"\n${rows.map((row) => `${row}\n`).join('')}`
}

/** Other files or texts instead of some; undefined leaves a file out. */
export type Changed = Readonly<Record<string, string | undefined>>

export const changed = (files: Changed): OutputFiles =>
  Object.fromEntries(
    Object.entries<string | undefined>({ ...smallOutput, ...files }).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, text]],
    ),
  )

export const inputs = {
  'input.dat': 'SCENNAME out\n',
  'pu.dat': 'id\n1\n2\n3\n10\n',
  'spec.dat': 'id,prop,name\n7,0.3,Reef\n8,0.3,"Eel, grass"\n',
}

/** Uploads by role; ranges can be read. */
export function outputEntries(
  output: Uint8Array,
  others: Readonly<Record<string, string | undefined>> = {},
): Entries {
  const files = Object.entries({ ...inputs, ...others, output }).flatMap(([path, content]) =>
    content === undefined ? [] : [{ path, bytes: Buffer.from(content) }],
  )
  return entriesOf(
    files.map(({ path, bytes }) => ({
      path,
      facts: { size: bytes.length },
      async *open(range) {
        yield range ? bytes.subarray(range.start, range.end) : bytes
      },
    })),
  )
}

/** `code file line column ×count` of each finding about the small folder with these changes. */
export const toldOf = async (
  files: Changed,
  others: Readonly<Record<string, string | undefined>> = {},
): Promise<string[]> =>
  told(await validate(resultsValidator, outputEntries(outputZip(changed(files)), others)))
