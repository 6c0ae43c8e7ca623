import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Files,
  type Folders,
  folders,
  inputDat,
} from '@piecework/test-support/fixtures/marxan-folders.js'
import { suite } from 'uvu'
import { documentOf } from './support/document.js'
import { saidHere } from './support/marxan-check.js'

/** Folders without input.dat, or of other programs: what is said, followed. */
const test = suite('folders without input.dat')
let made: Folders

test.before(async () => {
  made = await folders()
})
test.after(() => made.remove())

const pu = 'id,cost,status\n1,10,0\n2,20,0\n3,30,2\n'
const spec = 'id\tprop\tspf\tname\n7\t0.3\t1\tReef\n8\t0.5\t1\tKelp\n'
const puvspr = '"species";"pu";"amount"\n7;1;2.5\n8;2;1\n7;3;0.5\n'
const bound = 'id1,id2,boundary\n1,2,1\n2,3,1\n'
const without: Files = {
  'input.dat': undefined,
  'input/pu.dat': undefined,
  'input/species.dat': undefined,
  'input/puvspr.dat': undefined,
}

test('a folder of a project, or a file of it: the project is told', async () => {
  const project = await made.make({ 'output/output_best.csv': 'planning_unit,solution\n1,1\n' })
  const named = await made.make({
    'input.dat': inputDat.replace('INPUTDIR input', 'INPUTDIR input\nOUTPUTDIR output'),
    'output/output_best.csv': 'planning_unit,solution\n1,1\n',
  })
  for (const folder of [join(project, 'input'), join(named, 'output')]) {
    const { stderr } = await saidHere([folder])
    assert.ok(stderr.includes(`the folder above it, ${join(folder, '..')}, has one that names it`), stderr)
    assert.doesNotMatch(stderr, /Save what follows/)
  }
  const { stderr } = await saidHere([join(project, 'input.dat')])
  assert.ok(stderr.trimEnd().endsWith(`the one that it is in is ${project}`), stderr)
  // A project of its own in the folder of another one that does not name it.
  const inside = { 'mine/pu.dat': pu, 'mine/spec.dat': spec, 'mine/puvspr.dat': puvspr }
  assert.match((await saidHere([join(await made.make(inside), 'mine')])).stderr, /Save what follows/)
  // Nor does one that has a longer word: INPUTDIR input.
  const short = { 'in/pu.dat': pu, 'in/spec.dat': spec, 'in/puvspr.dat': puvspr }
  assert.match((await saidHere([join(await made.make(short), 'in')])).stderr, /Save what follows/)
})

const wholeFolders: Readonly<
  Record<string, readonly [files: Files, names: readonly string[], first?: RegExp]>
> = {
  'tables in one folder': [
    { 'input/pu.dat': pu, 'input/spec.dat': spec, 'input/puvspr.dat': puvspr },
    ['INPUTDIR input', 'PUNAME pu.dat', 'SPECNAME spec.dat', 'PUVSPRNAME puvspr.dat', 'OUTPUTDIR output'],
    /, create the folder output beside it,/,
  ],
  'names that tell nothing': [
    { 'a.csv': spec, 'b.csv': pu, 'c.txt': puvspr, 'd.dat': bound, 'notes.txt': 'id of the plan\n' },
    ['INPUTDIR .', 'PUNAME b.csv', 'SPECNAME a.csv', 'PUVSPRNAME c.txt', 'BOUNDNAME d.dat'],
  ],
  'tables in several folders, also farther below': [
    { 'units/pu.dat': pu, 'data/2020/species.csv': spec, 'data/2020/puvspr.dat': puvspr },
    [
      'INPUTDIR .',
      'PUNAME units/pu.dat',
      'SPECNAME data/2020/species.csv',
      'PUVSPRNAME data/2020/puvspr.dat',
    ],
  ],
  'an older folder beside it': [
    {
      'a/pu.dat': pu.replace('30', '-30'),
      'input/pu.dat': pu,
      'input/spec.dat': spec,
      'input/puvspr.dat': puvspr,
      'input/puvspr_sporder.dat': puvspr,
    },
    ['INPUTDIR input', 'PUNAME pu.dat', 'PUVSPRNAME puvspr.dat'],
  ],
  'results that are there': [
    {
      'in/pu.dat': pu,
      'in/spec.dat': spec,
      'in/puvspr.dat': puvspr,
      'results/mine_sum.csv': '"Run_Number","Score","Cost","Planning_Units"\n1,10,10,1\n',
      'results/mine_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,0\n',
    },
    ['INPUTDIR in', 'SCENNAME mine', 'OUTPUTDIR results'],
  ],
}

