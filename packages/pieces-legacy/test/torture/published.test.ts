import assert from 'node:assert/strict'
import { Findings, readInputDat } from '@piecework/pieces-legacy'
import { suite } from 'uvu'
import { chunks } from '../dat/support.js'
import { type Content, type Files, findingsOf, type TableName, tableRows, told } from './support/project.js'

/** Small imitations of files as programs write them and people publish them. */
interface Published {
  readonly files: Files
  readonly told: readonly string[]
  readonly read?: Partial<Record<TableName, readonly unknown[][]>>
}

const none = Number.NaN
const crlf = (text: string): Content => text.replaceAll('\n', '\r\n')
const amounts = [
  [7, 1, 0.5],
  [8, 2, 100000],
]
const feature = (id: number, prop: number, target: number, spf: number, name: string, type = none) => [
  ...[id, prop, target, spf, name],
  ...[none, none, none, none, type],
]

const published: Readonly<Record<string, Published>> = {
  // Python's csv module, as the CLUZ plugin for QGIS uses it: CRLF, quotes where a comma needs them.
  'CLUZ: commas, CRLF, quotes where they are needed': {
    files: {
      'puvspr.dat': crlf('species,pu,amount\n7,1,0.5\n8,2,100000.0\n'),
      'spec.dat': crlf('id,name,target,spf,type\n7,"Grass, wet",0.1,1.0,0\n8,Dunes,5.5,10.0,1\n'),
      'bound.dat': crlf('id1,id2,boundary\n1,2,500.0\n1,1,1000.0\n'),
    },
    told: [],
    read: {
      'puvspr.dat': amounts,
      'spec.dat': [feature(7, none, 0.1, 1, 'Grass, wet', 0), feature(8, none, 5.5, 10, 'Dunes', 1)],
    },
  },
  // R: write.csv(x, row.names = FALSE) quotes names and text, and writes 100000 as 1e+05.
  'R, write.csv without row names': {
    files: {
      'puvspr.dat': '"species","pu","amount"\n7,1,0.5\n8,2,1e+05\n',
      'spec.dat': '"id","prop","spf","name"\n7,0.3,1,"Eel"\n8,0.5,1,"Mud"\n',
    },
    told: [],
    read: { 'puvspr.dat': amounts },
  },
  // R: write.csv(x) puts the numbers of the rows before them, under a name that is empty.
  'R, write.csv with row names': {
    files: { 'puvspr.dat': '"","species","pu","amount"\n"1",7,1,0.5\n"2",8,2,1e+05\n' },
    told: ['? column-unknown puvspr.dat 1'],
    read: { 'puvspr.dat': amounts },
  },
  // R: write.table(x) separates by blanks, and its header lacks a name for the numbers of the rows.
  'R, write.table with row names: refused, for its header names too few columns': {
    files: { 'puvspr.dat': '"species" "pu" "amount"\n"1" 7 1 0.5\n"2" 8 2 1e+05\n' },
    told: ['? delimiter-blanks puvspr.dat 1', '! field-count puvspr.dat 2', '! field-count puvspr.dat 3'],
  },
  // R: write.table(x, sep = '\t', quote = FALSE, row.names = FALSE), as in most scripts.
  'R, write.table with tabs': {
    files: {
      'pu.dat':
        'id\tcost\tstatus\txloc\tyloc\n1\t1\t0\t144.5\t-13.9\n2\t1e+05\t2\t144.7\t-14\n3\t0\t3\tNA\tNA\n4\t1\t1\t0\t0\n',
    },
    told: [],
    read: {
      'pu.dat': [
        [1, 1, 0],
        [2, 100000, 2],
        [3, 0, 3],
        [4, 1, 1],
      ],
    },
  },
  // R: ids that became numbers with an exponent, and missing amounts.
  'R, large ids with an exponent, and NA': {
    files: {
      'pu.dat': 'id,cost\n1,1\n2,1\n3,1\n4,1\n1e+05,1\n',
      'puvspr.dat': 'species,pu,amount\n7,1,0.5\n8,1e+05,2\n8,2,NA\n',
    },
    told: [
      '? integer-form pu.dat 6 id',
      '? unit-without-geometry pu.dat 6 id',
      '? integer-form puvspr.dat 3 pu',
      '! number-invalid puvspr.dat 4 amount',
      '? unit-unknown puvspr.dat pu ×1',
    ],
  },
  // R, gdata::write.fwf: columns of a fixed width, filled up with blanks.
  'R, write.fwf: columns of a fixed width': {
    files: { 'puvspr.dat': 'species pu amount\n7       1       0.5\n8       2  100000.0\n' },
    told: ['? delimiter-blanks puvspr.dat 1'],
    read: { 'puvspr.dat': amounts },
  },
  // Julia and hand: two tabs between columns, so that they stand below each other; no names of features.
  'two tabs between columns': {
    files: {
      'spec.dat': 'id\t\ttype\t\ttarget\t\tspf\n7\t\t0\t\t0.05\t\t10\n8\t\t0\t\t3\t\t10\n',
      'bound.dat': 'id1\t\tid2\t\tbound\n1\t\t2\t\t1.5\n',
    },
    told: [
      ...[
        '? name-missing spec.dat name',
        '? column-unknown spec.dat 1',
        '? column-unknown spec.dat 1',
        '? column-unknown spec.dat 1',
      ],
      ...['? column-unknown bound.dat 1', '? column-unknown bound.dat 1'],
    ],
    read: {
      'spec.dat': [
        feature(7, none, 0.05, 10, 'Unnamed Feature #1', 0),
        feature(8, none, 3, 10, 'Unnamed Feature #2', 0),
      ],
      'bound.dat': [[1, 2, 1.5]],
    },
  },
  // A course's files from ArcMap: tabs, names of species with apostrophes, points and blanks behind them, targets of 0.
  'ArcMap: names of species, no final newline': {
    files: {
      'spec.dat': crlf(
        "id\ttarget\tspf\tname\n8\t0\t200\tPolyphylla sp. 'morroensis'\n7\t1.5\t200\tEmpidonax traillii ",
      ),
    },
    told: ['? nothing-to-conserve spec.dat 2'],
    read: {
      'spec.dat': [
        feature(8, none, 0, 200, "Polyphylla sp. 'morroensis'"),
        feature(7, none, 1.5, 200, 'Empidonax traillii'),
      ],
    },
  },
  // The QMarxan toolbox and its sister for ArcGIS: tabs, boundaries with two decimals, outer ones first.
  'QMarxan and ArcMarxan: tabs and two decimals': {
    files: {
      'bound.dat': 'id1\tid2\tboundary\n1\t1\t2000.00\n1\t2\t1000.00\n',
      'pu.dat': 'id\tcost\tstatus\n1\t1.00\t0\n2\t1.00\t0\n3\t1.00\t0\n4\t1.00\t0\n',
    },
    told: [],
    read: {
      'bound.dat': [
        [1, 1, 2000],
        [1, 2, 1000],
      ],
    },
  },
  // Marxan Connect: everything in quotes, ids too, sorted by nothing.
  'Marxan Connect: ids in quotes': {
    files: {
      'bound.dat': '"id1","id2","boundary"\n"2","1",1\n"3","1",1\n',
      'spec.dat': 'id,name,spf,target,target2,type\n7,Eel,1000,0.5,0.0,0.0\n8,Mud,1000,0.5,0.0,0.0\n',
    },
    told: [],
    read: {
      'bound.dat': [
        [2, 1, 1],
        [3, 1, 1],
      ],
    },
  },
  // A spreadsheet in a country of decimal commas: semicolons, empty rows below.
  'a spreadsheet with decimal commas': {
    files: { 'pu.dat': crlf('id;cost;status\n1;10,5;0\n2;3;0\n3;3;0\n4;3;0\n;;\n;;\n') },
    told: ['! decimal-comma pu.dat 2 cost'],
  },
  // A spreadsheet: a byte order mark, empty columns to the right, a name in capitals.
  'a spreadsheet with columns left over': {
    files: {
      'pu.dat': crlf(
        `\uFEFFID,Cost,Status${','.repeat(20)}\n1,1,0${','.repeat(20)}\n2,1,0${','.repeat(20)}\n3,1,0\n4,1,0\n`,
      ),
    },
    told: [],
    read: {
      'pu.dat': [
        [1, 1, 0],
        [2, 1, 0],
        [3, 1, 0],
        [4, 1, 0],
      ],
    },
  },
  // The horizontal form of the manual's older editions, and of matrices made by hand.
  'a matrix': { files: { 'puvspr.dat': 'pu,7,8\n1,0,5\n2,1,0\n' }, told: ['! puvspr-matrix puvspr.dat'] },
}

