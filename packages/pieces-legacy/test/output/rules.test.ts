import assert from 'node:assert/strict'
import { FindingCollector } from '@piecework/core/piece'
import { readSummaries } from '@piecework/marxan-files'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import { suite } from 'uvu'
import { resultsValidator } from '#internal/results/results-validator.js'
import { told, uploads, validate } from '../validators/support.js'
import { outputZip } from './support/output-zip.js'
import {
  type Changed,
  changed,
  features,
  outputEntries,
  smallOutput,
  toldOf,
} from './support/small-output.js'

const test = suite('rules of the output folder')

const {
  'out_sum.csv': sum,
  'out_r00001.csv': first,
  'out_r00002.csv': second,
  'out_solutionsmatrix.csv': matrix,
  'out_ssoln.csv': frequency,
} = smallOutput
/** Of the first two runs. */
const tie = sum.replace('19.5', '20.5')
const third = 'PUID,SOLUTION\n1,0\n2,1\n3,0\n10,0\n'
const equal = { 'out_r00002.csv': first, 'out_ssoln.csv': undefined }
const noMatrix = { 'out_solutionsmatrix.csv': undefined }
const noSolutions = { 'out_r00001.csv': undefined, 'out_r00002.csv': undefined }
const renamed = (name: (old: string) => string): Changed =>
  Object.fromEntries([
    ...Object.keys(smallOutput).map((old) => [old, undefined]),
    ...Object.entries(smallOutput).map(([old, text]) => [name(old), text]),
  ])

/** Summaries of the two runs as versions of Marxan write them. */
const versions: Readonly<Record<string, readonly string[]>> = {
  'Marxan 1.8, blanks': [
    'Run no.    Score      Cost   Planning Units  Boundary Length   Penalty  Shortfall  Missing Values',
    '1          20.50     10.00      2         3.00       0.00      0.00      0',
    '2          19.50      9.00      1         3.00       1.50      0.50      1',
  ],
  'Marxan 1.8, one blank': [
    'Run no. Score Cost Planning Units Boundary Length Penalty Shortfall Missing Values',
    '1 20.50 10.00 2 3.00 0.00 0.00 0',
    '2 19.50 9.00 1 3.00 1.50 0.50 1',
  ],
  'Marxan 1.8, commas': [
    'Run Number,Score,Cost,Planning Units,Boundary Length,Penalty,Shortfall,Missing Values',
    '1,20.500000,10.000000,2,3.000000,0.000000,0.000000,0',
    '2,19.500000,9.000000,1,3.000000,1.500000,0.500000,1',
  ],
  'Marxan 2, blanks': [
    'Run no.    Score      Cost   Planning Units  Connectivity   Connectivity_Total  Connectivity_In  Connectivity_Edge  Connectivity_Out  Connectivity_In_Fraction  Penalty  Shortfall  Missing_Values  MPM',
    '1          20.50     10.00      2         3.00       9.00  1.00  1.00  1.00  0.10    0.00      0.00      0   1.0',
    '2          19.50      9.00      1         3.00       9.00  1.00  1.00  1.00  0.10    1.50      0.50      1   0.75',
  ],
  'Marxan 2, tabs': [
    'Run no.\tScore\tCost\tPlanning Units\tConnectivity_Total\tPenalty\tShortfall\tMissing_Values\tMPM',
    '1\t20.5\t10\t2\t9\t0\t0\t0\t1',
    '2\t19.5\t9\t1\t9\t1.5\t0.5\t1\t0.75',
  ],
  'a header between blanks over tabs': [
    'Run no.    Score      Cost   Planning Units',
    '1\t20.50\t10.00\t2',
    '2\t19.50\t9.00\t1',
  ],
}

