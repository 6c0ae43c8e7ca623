import assert from 'node:assert/strict'
import { told } from '@piecework/test-support/fixtures/told.js'
import { suite } from 'uvu'
import { type Content, type Files, findingsOf, type TableName, tableRows } from './support/project.js'

/** Small imitations of files as programs write them and people publish them. */
interface Published {
  readonly files: Files
  readonly told: readonly string[]
  /** Sentences and hints that a planner needs. */
  readonly says?: readonly RegExp[]
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
        'id\tcost\tstatus\txloc\tyloc\n1\t1\t0\t144.5\t-13.9\n2\t1e+05\t2\t144.7\t-14\n3\t0\t3\t0\t0\n4\t1\t1\t0\t0\n',
    },
    told: [],
    read: {
      'pu.dat': [
        [1, 1, 0, 144.5, -13.9],
        [2, 100000, 2, 144.7, -14],
        [3, 0, 3, 0, 0],
        [4, 1, 1, 0, 0],
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
      '! number-invalid puvspr.dat 4 amount',
      '? integer-form puvspr.dat 3 pu',
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
  // A course's files from ArcMap: tabs, names of species with apostrophes, points and blanks behind them,
  // targets of 0.
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
  // A spreadsheet saved as text: what people call their columns, some of it right.
  'tabs, and blanks in the names of columns': {
    files: {
      'pu.dat': 'id\tCost (AUD)\tstatus\n1\t5\t0\n2\t5\t0\n3\t5\t2\n4\t5\t0\n',
      'spec.dat': 'id\tfeature name\tprop\tspf value\n7\tEel grass\t0.3\t10\n8\tMud\t0.5\t10\n',
    },
    told: [
      '? column-unknown pu.dat 1 Cost (AUD)',
      '? cost-missing pu.dat 1 cost',
      '? name-missing spec.dat name',
      '? column-unknown spec.dat 1 feature name',
      '? column-unknown spec.dat 1 spf value',
      '? spf-missing spec.dat 1 spf',
    ],
    says: [
      /^pu\.dat has no column cost: every planning unit costs 1$/,
      /^If the column Cost \(AUD\) is meant, name it cost/,
      /^If the column spf value is meant, name it spf/,
    ],
    read: {
      'pu.dat': [
        [1, 1, 0],
        [2, 1, 0],
        [3, 1, 2],
        [4, 1, 0],
      ],
    },
  },
  ...Object.fromEntries(
    ['costs', 'pu_cost', 'coût', 'Unit cost'].map((name): [string, Published] => [
      `a column ${name} is not the cost`,
      {
        files: { 'pu.dat': `id,${name}\n1,5\n2,5\n3,5\n4,5\n` },
        told: [`? column-unknown pu.dat 1 ${name}`, '? cost-missing pu.dat 1 cost'],
        says: [new RegExp(`^If the column ${name} is meant, name it cost`)],
      },
    ]),
  ),
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
  // The QMarxan toolbox and ArcMarxan: a target is one of three, the other two are 0.
  'QMarxan: a target by occurrences': {
    files: {
      'spec.dat':
        'id\tprop\ttarget\ttargetocc\tspf\tname\n7\t0.0\t0.0\t2\t1.0\tEel\n8\t0.0\t0.0\t0\t1.0\tMud\n',
    },
    told: ['? nothing-to-conserve spec.dat 3'],
    read: {
      'spec.dat': [
        [7, 0, none, 1, 'Eel', none, 2, none, none, none],
        [8, 0, none, 1, 'Mud', none, 0, none, none, none],
      ],
    },
  },
  // A tool for ArcMap: columns in the order of an older manual, all of them filled.
  'a tool for ArcMap: all columns of spec.dat, in the old order': {
    files: {
      'spec.dat':
        'id,type,target,spf,target2,sepdistance,sepnum,name,targetocc\n8,2,5,1,1,1000,3,Mud,2\n7,0,0.1,1,0,0,0,Eel,0\n',
    },
    told: [],
    read: {
      'spec.dat': [
        [8, none, 5, 1, 'Mud', 1, 2, 3, 1000, 2],
        [7, none, 0.1, 1, 'Eel', 0, 0, 0, 0, 0],
      ],
    },
  },
  // Marxan Web: ids out of a database, in its order; no names.
  'Marxan Web: ids of a database': {
    files: {
      'spec.dat': 'id,prop,spf\n63408475,0.2,40\n63407942,0.5,40\n',
      'puvspr.dat': 'species,pu,amount\n63408475,2,280779406.5914086\n63407942,1,12.5\n',
    },
    told: ['? name-missing spec.dat name'],
    read: {
      'puvspr.dat': [
        [63408475, 2, 280779406.5914086],
        [63407942, 1, 12.5],
      ],
    },
  },
  // Marxan with probabilities: what is not imported is said to be lost, not unknown.
  'Marxan with probabilities': {
    files: {
      'pu.dat': 'id,cost,status,prob\n1,1,0,0.1\n2,1,0,0\n3,1,0,0\n4,1,0,0\n',
      'spec.dat': 'id,target,spf,ptarget1d,ptarget2d,name\n7,1,1,0.9,-1,Eel\n8,1,1,-1,0.9,Mud\n',
      'puvspr.dat': 'species,pu,amount,prob\n7,1,3,0.5\n8,2,4,1\n',
    },
    told: [
      '? column-not-carried pu.dat 1 prob',
      '? column-not-carried spec.dat 1 ptarget1d',
      '? column-not-carried spec.dat 1 ptarget2d',
      '? column-not-carried puvspr.dat 1 prob',
    ],
  },
  // R: cat() for the header, write.table(append = TRUE) for the rows.
  'R, rows that are not separated as the header is': {
    files: { 'puvspr.dat': 'species,pu,amount\n7 1 0.5\n8\t2\t1\n' },
    told: ['! field-count puvspr.dat 2', '! field-count puvspr.dat 3'],
  },
  // A spreadsheet that formats numbers.
  'a spreadsheet with separators of thousands': {
    files: { 'pu.dat': 'id;cost;status\n1;1,000.50;0\n2;1.000,50;0\n3;3;0\n4;3;0\n' },
    told: ['! number-invalid pu.dat 2 cost', '! number-invalid pu.dat 3 cost'],
  },
  // By hand: rows that cannot be read say nothing about those that can.
  'words for the status': {
    files: { 'pu.dat': 'id,cost,status\n1,1,available\n2,1,locked\n3,1,2\n4,1,3\n' },
    told: ['! number-invalid pu.dat 2 status', '! number-invalid pu.dat 3 status'],
  },
  // The horizontal form of the manual's older editions, and of matrices made by hand.
  'a matrix': { files: { 'puvspr.dat': 'pu,7,8\n1,0,5\n2,1,0\n' }, told: ['! puvspr-matrix puvspr.dat'] },
}

const test = suite('published files')

for (const [what, { files, told: expected, says = [], read = {} }] of Object.entries(published))
  test(what, async () => {
    const findings = await findingsOf(files)
    assert.deepEqual(told(findings), expected)
    const sentences = findings.flatMap(({ message, hint = '' }) => [message, hint])
    for (const sentence of says)
      assert.ok(
        sentences.some((one) => sentence.test(one)),
        `${sentence} is not said: ${sentences.join('\n')}`,
      )
    for (const [file, rows] of Object.entries(read))
      assert.deepEqual(await tableRows(file as TableName, files[file as TableName] ?? ''), rows)
  })

test.run()