for (const [what, [files, names, first]] of Object.entries(wholeFolders))
  test(`${what}: the input.dat that is printed, saved, makes the folder pass`, async () => {
    const folder = await made.make({ ...without, ...files })
    const said = await saidHere([folder])
    assert.equal(said.code, 2)
    const [message = '', lead = '', ...text] = said.stderr.split('\n\n')
    assert.match(message, /^marxan-check: .* does not have input\.dat: .*; by their columns its tables are /)
    assert.ok(lead.startsWith(`Save what follows as ${join(folder, 'input.dat')}`), lead)
    if (first) assert.match(lead, first)
    const input = text.join('\n\n')
    for (const line of names) assert.ok(input.split('\n').includes(line), `${line} is not in ${input}`)
    const document = documentOf(await saidHere([folder, '--json']))
    assert.equal(document.error?.hint, `${lead}\n\n${input.trimEnd()}\n`)
    await writeFile(join(folder, 'input.dat'), input)
    const output = /^OUTPUTDIR (.+)$/m.exec(input)?.[1] ?? assert.fail('no OUTPUTDIR')
    await mkdir(join(folder, output), { recursive: true })
    const after = documentOf(await saidHere([folder, '--json', '--strict']))
    assert.deepEqual(after.findings, [])
    assert.equal(after.exitCode, 0)
    for (const file of after.files.filter(({ role }) => /\.dat$/.test(role)))
      assert.ok(
        input.includes(file.path.split('/').at(-1) ?? '') || file.role === 'input.dat',
        `${file.path} is another file`,
      )
  })

test('a table that is not there is told, and the others are named', async () => {
  const folder = await made.make({ ...without, 'pu.dat': pu, 'puvspr.dat': puvspr })
  const { error } = documentOf(await saidHere([folder, '--json']))
  assert.match(
    error?.message ?? '',
    /tables are pu\.dat \(planning units\), puvspr\.dat \(amounts\) and none of features$/,
  )
})

test('an input.dat under the name of a text file', async () => {
  const folder = await made.make({ 'input.dat': undefined, 'input.dat.txt': inputDat })
  const { error } = documentOf(await saidHere([folder, '--json']))
  assert.match(error?.message ?? '', /; there is input\.dat\.txt, which does$/)
  assert.match(error?.hint ?? '', /rename it to input\.dat/)
})

test('a project of Marxan Web: how to unpack it', async () => {
  const folder = await made.make({ ...without, 'my plan.mxw': 'PK' })
  const inside = documentOf(await saidHere([folder, '--json'])).error
  assert.match(inside?.message ?? '', /; there is my plan\.mxw, a project of Marxan Web$/)
  const path = join(folder, 'my plan.mxw')
  const { stderr, code } = await saidHere([path])
  assert.equal(code, 2)
  assert.match(stderr, /my plan\.mxw is a project of Marxan Web, which is a zip of a Marxan folder$/m)
  assert.ok(stderr.includes(`unzip '${path}' -d 'my plan'`), stderr)
  const { error } = documentOf(await saidHere([path, '--json']))
  assert.equal(error?.hint, inside?.hint)
})

test('Marxan with Zones and CLUZ are one error each; files that only have the name are none', async () => {
  const code = async (files: Files, ...args: readonly string[]) =>
    documentOf(await saidHere([await made.make(files), '--json', ...args])).error?.code
  assert.equal(await code({ 'input/zones.dat': 'zoneid,zonename\n' }), 'legacy/marzone')
  assert.equal(await code({ 'input/costs.dat': 'costid,costname\n1,area\n' }), 'legacy/marzone')
  assert.equal(await code({ 'input.dat': `${inputDat}ZONESNAME z.dat\n` }), 'legacy/marzone')
  assert.equal(await code({ 'input/costs.dat': 'id,euro\n1,5\n' }), undefined)
  assert.equal(
    await code({ ...without, 'targets.csv': 'Id,Name,Type,Target,Spf\n7,Reef,1,1,1\n' }),
    'legacy/cluz',
  )
  // The name that input.dat gives to spec.dat is enough.
  assert.equal(await code({ 'targets.csv': 'Id,Name,Type,Target,Spf\n7,Reef,1,1,1\n' }), undefined)
})

test('of files with similar names the one whose columns fit is named, whatever its name', async () => {
  const folder = await made.make({
    'input.dat': inputDat.replace('SPECNAME species.dat', 'SPECNAME features.dat'),
    'input/species.dat': undefined,
    'input/features_old.dat': puvspr,
    'input/targets.dat': spec,
  })
  const [missing, ...others] = documentOf(await saidHere([folder, '--json'])).findings
  assert.deepEqual(others, [])
  assert.match(missing?.message ?? '', /; there is input\/targets\.dat$/)
  const given = ['--file', `spec.dat=${join(folder, 'input/targets.dat')}`]
  assert.ok(missing?.hint?.endsWith(`--file spec.dat='${join(folder, 'input/targets.dat')}'`), missing?.hint)
  assert.deepEqual(documentOf(await saidHere([folder, '--json', ...given])).findings, [])
})

test.run()