/** Changes to the small folder, and what is told of it. */
const cases: Record<string, [files: Changed, told: string[]]> = {
  'all is well': [{}, []],
  // Which files
  'in one folder, other extensions and case': [renamed((old) => `Output/${old.replace('.csv', '.TXT')}`), []],
  'the name of the scenario in another case': [renamed((old) => old.replace('out', 'OUT')), []],
  'another scenario than that of input.dat, with underscores': [
    renamed((old) => old.replace('out', 'my_best')),
    ['? output-scenario output'],
  ],
  'run numbers of three digits': [renamed((old) => old.replace('000', '0')), []],
  'files that are not needed': [
    {
      'out_log.dat': '\0',
      'out_penalty.csv': 'x',
      'pu_out.csv': 'x',
      'notes.txt': '',
      'out_snapRr00001.csv': '?',
    },
    [],
  ],
  'what archivers leave': [
    { '__MACOSX/out_sum.csv': 'x', '.DS_Store': 'x', '__MACOSX/._out_sum.csv': '\0' },
    [],
  ],
  'nothing of Marxan': [renamed((old) => `${old}.bak`), ['! output-empty output']],
  'two folders': [{ 'more/out_r00003.csv': first }, ['! output-folders output']],
  'a folder in a folder': [renamed((old) => `a/b/${old}`), ['! output-folders output']],
  'another scenario beside that of input.dat': [{ 'other_sum.csv': sum }, ['? output-choice output']],
  'the same run twice': [{ 'out_r001.txt': 'nonsense' }, ['? output-twice out_r001.txt']],
  'the same run as .txt and as .dat': [
    { 'out_r00001.csv': undefined, 'out_r00001.dat': 'nonsense', 'out_r00001.txt': first },
    ['? output-twice out_r00001.dat'],
  ],
  'run 0': [{ 'out_r00000.csv': first }, ['! run-invalid out_r00000.csv']],
  'no summary': [{ 'out_sum.csv': undefined }, ['! output-missing output']],
  'no solutions': [{ ...noMatrix, ...noSolutions, 'out_ssoln.csv': undefined }, ['! output-missing output']],
  neither: [
    { ...noMatrix, ...noSolutions, 'out_sum.csv': undefined, 'out_ssoln.csv': undefined },
    ['! output-missing output', '! output-missing output'],
  ],
  'the matrix alone': [noSolutions, []],
  'the files of the runs alone': [noMatrix, []],
  'no results of features': [{ 'out_mv00001.csv': undefined, 'out_mv00002.csv': undefined }, []],
  zones: [{ 'zones.dat': '' }, ['! marzone output']],
  'solutions in zones': [
    { ...noMatrix, 'out_r00001.csv': 'planning_unit,zone\n1,2\n' },
    ['! marzone output'],
  ],
  'a summary of zones': [
    { 'out_sum.csv': 'Run Number,Score,Connection Strength\n1,2,3\n' },
    ['! marzone output'],
  ],
  CLUZ: [{ 'targets.csv': '' }, ['! cluz output']],
  'CLUZ beside spec.dat': [{ 'targets.csv': '', 'spec.dat': '' }, []],
  // Summary
  'a tab header over comma rows': [
    { 'out_sum.csv': sum.replace(/^.*/, (line) => line.replaceAll(',', '\t')) },
    [],
  ],
  'the header of old versions': [
    {
      'out_sum.csv':
        'Run no.    Score      Cost   Planning Units  Connectivity   Penalty  Shortfall\n1       20.50     10.00         2         3.00      0.00   0.00\n2   19.50  9.00  1  3.00   1.50   0.50\n',
    },
    [],
  ],
  ...Object.fromEntries(
    Object.entries(versions).map(([version, lines]): [string, [Changed, string[]]] => [
      `the summary of ${version}`,
      [{ 'out_sum.csv': undefined, 'out_sum.dat': `${lines.join('\n')}\n` }, []],
    ]),
  ),
  'a summary with a column that its header lacks': [
    {
      'out_sum.csv': undefined,
      'out_sum.dat': 'Run no.    Score      Cost   Planning Units\n1  20.5  10  2  3\n',
    },
    ['! field-count out_sum.dat 2'],
  ],
  'CR alone, a byte order mark, blank lines': [
    { 'out_sum.csv': `\ufeff\n\n${sum}\n`.replaceAll('\n', '\r') },
    [],
  ],
  'no score': [{ 'out_sum.csv': 'Run_Number,Cost\n1,2\n' }, ['! column-missing out_sum.csv 1 Score']],
  'a column twice': [
    { 'out_sum.csv': 'Run_Number,Score,Cost,cost\n1,2,3,4\n' },
    ['! column-duplicate out_sum.csv 1 cost'],
  ],
  'no header': [{ 'out_sum.csv': '1,20.5,10,2\n' }, ['! no-header out_sum.csv 1']],
  'an empty summary': [{ 'out_sum.csv': '' }, ['! file-empty out_sum.csv']],
  'a header and no rows': [{ 'out_sum.csv': 'Run_Number,Score\n' }, ['! no-rows out_sum.csv']],
  binary: [{ 'out_sum.csv': 'Run_Number,Score\n1,2\n\0' }, ['! binary out_sum.csv 3']],
  'a run twice': [
    { 'out_sum.csv': `${sum}2,19.5,9,1,3,1.5,0.5,1,0.75\n` },
    ['! run-duplicate out_sum.csv 4 Run_Number'],
  ],
  'a score that is none': [
    { 'out_sum.csv': sum.replace('20.5', 'NA') },
    ['! number-invalid out_sum.csv 2 Score'],
  ],
  'a decimal comma': [
    { 'out_sum.csv': 'Run_Number;Score\n1;20,5\n2;19.5\n' },
    ['! decimal-comma out_sum.csv 2 Score'],
  ],
  'no number where none is needed': [
    { 'out_sum.csv': sum.replace('0.75', 'nan') },
    ['? result-not-a-number out_sum.csv 3 MPM'],
  ],
  'a field too few': [{ 'out_sum.csv': sum.replace('20.5,', '') }, ['! field-count out_sum.csv 2']],
  'a field too many': [{ 'out_sum.csv': sum.replace('20.5', '20,5') }, ['! field-count out_sum.csv 2']],
  'Planning_Units that differ': [
    { 'out_sum.csv': sum.replace('10,2,3', '10,3,3') },
    ['? planning-units-differ out_sum.csv 2 Planning_Units'],
  ],
  'Planning_Units of many runs that differ': [
    { ...noMatrix, 'out_sum.csv': sum.replace('10,2,3', '10,3,3').replace('9,1,3', '9,4,3') },
    ['? planning-units-differ out_sum.csv 2 Planning_Units ×2'],
  ],
  'a run without a solution': [
    { 'out_sum.csv': `${sum}3,30,9,1,3,1.5,0.5,1,0.75\n` },
    ['? run-without-solution out_sum.csv ×1'],
  ],
  // Solutions
  'without a header: alone is selected': [
    { ...noMatrix, 'out_r00001.csv': undefined, 'out_r00001.dat': '10\n3,0\n2,0\n1\n' },
    [],
  ],
  'without a header: what is not selected may be left out': [
    { ...noMatrix, 'out_r00001.csv': undefined, 'out_r00001.dat': '10\n1\n' },
    [],
  ],
  'alone under a header': [
    { ...noMatrix, 'out_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,0\n10\n' },
    ['! field-count out_r00001.csv 5'],
  ],
  'columns in the other order, tabs, another name': [
    { ...noMatrix, 'out_r00001.csv': 'chosen\tPUID\n1\t1\n0\t2\n0\t3\n1\t10\n' },
    [],
  ],
  'a unit that there is not': [
    { ...noMatrix, 'out_r00001.csv': first.replace('3,0', '4,0') },
    ['! unit-unknown out_r00001.csv 4 planning unit'],
  ],
  'a unit twice': [
    { ...noMatrix, 'out_r00001.csv': `${first}1,0\n` },
    ['! id-duplicate out_r00001.csv 6 planning unit'],
  ],
  'neither 0 nor 1': [
    { ...noMatrix, 'out_r00001.csv': first.replace('3,0', '3,2') },
    ['! solution-invalid out_r00001.csv 4 solution'],
  ],
  'a unit that is missing': [
    { ...noMatrix, 'out_r00001.csv': first.replace('2,0\n', '') },
    ['? units-missing out_r00001.csv ×1'],
  ],
  'ids that R has written': [
    { ...noMatrix, 'out_r00001.csv': first.replace('10,', '1e+01,') },
    ['? integer-form out_r00001.csv 5 planning unit'],
  ],
  // Matrix
  'quotation marks, semicolons, blanks, a trailing one': [
    { 'out_solutionsmatrix.csv': '"SolutionsMatrix";"P10";"P3";"P2"; P1\r\n"S2";0;"1";0; 0;\r\nS1,1,0,0,1' },
    [],
  ],
  'a matrix without a header': [
    { 'out_solutionsmatrix.csv': '0,1,0,0\n1,0,0,1\n' },
    ['! no-header out_solutionsmatrix.csv 1'],
  ],
  'a column of no unit': [
    { ...noSolutions, 'out_solutionsmatrix.csv': matrix.replace('P3', 'P4') },
    ['! unit-unknown out_solutionsmatrix.csv 1 P4'],
  ],
  'a column that is no unit': [
    { ...noSolutions, 'out_solutionsmatrix.csv': matrix.replace('P2', '2') },
    ['! column-invalid out_solutionsmatrix.csv 1 2'],
  ],
  'a column twice in the matrix': [
    { ...noSolutions, 'out_solutionsmatrix.csv': matrix.replace('P2', 'P1') },
    ['! id-duplicate out_solutionsmatrix.csv 1 P1'],
  ],
  'a cell that is neither': [
    { ...noSolutions, 'out_solutionsmatrix.csv': matrix.replace('S1,1', 'S1,2') },
    ['! solution-invalid out_solutionsmatrix.csv 3 P10'],
  ],
  'a row that is cut': [
    { ...noSolutions, 'out_solutionsmatrix.csv': matrix.slice(0, -3) },
    ['! field-count out_solutionsmatrix.csv 3'],
  ],
  'a row without its run': [
    { ...noSolutions, 'out_solutionsmatrix.csv': matrix.replace('S1', '') },
    ['! run-invalid out_solutionsmatrix.csv 3 run'],
  ],
  'a run twice in the matrix': [
    { ...noSolutions, 'out_solutionsmatrix.csv': `${matrix}S2,0,1,0,0\n` },
    ['! run-duplicate out_solutionsmatrix.csv 4 run'],
  ],
  'an empty matrix': [
    { ...noSolutions, 'out_solutionsmatrix.csv': '\n' },
    ['! file-empty out_solutionsmatrix.csv'],
  ],
  'a matrix without rows': [
    { ...noSolutions, 'out_solutionsmatrix.csv': 'SolutionsMatrix,P10,P3,P2,P1\n' },
    ['! no-rows out_solutionsmatrix.csv'],
  ],
  // Agreement
  'matrix and file of a run differ': [
    { 'out_r00002.csv': second.replace('2,0', '2,1') },
    ['! solutions-differ out_solutionsmatrix.csv 2 P2'],
  ],
  'a file of a run that the matrix lacks': [
    { 'out_sum.csv': `${sum}3,30,9,2,3,1.5,0.5,1,0.75\n`, 'out_r00003.csv': first },
    ['! solutions-differ out_r00003.csv'],
  ],
  'frequencies differ': [
    { 'out_ssoln.csv': frequency.replace('3,1', '3,2').replace('2,0', '2,1') },
    ['? frequency-differs out_ssoln.csv ×2'],
  ],
  'frequencies that are too low': [
    { 'out_ssoln.csv': frequency.replace('3,1', '3,0') },
    ['? frequency-differs out_ssoln.csv ×1'],
  ],
  'frequencies without a header, any order': [{ 'out_ssoln.csv': '1\t1\n10\t1\n3\t1\n2\t0\n' }, []],
  'a selected unit without its frequency': [
    { 'out_ssoln.csv': frequency.replace('3,1\n', '').replace('1,1\n', '1,2\n') },
    ['? frequency-differs out_ssoln.csv ×2'],
  ],
  'a unit that no run selects without its frequency': [
    { 'out_ssoln.csv': frequency.replace('2,0\n', '') },
    ['? units-missing out_ssoln.csv ×1'],
  ],
  'frequencies of runs without a solution': [
    {
      'out_sum.csv': `${sum}3,30,9,1,3,1.5,0.5,1,0.75\n`,
      'out_ssoln.csv': frequency.replace('2,0', '2,1').replace('3,1', '3,2'),
    },
    ['? run-without-solution out_sum.csv ×1'],
  ],
  'frequencies of too many runs': [
    {
      'out_sum.csv': `${sum}3,30,9,1,3,1.5,0.5,1,0.75\n`,
      'out_ssoln.csv': frequency.replace('2,0', '2,2'),
    },
    ['? frequency-differs out_ssoln.csv ×1', '? run-without-solution out_sum.csv ×1'],
  ],
  // What longer executions left behind
  'files of runs that the summary does not have are not read': [
    { 'out_r00003.csv': '\0', 'out_r00007.csv': first, 'out_mv00003.csv': '\0', 'out_mv00004.csv': '' },
    ['? run-without-summary out_sum.csv ×3'],
  ],
  'the same without a matrix': [
    { ...noMatrix, 'out_r00003.csv': '\0', 'out_r00007.csv': first },
    ['? run-without-summary out_sum.csv ×2'],
  ],
  'rows of the matrix that the summary does not have are not checked': [
    { ...noSolutions, 'out_solutionsmatrix.csv': `${matrix}S4,x,1\nS3,0,1,0,0\nS4,0,0,0,0\n` },
    ['? run-without-summary out_sum.csv ×2'],
  ],
  'a run of another file of features counts once': [
    { 'out_r00003.csv': first, 'out_mv00003.csv': '', 'out_solutionsmatrix.csv': `${matrix}S3,0,1,0,0\n` },
    ['? run-without-summary out_sum.csv ×1'],
  ],
  'no solution of any run of the summary': [
    { ...noMatrix, ...noSolutions, 'out_r00003.csv': first },
    ['! output-missing output', '? run-without-summary out_sum.csv ×1'],
  ],
  'a summary with an error does not tell what is left over': [
    { 'out_sum.csv': sum.replace('19.5', 'x'), 'out_mv00003.csv': smallOutput['out_mv00001.csv'] },
    ['! number-invalid out_sum.csv 3 Score'],
  ],
  // The best run
  'a tie, and the best is the second': [{ 'out_sum.csv': tie }, []],
  'a tie, and the best is the first': [{ 'out_sum.csv': tie, 'out_best.csv': first }, []],
  'a tie without the best': [{ 'out_sum.csv': tie, 'out_best.csv': undefined }, ['? best-tie out_sum.csv']],
  'a tie of equal solutions without the best': [
    { ...noMatrix, ...equal, 'out_sum.csv': tie.replace('9,1', '9,2'), 'out_best.csv': undefined },
    [],
  ],
  'a tie, and the best is neither': [
    { 'out_sum.csv': tie, 'out_best.csv': third },
    ['? best-differs out_best.csv'],
  ],
  'the best is no solution': [{ 'out_best.csv': third }, ['? best-differs out_best.csv']],
  'the best is the solution of a run with a higher score': [
    { 'out_best.csv': first },
    ['? best-differs out_best.csv'],
  ],
  ...Object.fromEntries(
    Object.entries({
      'out_best.csv': 'PUID,SOLUTION\n1,0\n2,0\n3,1\n10,0\n',
      'out_best.txt': '"planning_unit","solution"\n3,1\n1,0\n2,0\n10,0\n',
      'out_best.dat': '10,0\n3\n2,0\n1,0\n',
      'OUT_BEST.TXT': 'planning_unit\tsolution\n10,0\n3\t1\n2,0\n1,0\n',
    }).map(([name, text]): [string, [Changed, string[]]] => [
      `a tie, and ${name} is the second`,
      [{ 'out_sum.csv': tie, 'out_best.csv': undefined, [name]: text }, []],
    ]),
  ),
  // Features
  'a feature that there is not': [
    { 'out_mv00001.csv': features('7,,4,5,0,2,0,0,yes,1', '9,,1,1,0,1,0,0,yes,1') },
    ['! feature-unknown out_mv00001.csv 3 Conservation Feature'],
  ],
  'a feature twice': [
    { 'out_mv00001.csv': features('7,,4,5,0,2,0,0,yes,1', '7,,1,1,0,1,0,0,yes,1', '8,,1,1,0,1,0,0,yes,1') },
    ['! id-duplicate out_mv00001.csv 3 Conservation Feature'],
  ],
  'neither yes nor no': [
    { 'out_mv00001.csv': features('7,,4,5,0,2,0,0,maybe,1', '8,,1,1,0,1,0,0, NO,1') },
    ['! yes-or-no out_mv00001.csv 2 Target Met'],
  ],
  'a number with a decimal comma': [
    { 'out_mv00001.csv': features('7,Reef,4,5,5,0,2,0,0,yes,1', '8,,1,1,0,1,0,0,yes,1') },
    ['! field-count out_mv00001.csv 2'],
  ],
  'occurrences that are no integer': [
    { 'out_mv00001.csv': features('7,,4,5,0,2.5,0,0,yes,1', '8,,1,1,0,1,0,0,yes,1') },
    ['! integer-invalid out_mv00001.csv 2 Occurrences Held'],
  ],
  'a row of a feature that is cut': [
    { 'out_mv00001.csv': features('7,,4,5,0,2,0,0,yes,1', '8,,1,1,0,1,0') },
    ['! field-count out_mv00001.csv 3'],
  ],
  'without the amount': [
    { 'out_mv00001.csv': '"Conservation Feature","Target Met"\n7,yes\n' },
    ['! column-missing out_mv00001.csv 1 amount_held'],
  ],
  'without MPM, tabs over commas': [
    {
      'out_mv00001.csv':
        'Conservation Feature\tFeature Name\tTarget\tAmount Held\tTarget Met\n7,Reef,4,5,yes\n8,Eel, grass,1,1,yes\n',
    },
    [],
  ],
}

