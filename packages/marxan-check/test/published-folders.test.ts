import assert from 'node:assert/strict'
import {
  type Files,
  type Folders,
  folders,
  inputDat,
} from '@piecework/test-support/fixtures/marxan-folders.js'
import { suite } from 'uvu'
import { documentOf, told } from './support/document.js'
import { saidHere } from './support/marxan-check.js'

/** Whole folders as programs leave them and people publish them: changes to a flawless one, what is told, and what is read. */
interface PublishedFolder {
  readonly files: Files
  readonly told: readonly string[]
  /** Paths by role, those that are not where the flawless folder has them. */
  readonly found?: Readonly<Record<string, string>>
  /** Sentences and hints that a planner needs. */
  readonly says?: readonly RegExp[]
}

const summaries =
  '"Run_Number","Score","Cost","Planning_Units","Connectivity","Penalty","Shortfall","Missing_Values","MPM"\n'
const tables = {
  'pu.dat': 'id,cost,status\n1,10,0\n2,20,0\n3,30,2\n',
  'species.dat': 'id,prop,spf,name\n7,0.3,1,Reef\n8,0.5,1,Kelp\n',
  'puvspr.dat': 'species,pu,amount\n7,1,2.5\n8,2,1\n7,3,0.5\n',
}
const away = Object.fromEntries(Object.keys(tables).map((name) => [`input/${name}`, undefined]))
const below = (folder: string): Files => ({
  ...away,
  ...Object.fromEntries(Object.entries(tables).map(([name, text]) => [`${folder}/${name}`, text])),
})
const results = (folder: string, scenario: string): Files => ({
  [`${folder}${scenario}_sum.csv`]: `${summaries}1,5,4,2,0,0,0,0,1\n`,
  [`${folder}${scenario}_r00001.csv`]: 'PUID,SOLUTION\n1,1\n2,0\n3,1\n',
})

