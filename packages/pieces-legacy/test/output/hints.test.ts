import assert from 'node:assert/strict'
import type { Entries, NewFinding } from '@piecework/core/piece'
import { suite } from 'uvu'
import { resultsValidator } from '#internal/results/results-validator.js'
import { withHints } from '#internal/what-to-change.js'
import { validate } from '../validators/support.js'
import { outputZip } from './support/output-zip.js'
import { readResults } from './support/read-results.js'
import {
  type Changed,
  changed,
  features,
  inputs,
  outputEntries,
  smallOutput,
} from './support/small-output.js'

/** Each hint about results is followed: what it says is done, and then nothing is told of them. */
const test = suite('hints about results that are followed')

interface Folder {
  readonly files: Changed
  readonly inputs?: Readonly<Record<string, string>>
  readonly skip?: true
}

interface Followed extends Folder {
  readonly code: string
  readonly says: RegExp
  readonly mended: (hint: RegExpExecArray) => readonly Folder[]
  /** What is told afterwards. */
  readonly left?: readonly string[]
  /** What is told beside it before. */
  readonly beside?: readonly string[]
}

const entriesOf = (folder: Folder): Entries => outputEntries(outputZip(changed(folder.files)), folder.inputs)
const findingsOf = (folder: Folder): Promise<readonly NewFinding[]> =>
  validate(withHints(resultsValidator), entriesOf(folder), { options: { skip: folder.skip === true } })
const codesOf = (findings: readonly NewFinding[]) => findings.map(({ code }) => code.replace('legacy/', ''))

const {
  'out_sum.csv': sum,
  'out_r00001.csv': first,
  'out_r00002.csv': second,
  'out_solutionsmatrix.csv': matrix,
  'out_mv00001.csv': reached,
} = smallOutput
const noMatrix = { 'out_solutionsmatrix.csv': undefined }
const noRuns = { 'out_r00001.csv': undefined, 'out_r00002.csv': undefined }
const noFrequency = { 'out_ssoln.csv': undefined }
const noBest = { 'out_best.csv': undefined }
const tie = sum.replace('19.5', '20.5')
const whole: Folder = { files: {} }
/** The same results, left out. */
const leftOut = (folder: Folder): Folder => ({ ...folder, skip: true })
const without =
  /^Run Marxan with (SAVE\w+) 3 or (SAVE\w+) 3, or leave the results out \(marxan-check: --no-results\)\.$/

const ofOther = { files: { ...noMatrix, 'out_sum.csv': sum.replace('\n1,', '\n8,').replace('\n2,', '\n9,') } }
const foreign = { files: { 'out_best.csv': `${smallOutput['out_best.csv'].trimEnd()}\n99,0\n` } }
const numbered = { files: { 'out_solutionsmatrix.csv': matrix.replaceAll('S1', '1').replaceAll('S2', '2') } }
const renamed: Folder = {
  files: Object.fromEntries([
    ...Object.keys(smallOutput).map((name) => [name, undefined]),
    ...Object.entries(smallOutput).map(([name, text]) => [name.replace('out', 'mine'), text]),
  ]),
}