for (const [name, [files, expected]] of Object.entries(cases))
  test(name, async () => {
    assert.deepEqual((await toldOf(files)).sort(), [...expected].sort())
  })

for (const [version, lines] of Object.entries(versions))
  test(`the numbers of the summary of ${version} stand in their columns`, async () => {
    const text = `${lines.join('\n')}\n`
    const findings = new FindingCollector()
    const file = { name: 'out_sum.dat', size: text.length, open: () => chunks(text) }
    const read = await readSummaries(file, { findings })
    assert.deepEqual(findings.list(), [])
    const has = (name: string) => lines[0]?.toLowerCase().includes(name)
    const expected = [
      [1, 20.5, 10, 2, 3, 0, 0],
      [2, 19.5, 9, 1, 3, 1.5, 0.5],
    ].map(([run, score, cost, units, length, penalty, shortfall]) => [
      ...[run, score, cost, units, has('boundary length') || has('connectivity ') ? length : null],
      ...[has('penalty') ? penalty : null, has('shortfall') ? shortfall : null],
    ])
    assert.deepEqual(
      read.map((one) => [
        ...[one.run, one.score, one.cost, one.planningUnits, one.connectivity],
        ...[one.penalty, one.shortfall],
      ]),
      expected,
    )
    assert.deepEqual(
      read.map(({ metadata }) => metadata.Missing_Values),
      has('missing') ? [0, 1] : [undefined, undefined],
    )
  })