const published: Readonly<Record<string, PublishedFolder>> = {
  // A notebook writes input.dat from an indented text.
  'input.dat with a blank before every line': {
    files: { 'input.dat': inputDat.replaceAll(/^/gm, ' ') },
    told: [],
  },
  // Inedit and Zonae Cogito write 0 for a folder that was left empty: files and results are beside input.dat.
  'Zonae Cogito: no folders, tables of ArcView, block definitions': {
    files: {
      ...away,
      ...tables,
      'input.dat': `${inputDat.replace('INPUTDIR input', 'INPUTDIR 0')}BLOCKDEFNAME gspec.dat\nSCENNAME temp\nOUTPUTDIR 0\n`,
      'gspec.dat': 'type\ttarget\n1\t5\n',
      'temp_sum.txt': `${summaries.replaceAll(',', '\t')}1,5,4,2,0,0,0,0,1\n`,
      'temp_r00001.txt': '"planning_unit","solution"\n1,1\n2,0\n3,1\n',
      'temp_ssoln.txt': '"planning_unit","number"\n3,1\n2,0\n1,1\n',
    },
    told: ['warning blocks-not-carried input.dat 23'],
    found: { 'pu.dat': 'pu.dat', 'spec.dat': 'species.dat', 'puvspr.dat': 'puvspr.dat', output: '.' },
    says: [/^gspec\.dat is not imported/],
  },
  // R projects keep folders farther below.
  'R: folders in folders, with slashes of both kinds': {
    files: {
      ...below('Data/marxan/input'),
      ...results('Data/marxan/output/', 'output'),
      'input.dat': `${inputDat.replace('INPUTDIR input', 'INPUTDIR .\\data/marxan\\input\\')}OUTPUTDIR data/marxan/output\n`,
    },
    told: [],
    found: {
      'pu.dat': 'Data/marxan/input/pu.dat',
      'spec.dat': 'Data/marxan/input/species.dat',
      'puvspr.dat': 'Data/marxan/input/puvspr.dat',
      output: 'Data/marxan/output',
    },
  },
  // Marxan Connect: folders of the author's machine, boundaries with a direction.
  'Marxan Connect: connections instead of boundaries': {
    files: {
      'input.dat': `${inputDat.replace('INPUTDIR input', 'INPUTDIR C:\\Users\\me\\data\\input')}ASYMMETRICCONNECTIVITY  1\nBOUNDNAME bound_connect.dat\n`,
      'input/bound_connect.dat': '"id1","id2","boundary"\n"1","2",0.5\n"2","1",0.1\n',
    },
    told: ['warning parameter-unknown input.dat 23', 'warning boundary-differs input/bound_connect.dat 3'],
    found: { 'bound.dat': 'input/bound_connect.dat' },
    says: [/^ASYMMETRICCONNECTIVITY is not imported: .*direction is not carried.*problem is another one$/],
  },
  // Marxan Web: a new project, whose features have not been preprocessed.
  'Marxan Web: names that are empty': {
    files: {
      'input.dat': `${inputDat.replace('PUVSPRNAME puvspr.dat', 'PUVSPRNAME ')}BOUNDNAME \n`,
      'input/puvspr.dat': undefined,
      'input/feature_preprocessing.dat': 'id,pu_area,pu_count\n7,2.5,1\n',
    },
    told: ['error file-missing input.dat 22'],
    says: [/^PUVSPRNAME is empty where the name of a file is needed$/],
  },
  // An unpacked download may have its project one folder further down.
  'input.dat in the folder below': {
    files: { 'input.dat': undefined, 'project/input.dat': inputDat },
    told: ['stopped input-incomplete'],
    says: [/does not have input\.dat.*there is project\/input\.dat: that folder may be the project$/],
  },
  // Old formats, and what editors make of it: input.dat is there, and that is what has to be told.
  'input.dat with bare values': {
    files: { 'input.dat': '3.1\n1.0E+0000\n1000000\ntemp\n0\n', 'input/spec.dat': tables['species.dat'] },
    told: ['warning no-parameters input.dat'],
    found: { 'spec.dat': 'input/spec.dat' },
    says: [
      /^input\.dat has none of Marxan's parameters: all have their defaults$/,
      /its key, a blank and its value.*new format/,
    ],
  },
  'input.dat in UTF-16': {
    files: {
      'input.dat': Buffer.from(`\uFEFF${inputDat}`, 'utf16le'),
      'input/spec.dat': tables['species.dat'],
    },
    told: ['error binary input.dat'],
    says: [/^input\.dat is not a text file in UTF-8: it is UTF-16 text/, /^Save it in UTF-8/],
  },
  // R: a header by cat(), rows by write.table().
  'rows that are not separated as the header is': {
    files: { 'input/puvspr.dat': 'species,pu,amount\n7 1 2.5\n8 2 1\n' },
    told: ['error field-count input/puvspr.dat 2', 'error field-count input/puvspr.dat 3'],
    says: [/1 field where the header has 3$/, /separated by commas, the row by blanks/],
  },
  'separators of thousands, and a remark': {
    files: {
      'input.dat': inputDat.replace('NUMREPS 10', 'NUMREPS 10 # runs'),
      'input/pu.dat': 'id,cost,status\n1,"1,000.50",0\n2,20,0\n3,30,2\n',
    },
    told: ['error number-invalid input/pu.dat 2', 'error number-invalid input.dat 5'],
    says: [/thousands$/, /1000\.5/, /"10 # runs", which is not a number$/, /Nothing but the number/],
  },
  // By hand, from the words of a report.
  'percentages, words and -1': {
    files: {
      'input/pu.dat': 'id,cost,status\n1,10,available\n2,20,0\n3,30,4\n',
      'input/species.dat': 'id,prop,target2,spf,name\n7,30,0,1,Reef\n8,50%,-2,1,Kelp\n',
    },
    told: [
      'error number-invalid input/pu.dat 2',
      'error out-of-range input/pu.dat 4',
      'error out-of-range input/species.dat 2',
      'error out-of-range input/species.dat 3',
      'error number-invalid input/species.dat 3',
    ],
    says: [
      /^prop is 30; it must be from 0 to 1$/,
      /0\.3 stands for 30 %/,
      /^target2 is -2; it must be at least 0$/,
      /Write -1 where it is not used/,
      /2 locked in, 3 locked out/,
    ],
  },
  // Spreadsheets and download pages: what stands in the first line is no header.
  'a title above the header': {
    files: { 'input/pu.dat': `Planning units of 2019\n\n${tables['pu.dat']}` },
    told: ['warning column-unknown input/pu.dat 1', 'error column-missing input/pu.dat 1'],
    says: [
      /must name the columns, for instance: id,cost,status,xloc,yloc\. It reads: Planning units of 2019$/,
    ],
  },
  'whole lines in quotation marks': {
    files: { 'input/pu.dat': tables['pu.dat'].replaceAll(/^.+$/gm, '"$&"') },
    told: ['warning column-unknown input/pu.dat 1', 'error column-missing input/pu.dat 1'],
    says: [/^Remove the quotation marks around whole lines/],
  },
  'two tabs between values, one between names': {
    files: { 'input/pu.dat': 'id\tcost\tstatus\n1\t\t10\t\t0\n2\t\t20\t\t0\n3\t\t30\t\t2\n' },
    told: [2, 3, 4].map((line) => `error field-count input/pu.dat ${line}`),
    says: [/^Two separators beside each other stand for an empty field/],
  },
  // Ten runs side by side, each with results of its own beside the joined ones.
  'results of several processes': {
    files: {
      'input.dat': `${inputDat}SCENNAME output\nOUTPUTDIR output\n`,
      ...results('output/', 'output'),
      ...results('output/', 'output1'),
      'output/output_log.dat': 'log',
      'output/output_sen.csv': 'sen',
      'output/output_penalty.csv': 'spid,penalty\n',
    },
    told: ['warning output-choice output'],
    found: { output: 'output' },
  },
  // A course: a summary with tabs in its header and commas in its rows, exponents, a matrix from the right to the left.
  'results of version 4 as text': {
    files: {
      'input.dat': `${inputDat}SCENNAME MB\nOUTPUTDIR MB_output\n`,
      'MB_output/MB_sum.txt': `${summaries.replaceAll(',', '\t')}1,2.84e+07,2.84e+07,2,0,0,0,0,1\n`,
      'MB_output/MB_solutionsmatrix.csv': 'SolutionsMatrix,P3,P2,P1\nS1,1,0,1\n',
      'MB_output/MB_best.txt': '"planning_unit","solution"\n3,1\n2,0\n1,1\n',
    },
    told: [],
    found: { output: 'MB_output' },
  },
  // R: the marxan package writes what it read again; read.csv() had put points between the words of a header.
  'R: results that were read and written again': {
    files: {
      'input.dat': `${inputDat}OUTPUTDIR output\n`,
      ...results('output/', 'output'),
      'output/output_sum.csv': `${summaries.replaceAll('"', '')}1,14873741677.9413,1.4e+10,2,0,0,0,0,1\n2,14932735549.5795,1.4e+10,2,0,0,0,0,1\n`,
      'output/output_r00002.csv': '"PUID","SOLUTION"\n3,1\n2,0\n1,1\n',
      'output/output_mv00001.csv':
        '"Conservation Feature","Feature Name","Target","Amount Held","Occurrence Target","Occurrences Held","Separation Target","Separation Achieved","Target Met","MPM"\n8,,1,0,0,0,0,0,no,0\n7,,1,3,0,2,0,0,yes,1\n',
      'output/output_mv00002.csv':
        '"","Conservation.Feature","Feature.Name","Target","Amount.Held","Occurrence.Target.","Occurrences.Held","Separation.Target.","Separation.Achieved","Target.Met","MPM"\n"1",8,NA,1,0,0,0,0,0,"no",0\n"2",7,NA,1,3,0,2,0,0,"yes",1\n',
    },
    told: [],
    found: { output: 'output' },
  },
  // CLUZ saves no runs unless it is asked for extra outputs.
  'CLUZ: results without the solutions of runs': {
    files: {
      'input.dat': `${inputDat}SCENNAME output1\nOUTPUTDIR output\n`.replaceAll('\n', '\r\n'),
      'output/output1_sum.txt': `${summaries.replaceAll(',', '\t')}1\t5\t4\t2\t0\t0\t0\t0\t1\n`,
      'output/output1_best.txt': '"planning_unit","solution"\n3,1\n2,0\n1,1\n',
      'output/output1_ssoln.txt': '"planning_unit","number"\n3,1\n2,0\n1,1\n',
      'targets.csv': 'Id,Name,Type,Target,Spf\n7,Reef,1,1,1\n',
      'input/spec.dat': tables['species.dat'],
    },
    told: ['error output-missing output'],
    says: [/does not hold output1_solutionsmatrix or output1_r00001/, /SAVESOLUTIONSMATRIX 3 or SAVERUN 3/],
  },
  'a matrix without headers': {
    files: {
      'input.dat': `${inputDat}OUTPUTDIR output\n`,
      ...results('output/', 'output'),
      'output/output_solutionsmatrix.csv': ',1,0,1\n',
    },
    told: ['error no-header output/output_solutionsmatrix.csv 1'],
    found: { output: 'output' },
    says: [/does not name the planning units$/, /SOLUTIONSMATRIXHEADERS to 1/],
  },
}

const usual = {
  'planning-grid': 'shapes/grid.shp',
  'input.dat': 'input.dat',
  'pu.dat': 'input/pu.dat',
  'spec.dat': 'input/species.dat',
  'puvspr.dat': 'input/puvspr.dat',
}

const test = suite('published folders')
let made: Folders

test.before(async () => {
  made = await folders()
})
test.after(() => made.remove())

for (const [what, { files, told: expected, found = {}, says = [] }] of Object.entries(published))
  test(what, async () => {
    const document = documentOf(await saidHere([await made.make(files), '--json']))
    const stopped = document.error ? [`stopped ${document.error.code}`] : []
    const said = told(document).filter((one) => !one.includes('parameter-default'))
    assert.deepEqual([...stopped, ...said], expected)
    if (document.errors === 0)
      assert.deepEqual(Object.fromEntries(document.files.map(({ role, path }) => [role, path])), {
        ...usual,
        ...found,
      })
    const sentences = [
      document.error?.message ?? '',
      ...document.findings.flatMap(({ message, hint = '' }) => [message, hint]),
    ]
    for (const sentence of says)
      assert.ok(
        sentences.some((one) => sentence.test(one)),
        `${sentence} is not said: ${sentences.join('\n')}`,
      )
  })

test.run()
