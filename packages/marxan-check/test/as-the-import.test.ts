import assert from 'node:assert/strict'
import { cp, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { findMarxanFiles, marxanUploads } from '@piecework/marxan-files'
import { needsServer, skipUnless } from '@piecework/test-support'
import {
  type Files,
  type Folders,
  folders,
  inputDat,
  layer,
} from '@piecework/test-support/fixtures/marxan-folders.js'
import { caseFolder, casesMissing, haveCases } from '@piecework/test-support/fixtures/samples.js'
import {
  type Feature,
  type Ring,
  shapefileParts,
  square,
  squares,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { type CheckDocument, documentOf } from './support/document.js'
import { saidHere } from './support/marxan-check.js'
import { type ValidationHost, validationHost } from './support/validation-host.js'
import { importedFolder, writtenFolder } from './support/written-folder.js'

const test = needsServer(suite('marxan-check: as the import'))
let host: ValidationHost
let made: Folders

test.before(async () => {
  host = await validationHost()
  made = await folders()
})
test.after(async () => {
  await made.remove()
  await host.stop()
})

const bowtie: Ring = [
  [3, 0],
  [4, 1],
  [4, 0],
  [3, 1],
  [3, 0],
]
const line: Ring = [
  [5, 0],
  [5, 1],
  [5, 2],
  [5, 0],
]

test('all problems at once: with a database, exactly the findings of a validation of the same files', async () => {
  const features = [
    ...squares([1, 2, 3]),
    { rings: [bowtie], values: ['4'] },
    { rings: [line], values: ['5'] },
    { rings: undefined, values: ['5'] },
  ]
  const puvspr = `species,pu,amount\n7,1,2.5\n7,1,3\n9,2,x\n8,40,1\n`
  const folder = await made.make({ 'input/puvspr.dat': puvspr, ...layer(features) })
  const file = (...path: readonly string[]) => ({ file: join(folder, ...path) })
  const grid = zipOf(zippedParts(shapefileParts(features)))
  const job = await host.piecework.validate({
    format: 'legacy-marxan',
    principal: { id: 'ann' },
    uploads: {
      'planning-grid': {
        stream: (async function* () {
          yield grid
        })(),
      },
      'input.dat': file('input.dat'),
      'pu.dat': file('input', 'pu.dat'),
      'spec.dat': file('input', 'species.dat'),
      'puvspr.dat': file('input', 'puvspr.dat'),
    },
  })
  const { findings } = await job.ended()
  const document = documentOf(await saidHere([folder, '--json', '--database', host.url]))
  const inOrder = (all: CheckDocument['findings']) =>
    all.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort()
  const asRoles = document.findings.map(({ role, ...finding }) => ({
    ...finding,
    ...(role && { file: role }),
  }))
  assert.ok(findings.length > 5, String(findings.length))
  assert.deepEqual(inOrder(asRoles), inOrder([...findings]))
})

const summary = '"Run_Number","Score","Cost","Planning_Units","Connectivity","Penalty","Shortfall","MPM"\n'
const results = {
  'input.dat': `${inputDat}SCENNAME mine\nOUTPUTDIR output\n`,
  'output/mine_sum.csv': `${summary}1,9,4,2,0,0,0,1\n2,9,4,1,0,0,0,1\n`,
  'output/mine_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,1\n',
  'output/mine_r00002.csv': 'PUID,SOLUTION\n1,0\n2,0\n3,1\n',
  'output/mine_best.csv': 'PUID,SOLUTION\n1,0\n2,0\n3,1\n',
}
const beside = Object.fromEntries(
  Object.entries(results).map(([name, text]) => [
    name.replace('output/', ''),
    text.replace('OUTPUTDIR output', 'OUTPUTDIR 0'),
  ]),
)

/** Changes to the results, and how many findings are due. */
const outputs: Readonly<Record<string, readonly [files: Files, findings: number]>> = {
  'results without a finding': [results, 0],
  'results beside input.dat': [beside, 0],
  'runs that are left over': [
    { ...results, 'output/mine_r00003.csv': '\0', 'output/mine_mv00004.csv': '' },
    1,
  ],
  'a tie that no file decides': [{ ...results, 'output/mine_best.csv': undefined }, 1],
  'another best': [{ ...results, 'output/mine_best.csv': 'PUID,SOLUTION\n1,0\n2,1\n3,0\n' }, 1],
  'another frequency': [
    { ...results, 'output/mine_ssoln.csv': '"planning_unit","number"\n1,2\n2,0\n3,2\n' },
    1,
  ],
  'units that there are not': [
    { ...results, 'output/mine_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,1\n4,0\n5,0\n' },
    2,
  ],
  'several scenarios, one of them named': [{ ...results, 'output/other_sum.csv': summary }, 1],
  'several scenarios, none of them named': [
    {
      ...results,
      'input.dat': results['input.dat'].replace('mine', 'yours'),
      'output/other_sum.csv': summary,
    },
    1,
  ],
  'no summary': [{ ...results, 'output/mine_sum.csv': undefined }, 1],
  'other files beside results': [{ ...results, 'output/map.png': '\0', 'output/notes.txt': 'x' }, 0],
  'a summary of Marxan with Zones': [
    { ...results, 'output/mine_sum.csv': 'Run Number,Score,Connection Strength\n1,2,3\n' },
    1,
  ],
  'nothing that Marxan has written': [
    { 'input.dat': results['input.dat'], 'output/notes.txt': 'pending' },
    0,
  ],
}

/** Validates what an import of the folder would upload, and runs the command; findings of both, sorted. */
async function bothOf(folder: string, isIn: boolean) {
  const uploads = await marxanUploads(await findMarxanFiles(folder), { output: isIn })
  const job = await host.piecework.validate({ format: 'legacy-marxan', principal: { id: 'ann' }, uploads })
  const { findings } = await job.ended()
  const args = [folder, '--json', '--database', host.url, ...(isIn ? [] : ['--no-results'])]
  const document = documentOf(await saidHere(args))
  const checked = document.findings.map(({ role, file, ...finding }) => {
    const isInside = role === 'output' && document.files.every(({ path }) => path !== file)
    return { ...finding, file: isInside ? basename(file ?? '') : (role ?? file) }
  })
  const sorted = (all: readonly object[]) =>
    all.map((one) => JSON.stringify(Object.fromEntries(Object.entries(one).sort()))).sort()
  return { imported: sorted(findings), checked: sorted(checked), roles: Object.keys(uploads), document }
}

for (const [name, [files, count]] of Object.entries(outputs))
  test(`${name}: the command says what the import says`, async () => {
    const { imported, checked, roles, document } = await bothOf(await made.make(files), true)
    assert.deepEqual(checked, imported)
    assert.equal(imported.length, count, imported.join('\n'))
    assert.deepEqual(document.files.map(({ role }) => role).sort(), [...roles].sort())
  })

test('results that are left out are neither read nor told, whatever is wrong with them', async () => {
  const files = { ...results, 'output/mine_sum.csv': '\0', 'output/mine_r00001.csv': '\0' }
  const { imported, checked, roles, document } = await bothOf(await made.make(files), false)
  assert.deepEqual([...checked, ...imported], [])
  assert.equal(roles.includes('output'), false)
  assert.deepEqual(document.files.map(({ role }) => role).sort(), [...roles].sort())
})

interface Verdict {
  /** Codes of what is told, defaults that were taken apart. */
  readonly told?: readonly string[]
  /** Of the results. */
  readonly runs?: readonly string[]
  /** Files of the folder that is written from the import. */
  readonly written?: Readonly<Record<string, string>>
  /** Codes of what is told of that folder. */
  readonly toldOfWritten?: readonly string[]
}

/** As EXPECTED.md beside the projects says. */
const verdicts: Readonly<Record<string, Verdict>> = {
  // The pairs once and the outer boundaries as they are: every solution has the score that it has in the original.
  'both-directions-outer': {
    told: ['legacy/boundary-duplicate'],
    written: {
      'input/bound.dat': 'id1,id2,boundary\n1,1,1\n1,2,1\n2,2,1\n2,3,1\n3,3,1\n',
      'input/pu.dat': 'id,cost,status\n1,1,0\n2,2,0\n3,3,0\n',
    },
  },
  'out-leftover': {
    told: ['legacy/run-without-summary'],
    runs: ['1 best', '2', '3'],
    written: {
      'output/output_sum.csv':
        '"Run_Number","Score","Cost","Planning_Units","Connectivity","Penalty","Shortfall","Missing_Values","MPM"\n1,30,10,2,0,0,0,0,1\n2,37,10,2,0,0,0,0,1\n3,40,10,3,0,0,0,0,1\n',
    },
  },
  'out-ssoln': { told: ['legacy/frequency-differs'], runs: ['1 best', '2', '3'] },
  'out-tie': { runs: ['1', '2 best', '3'] },
  'minus-one': {
    told: ['legacy/value-not-set'],
    written: {
      'input/spec.dat':
        'id,target,spf,target2,targetocc,sepnum,sepdistance,type,name\n1,10,2,-1,-1,-1,-1,1,A\n2,5,2,-1,2,0,0,1,B\n',
    },
    toldOfWritten: ['legacy/value-not-set'],
  },
}

const cases = skipUnless(haveCases, casesMissing, test)
const codesOf = (findings: readonly { readonly code: string }[]) =>
  findings.map(({ code }) => code).filter((code) => code !== 'legacy/parameter-default')

cases('small projects: each has a verdict', async () => {
  const expected = await readFile(join(caseFolder, 'EXPECTED.md'), 'utf8')
  const names = [...expected.matchAll(/^- ([\w-]+):/gm)].map(([, name]) => name)
  assert.deepEqual(names.sort(), Object.keys(verdicts).sort())
})

for (const [name, { told = [], runs = [], written = {}, toldOfWritten = [] }] of Object.entries(verdicts))
  cases(`small projects: ${name}, checked, imported, and checked again as it is written`, async () => {
    const folder = join(caseFolder, name)
    const { imported, checked, document } = await bothOf(folder, true)
    assert.deepEqual(checked, imported)
    assert.deepEqual([document.errors, codesOf(document.findings)], [0, told])
    if (name === 'out-ssoln') assert.deepEqual((await bothOf(folder, false)).checked, [])
    const { scenario } = await importedFolder(host, folder)
    const { rows } = await host.database.query<{ run: string }>(
      `SELECT run || CASE WHEN is_best THEN ' best' ELSE '' END AS run FROM planning.run_summaries AS summary
       WHERE scenario_id = $1 ORDER BY summary.run`,
      [scenario],
    )
    assert.deepEqual(
      rows.map(({ run }) => run),
      runs,
    )
    const again = await made.make({ 'input/species.dat': undefined })
    await cp(join(folder, 'grid'), join(again, 'shapes'), { recursive: true })
    await writtenFolder(host, scenario, again)
    for (const [path, text] of Object.entries(written))
      assert.equal(await readFile(join(again, path), 'utf8'), text)
    const uploads = await marxanUploads(await findMarxanFiles(again))
    const job = await host.piecework.validate({ format: 'legacy-marxan', principal: { id: 'ann' }, uploads })
    assert.deepEqual(codesOf((await job.ended()).findings), toldOfWritten)
  })

const position = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
const ring = (x: number) =>
  fc.array(position, { minLength: 3, maxLength: 7 }).map((points): Ring => {
    const moved = points.map(([px, py]) => [px + x, py] as const)
    return [...moved, moved[0] as readonly [number, number]]
  })
const shape = fc.oneof(
  fc.tuple(ring(0)),
  fc.tuple(ring(0), ring(3)),
  fc.tuple(fc.constant(square(0, 0, 6)), ring(1)),
)

const big = square(0, 0, 6)
const hole = (ring: Ring): Ring => [...ring].reverse()
const closed = (...points: Ring): Ring => [...points, ...points.slice(0, 1)]

/** Rings that touch, cross, contain or repeat one another, or themselves. */
const odd: readonly (readonly Ring[])[] = [
  [big, hole(square(1, 1))],
  [big, hole(square(0, 1))],
  [big, hole(closed([0, 3], [2, 4], [2, 2]))],
  [big, hole(square(8, 8))],
  [big, hole(square(5, 5, 3))],
  [big, hole(square(0, 0, 6))],
  [big, hole(square(1, 1, 2)), hole(square(2, 2, 2))],
  [big, hole(square(1, 1)), hole(square(2, 2))],
  [big, big],
  [square(0, 0), square(1, 1)],
  [square(0, 0), square(1, 0)],
  [square(0, 0, 2), square(1, 1, 2)],
  [closed([0, 0], [0, 2], [0, 4], [2, 2])],
  [closed([0, 0], [0, 4], [0, 2], [4, 2])],
  [closed([0, 0], [0, 4], [4, 4], [4, 4], [4, 0])],
  [closed([0, 0], [2, 2], [0, 4], [4, 4], [2, 2], [4, 0])],
  [closed([0, 0], [3, 0], [6, 0])],
]

/** How many records are told to be invalid. */
async function invalid(folder: string, ...args: readonly string[]): Promise<number> {
  const { findings } = documentOf(await saidHere([folder, '--json', ...args]))
  return findings
    .filter(({ message }) => /\b(is|are) invalid\b/.test(message))
    .reduce((sum, { count = 1 }) => sum + count, 0)
}

test('without a database the same shapes are invalid as PostGIS says', () =>
  fc.assert(
    fc.asyncProperty(fc.array(shape, { minLength: 75, maxLength: 75 }), async (shapes) => {
      const rings = [[square(0, 0)], [bowtie], ...odd, ...shapes]
      const features = rings.map((rings, at): Feature => ({ rings, values: [String(at)] }))
      const rows = features.map((_, at) => `${at},1\n`).join('')
      const folder = await made.make({ ...layer(features), 'input/pu.dat': `id,cost\n${rows}` })
      const alone = await invalid(folder)
      assert.ok(alone > 0 && alone < features.length)
      assert.equal(alone, await invalid(folder, '--database', host.url))
    }),
    // Each run takes two processes: too slow to shrink.
    { numRuns: 4, endOnFailure: true },
  ))

test.run()