test('what is told of the best run names the runs, and what is not read', async () => {
  const messages = async (files: Changed) => {
    const findings = await validate(resultsValidator, outputEntries(outputZip(changed(files))))
    return findings.map(({ message, hint }) => `${message}. ${hint}`)
  }
  const noFeatures = { 'out_mv00001.csv': undefined, 'out_mv00002.csv': undefined }
  const unread = 'out_mvbest.csv may be of another run and is not read.'
  assert.deepEqual(await messages({ ...noFeatures, 'out_best.csv': first }), [
    `out_best.csv is the solution of the run 1 with the score 20.5, but the run 2 has the lowest, 19.5. The run 2 is imported as the best one. ${unread}`,
  ])
  assert.deepEqual(await messages({ ...noFeatures, 'out_best.csv': third }), [
    `The run 2 has the lowest score, but out_best.csv is another solution. The run 2 is imported as the best one. ${unread}`,
  ])
  assert.deepEqual(await messages({ 'out_sum.csv': tie, 'out_best.csv': undefined }), [
    'The runs 1, 2 have the lowest score, and there is no file _best that says which is the best one. The run 1 is imported as the best one.',
  ])
})

test('results that are left out are not read', async () => {
  const entries = outputEntries(Buffer.from('no zip'))
  const findings = await validate(resultsValidator, entries, { options: { skip: true } })
  assert.deepEqual(findings, [])
})