const hints: Readonly<Record<string, Followed>> = {
  'no summary': {
    files: { 'out_sum.csv': undefined },
    code: 'output-missing',
    says: /^Run Marxan with SAVESUMMARY 3, or leave the results out/,
    mended: () => [whole, leftOut({ files: { 'out_sum.csv': undefined } })],
  },
  'no solutions': {
    files: { ...noMatrix, ...noRuns, ...noFrequency },
    code: 'output-missing',
    says: without,
    mended: () => [
      { files: noRuns },
      { files: noMatrix },
      leftOut({ files: { ...noMatrix, ...noRuns, ...noFrequency } }),
    ],
  },
  'no solution of a run of the summary': {
    ...ofOther,
    code: 'output-missing',
    says: without,
    mended: () => [whole, leftOut(ofOther)],
    beside: ['run-without-summary'],
  },
  'a matrix without a header': {
    files: { 'out_solutionsmatrix.csv': matrix.slice(matrix.indexOf('\n') + 1) },
    code: 'no-header',
    says: /^It must read SolutionsMatrix,P1,P2 and so on: set SOLUTIONSMATRIXHEADERS to 1 and run Marxan again/,
    mended: () => [whole],
  },
  'several scenarios, none of them that of input.dat': {
    files: { 'other_sum.csv': sum },
    inputs: { 'input.dat': 'SCENNAME mine\n' },
    code: 'output-scenarios',
    says: /^Set (SCENNAME) in input\.dat to the scenario whose results are meant\.$/,
    mended: ([, key = '']) => [{ files: { 'other_sum.csv': sum }, inputs: { 'input.dat': `${key} out\n` } }],
    left: ['output-choice'],
  },
  'another scenario': {
    ...renamed,
    code: 'output-scenario',
    says: /leave the results out \(marxan-check: --no-results\)\.$/,
    mended: () => [leftOut(renamed)],
  },
  'a planning unit that pu.dat lacks': {
    ...foreign,
    code: 'unit-unknown',
    says: /^Mend pu\.dat first, if it lacks the planning unit; if the results are of another project, leave them out/,
    mended: () => [whole, leftOut(foreign)],
  },
  'results of two scenarios': {
    files: { 'other_sum.csv': sum },
    code: 'output-choice',
    says: /^Take the files of the others out of the output folder; if one of them is meant, write its name as SCENNAME/,
    mended: () => [whole],
  },
  'a run without a solution': {
    files: {
      'out_sum.csv': `${sum.trimEnd()}\n3,${sum.trimEnd().split('\n').at(-1)?.split(',').slice(1).join(',')}\n`,
    },
    code: 'run-without-solution',
    says: /^If these results are needed, run Marxan again with these files, and add its whole output folder\.$/,
    mended: () => [whole],
  },
  'a summary without Score': {
    files: { 'out_sum.csv': sum.replace('"Score"', '"Points"') },
    code: 'column-missing',
    says: /^Give the column that is meant this name\. The header has: Run_Number, (Points), /,
    mended: ([, name = '']) => [
      { files: { 'out_sum.csv': sum.replace('"Score"', '"Points"').replace(name, 'Score') } },
    ],
  },
  'solutions whose columns have other names': {
    files: { ...noMatrix, 'out_r00001.csv': first.replace('PUID,SOLUTION', 'cell,taken') },
    code: 'column-missing',
    says: /^Marxan names them (PUID,SOLUTION) or (planning_unit,solution) or planning_unit,number\.$/,
    mended: ([, ...names]) =>
      names.map((name) => ({
        files: { ...noMatrix, 'out_r00001.csv': first.replace('PUID,SOLUTION', name) },
      })),
  },
  'a table of features without their ids': {
    files: { 'out_mv00001.csv': reached.replace('Conservation Feature', 'Habitat') },
    code: 'column-missing',
    says: /The header has: (Habitat), /,
    mended: () => [whole],
  },
  'a name of a feature with the separator': {
    files: { 'out_mv00001.csv': reached.replace('7,Reef,', '7,Reef, outer,') },
    code: 'field-count',
    says: /^A name of a feature may hold the separator where spec\.dat has the same name/,
    mended: () => [
      {
        files: { 'out_mv00001.csv': reached.replace('7,Reef,', '7,Reef, outer,') },
        inputs: { 'spec.dat': inputs['spec.dat'].replace('Reef', '"Reef, outer"') },
      },
    ],
  },
  'a decimal comma in a table of features': {
    files: { 'out_mv00001.csv': features('7,Reef,4,5,5,0,2,0,0,yes,1', '8,Eel, grass,1,1,0,1,0,-3,yes,1') },
    code: 'field-count',
    says: /numbers have a point before decimals and nothing between thousands\.$/,
    mended: () => [whole],
    beside: [],
  },
  'a matrix whose rows are named by numbers': {
    ...numbered,
    code: 'run-invalid',
    says: /^If the results are not needed, leave them out \(marxan-check: --no-results\)\.$/,
    mended: () => [whole, leftOut(numbered)],
    beside: ['run-invalid'],
  },
  'frequencies that differ': {
    files: { 'out_ssoln.csv': smallOutput['out_ssoln.csv'].replace('10,1', '10,2') },
    code: 'frequency-differs',
    says: /^Frequencies are not imported: they follow from the solutions\.$/,
    mended: () => [{ files: noFrequency }],
  },
}

for (const [what, { code, says, mended, left = [], beside = [], ...folder }] of Object.entries(hints))
  test(what, async () => {
    const findings = await findingsOf(folder)
    assert.deepEqual(codesOf(findings), [code, ...beside])
    const hint = says.exec(findings[0]?.hint ?? '')
    assert.ok(hint, `${says} is not ${findings[0]?.hint}`)
    for (const one of mended(hint)) assert.deepEqual(codesOf(await findingsOf(one)), left)
  })

/** Hints that say what is imported: it is, and with a `_best` that says the same nothing is told. */
const best: Readonly<Record<string, readonly [files: Changed, code: string, same: Changed]>> = {
  'no _best among equal scores': [
    { ...noBest, 'out_sum.csv': tie },
    'best-tie',
    { 'out_sum.csv': tie, 'out_best.csv': first },
  ],
  'a _best that is another run': [{ 'out_best.csv': first }, 'best-differs', { 'out_best.csv': second }],
  'a _best that is no run': [
    { 'out_best.csv': 'PUID,SOLUTION\n1,1\n2,1\n3,1\n10,1\n' },
    'best-differs',
    { 'out_best.csv': second },
  ],
}
for (const [what, [files, code, same]] of Object.entries(best))
  test(`${what}: the run that is named is the one that is imported`, async () => {
    const [finding, ...others] = await findingsOf({ files })
    assert.deepEqual([finding?.code, others], [`legacy/${code}`, []])
    const [, run = ''] = /^The run (\d+) is imported as the best one\.$/.exec(finding?.hint ?? '') ?? []
    for (const one of [files, same])
      assert.equal((await readResults(entriesOf({ files: one }))).best, Number(run))
    assert.deepEqual(await findingsOf({ files: same }), [])
  })

test.run()