const test = suite('published files')

for (const [what, { files, told: expected, read = {} }] of Object.entries(published))
  test(what, async () => {
    assert.deepEqual(told(await findingsOf(files)), expected)
    for (const [file, rows] of Object.entries(read))
      assert.deepEqual(await tableRows(file as TableName, files[file as TableName] ?? ''), rows)
  })

/** input.dat, everything that is told but defaults, and some of what is read. */
const inputs: Readonly<
  Record<string, readonly [text: string, told: string[], read: Record<string, number | string>]>
> = {
  // Inedit, and QMarxan after it: fourteen decimals, exponents of four digits, two blanks before numbers.
  'Inedit and QMarxan': [
    'Input file for Annealing program.\n\nThis file generated by Inedit.exe\nwritten by Ian Ball and Hugh Possingham.\n\nGeneral Parameters\nVERSION 0.1\nBLM  1.00000000000000E+0000\nPROP  5.00000000000000E-0001\nRANDSEED -1\nBESTSCORE  1.00000000000000E+0001\nNUMREPS 100\n\nAnnealing Parameters\nNUMITNS 1000000\nSTARTTEMP -1.00000000000000E+0000\nCOOLFAC  6.00000000000000E+0000\nNUMTEMP 10000\n\nCost Threshold\nCOSTTHRESH  0.00000000000000E+0000\nTHRESHPEN1  1.40000000000000E+0001\n\nInput Files\nINPUTDIR C:\\My Marxan\\input\nPUVSPRNAME puvspr2.dat\n\nProgram control.\nRUNMODE 1\nMISSLEVEL  1.00000000000000E+0000\n',
    [],
    {
      BLM: 1,
      PROP: 0.5,
      BESTSCORE: 10,
      THRESHPEN1: 14,
      INPUTDIR: 'C:\\My Marxan\\input',
      PUVSPRNAME: 'puvspr2.dat',
    },
  ],
  // marxan.net: an address among the titles, BOUNDNAME last.
  'marxan.net': [
    'This file generated by marxan.net\nemailto: someone@example.org\n\nGeneral Parameters\nVERSION 0.1\nBLM 0.001000000\nNUMREPS 250\nSTARTTEMP -1\nCOOLFAC  6\nNUMTEMP 100000\nSAVESOLUTIONSMATRIX 3\nVERBOSITY 3\n\nBOUNDNAME bound.dat\n',
    [],
    { BLM: 0.001, NUMREPS: 250, NUMTEMP: 100000, BOUNDNAME: 'bound.dat' },
  ],
  // By hand: a key with a letter too few is told, not taken for the one that was meant.
  'a misspelt key': [
    'SAVERUNM 3\nNUMREP 10\nBLM 2\n',
    ['? parameter-unknown 2 NUMREP'],
    { BLM: 2, NUMREPS: 10 },
  ],
  // An R package that forgets one end of line.
  'two keys in one line': ['SAVERUN 3SAVEBEST 3\nBLM 2\n', ['! number-invalid 1 SAVERUN'], { BLM: 2 }],
  // Marxan Cloud and its keys.
  'Marxan Cloud': [
    'BLM 0\nNUMREPS 100\nINPUTDIR input\nPUNAME pu.dat\n_CLOUD_SCENARIO Save the world species\n_CLOUD_GENERATED_AT 2021-08-01T00:00:00.000Z\n',
    [],
    { BLM: 0, NUMREPS: 100 },
  ],
  // Keys of solvers and versions that are not Marxan's.
  'keys of other versions': [
    'BLM 1\nASYMMETRICCONNECTIVITY 1\nPROBABILITYWEIGHTING 1\n',
    ['? parameter-unknown 2 ASYMMETRICCONNECTIVITY', '? parameter-unknown 3 PROBABILITYWEIGHTING'],
    {},
  ],
}

for (const [what, [text, expected, read]] of Object.entries(inputs))
  for (const end of ['\n', '\r\n'])
    test(`input.dat: ${what}, with ${JSON.stringify(end)}`, async () => {
      const findings = new Findings()
      const { parameters, files } = await readInputDat(chunks(text.replaceAll('\n', end)), { findings })
      const said = findings.list().filter(({ code }) => code !== 'legacy/parameter-default')
      assert.deepEqual(
        told(said).map((one) => one.replace('input.dat ', '')),
        expected,
      )
      const all: Readonly<Record<string, unknown>> = { ...parameters, ...files }
      for (const [key, value] of Object.entries(read)) assert.equal(all[key], value, key)
    })

test.run()