test('without an output folder nothing is told', async () => {
  assert.deepEqual(await validate(resultsValidator, uploads({ 'pu.dat': 'id\n1\n' })), [])
})

test('several scenarios, and none of them the one of input.dat, are refused by name', async () => {
  const others = renamed((old) => old.replace('out', 'b'))
  const files = { ...others, 'a_sum.csv': sum }
  assert.deepEqual(await toldOf(files), ['! output-scenarios output'])
  for (const [input, names] of [
    ['SCENNAME c\n', /names "c" \(SCENNAME\)$/],
    ['SCENNAME\n', /names none \(SCENNAME\)$/],
  ] as const) {
    const entries = outputEntries(outputZip(changed(files)), { 'input.dat': input })
    const [finding] = await validate(resultsValidator, entries)
    assert.match(finding?.message ?? '', names)
    assert.equal(finding?.hint, 'Set SCENNAME in input.dat to the scenario whose results are meant.')
  }
  assert.deepEqual(await toldOf(files, { 'input.dat': 'SCENNAME B\n' }), ['? output-choice output'])
})

test('the only scenario there is, is told where input.dat names another, not where it names none', async () => {
  const told = (input: string) => toldOf({}, { 'input.dat': input })
  assert.deepEqual(await told('SCENNAME older\n'), ['? output-scenario output'])
  assert.deepEqual(await told('SCENNAME\n'), [])
  assert.deepEqual(await told('BLM 1\n'), [])
})

test('where pu.dat or spec.dat cannot be read, nothing is called unknown', async () => {
  assert.deepEqual(await toldOf({}, { 'pu.dat': '', 'spec.dat': '' }), [])
  assert.deepEqual(await toldOf({ 'out_sum.csv': 'Run_Number\n' }, { 'pu.dat': '' }), [
    '! column-missing out_sum.csv 1 Score',
  ])
})

test('findings of one kind are listed up to a hundred over all files, and counted', async () => {
  const runs = Array.from({ length: 150 }, (_, at) => at + 3)
  const many = Object.fromEntries([
    ['out_sum.csv', `${sum}${runs.map((run) => `${run},90,0,0,0,0,0,0,0\n`).join('')}`],
    ...runs.map((run) => [`out_mv${String(run).padStart(5, '0')}.csv`, features(`7,,4,5,0,2,0,0,?${run},1`)]),
  ])
  const told = await toldOf(many)
  const bad = told.filter((line) => line.startsWith('! yes-or-no'))
  assert.equal(bad.length, 100)
  assert.match(bad[0] ?? '', / ×150$/)
})

test('what is wrong in the same way in many files is one finding', async () => {
  const many = Object.fromEntries(
    ['out_mv00001.csv', 'out_mv00002.csv', 'out_mv00003.csv'].map((name) => [
      name,
      features('7,,4,5,0,2,0,0,yes,1'),
    ]),
  )
  const stated = { 'out_sum.csv': `${sum}3,30,9,2,3,0,0,0,1\n` }
  const findings = await validate(
    resultsValidator,
    outputEntries(outputZip({ ...smallOutput, ...many, ...stated })),
  )
  const [missing, ...others] = findings.filter(({ code }) => code === 'legacy/features-missing')
  assert.equal(missing?.message, '1 feature of spec.dat has no row in the file; the same in 2 more files')
  assert.deepEqual([missing?.file, missing?.count, others], ['out_mv00001.csv', 3, []])
})

const otherUnits = 'id\n1\n2\n30\n40\n50\n'
for (const [files, name] of [
  [{}, 'the files of the runs'],
  [noSolutions, 'the matrix'],
] as const)
  test(`the output of another project is one error, by ${name}`, async () => {
    const inputs = { 'pu.dat': 'id\n1\n20\n30\n40\n50\n', 'spec.dat': 'id,prop\n9,0.5\n' }
    const both = await validate(
      resultsValidator,
      outputEntries(outputZip(changed({ ...files, 'out_sum.csv': undefined })), inputs),
    )
    assert.deepEqual(told(both), ['! output-other-project output', '! output-missing output'])
    assert.equal(
      both[0]?.message,
      "3 of 4 planning units and 2 features of the results are not of this project: is this another project's output?",
    )
    assert.deepEqual(await toldOf(files, { 'spec.dat': 'id,prop\n9,0.5\n' }), [
      '! output-other-project output',
    ])
  })

test('as many known units as unknown ones are no other project: each is told', async () => {
  const all = await toldOf(
    { ...noMatrix, 'out_ssoln.csv': undefined, 'out_r00002.csv': first },
    { 'pu.dat': otherUnits },
  )
  assert.equal(all.filter((line) => line.startsWith('! unit-unknown')).length, 2)
  assert.ok(!all.includes('! output-other-project output'))
})

test.run()
