import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { equidistantConic } from '@piecework/test-support/fixtures/foreign-crs.js'
import { type Folders, folders, inputDat, layer } from '@piecework/test-support/fixtures/marxan-folders.js'
import { shapefileParts, squares } from '@piecework/test-support/fixtures/shapefile-of.js'
import { suite } from 'uvu'
import { documentOf, told } from './support/document.js'
import { saidHere } from './support/marxan-check.js'

const test = suite('marxan-check: folders')
let made: Folders

test.before(async () => {
  made = await folders()
})
test.after(() => made.remove())

const json = async (...args: readonly string[]) => documentOf(await saidHere([...args, '--json']))

test('a flawless folder: exit 0, also with --strict; every file is named and all rows counted', async () => {
  const folder = await made.make()
  const { stdout, stderr, code } = await saidHere([folder, '--strict'])
  assert.equal(
    stdout,
    `Files found
  planning-grid  shapes/grid.shp
  input.dat      input.dat
  pu.dat         input/pu.dat
  spec.dat       input/species.dat
  puvspr.dat     input/puvspr.dat

11 rows read: 0 errors, 0 warnings
There is nothing to mend.
`,
  )
  assert.equal(stderr, '')
  assert.equal(code, 0)
  assert.deepEqual((await json(folder)).rows, 11)
})

test('a grid in a coordinate reference system that needs a database: a warning', async () => {
  const { prj } = shapefileParts(squares([1, 2, 3]), { prj: equidistantConic })
  const folder = await made.make({ 'shapes/grid.prj': prj })
  assert.deepEqual(told(await json(folder)), ['warning grid-crs-unchecked shapes/grid.shp'])
  assert.equal((await saidHere([folder])).code, 0)
})

test('warnings only: exit 0, and 1 with --strict', async () => {
  const folder = await made.make({ 'input.dat': inputDat.replace('BLM 1\n', '') })
  assert.deepEqual(told(await json(folder)), ['warning parameter-default input.dat'])
  assert.equal((await saidHere([folder])).code, 0)
  assert.equal((await json(folder, '--strict')).exitCode, 1)
  assert.equal((await saidHere([folder, '--strict'])).code, 1)
})

test('errors: exit 2, by file, with line, column, message and hint; errors before warnings', async () => {
  const folder = await made.make({
    'input/pu.dat': 'id,cost,colour\n1,-5,red\n2,ten,red\n3,"1,5",red\n9,1,blue\n',
    'input/puvspr.dat': 'species,pu,amount\n7,1,2.5\n\n8,2,1\n70,3,0.5\n',
  })
  const { stdout, code } = await saidHere([folder])
  assert.equal(code, 2)
  const blocks = stdout.split('\n\n')
  assert.deepEqual(
    blocks.map((block) => block.split('\n')[0]),
    ['input/pu.dat', 'input/puvspr.dat', 'Files found', '9 rows read: 4 errors, 2 warnings'],
  )
  const [pu = '', puvspr = ''] = blocks
  assert.match(pu, /^ {2}line 2, cost {2,}error {4}.*-5.*legacy\//m)
  assert.match(pu, /^ {2}line 3, cost {2,}error {4}.*ten.*legacy\//m)
  assert.match(pu, /^ {2}line 5, id {2,}warning {2}.*9 is not in the planning grid/m)
  assert.ok(pu.lastIndexOf('error  ') < pu.indexOf('warning'))
  assert.match(
    puvspr,
    /^ {2}line 5, species {2}error {4}The feature 70 is not in spec\.dat {2}legacy\/feature-unknown\n {13,}hint: Add the feature/m,
  )
  const errors = (await json(folder)).findings.filter(({ severity }) => severity === 'error')
  assert.deepEqual(
    errors.map(({ file, role, line, piece }) => [file, role, line, piece]),
    [
      ['input/pu.dat', 'pu.dat', 2, 'legacy/cost-surface'],
      ['input/pu.dat', 'pu.dat', 3, 'legacy/cost-surface'],
      ['input/pu.dat', 'pu.dat', 4, 'legacy/cost-surface'],
      ['input/puvspr.dat', 'puvspr.dat', 5, 'legacy/features'],
    ],
  )
})

test('a file of another name shows what it is; --names required makes a missing name an error', async () => {
  const folder = await made.make({ 'input/species.dat': 'id,prop,spf\n7,0.3,1\n8,0.5,1\n' })
  const { stdout, code } = await saidHere([folder])
  assert.match(stdout, /^input\/species\.dat \(spec\.dat\)$/m)
  assert.equal(code, 0)
  const strict = await json(folder, '--names', 'required')
  assert.equal(strict.exitCode, 2)
  assert.deepEqual(
    [...new Set(strict.findings.map(({ severity, file }) => `${severity} ${file}`))],
    ['error input/species.dat'],
  )
})

test('many of a kind: ten are shown, a hundred are in the document, all are counted', async () => {
  const rows = Array.from({ length: 250 }, (_, at) => `${at + 1},-1\n`)
  const ids = Array.from({ length: 250 }, (_, at) => at + 1)
  const folder = await made.make({ 'input/pu.dat': `id,cost\n${rows.join('')}`, ...layer(squares(ids)) })
  const { stdout } = await saidHere([folder])
  assert.equal(stdout.match(/^ {2}line \d+, cost/gm)?.length, 10)
  assert.match(stdout, /… and 240 more like these, 250 in all/)
  assert.match(stdout, /: 250 errors, 0 warnings, 240 of them not listed$/m)
  const all = await saidHere([folder, '--list', '1000'])
  assert.equal(all.stdout.match(/^ {2}line \d+, cost/gm)?.length, 100)
  assert.match(all.stdout, /… and 150 more like these, 250 in all/)
  const document = await json(folder)
  assert.deepEqual(
    [document.errors, document.unlisted, document.findings.length, document.findings[0]?.count],
    [250, 150, 100, 250],
  )
})

test('one finding that stands for many is one', async () => {
  const folder = await made.make(layer(squares([1, 2, 3, 4, 5, 6])))
  const document = await json(folder)
  assert.deepEqual(told(document), ['error unit-without-row input/pu.dat'])
  assert.deepEqual([document.errors, document.unlisted, document.findings[0]?.count], [1, 0, 3])
  assert.doesNotMatch((await saidHere([folder])).stdout, /more like/)
})

test('a grid whose ids have another name: the hint is the option, and the option helps', async () => {
  const features = squares([1, 2, 3])
  const columns = [{ name: 'FID', type: 'N', length: 10 }]
  const folder = await made.make(layer(features, 'shapes/grid', columns))
  const { stdout, code } = await saidHere([folder])
  assert.equal(code, 2)
  assert.match(
    stdout,
    /; the other files were not compared with it {2}.*\n.*hint: Name it: --id-attribute FID$/m,
  )
  assert.equal((await saidHere([folder, '--id-attribute', 'FID', '--strict'])).code, 0)
})

test('attributes that might hold the ids are ranked by how many of them pu.dat has', async () => {
  const columns = ['TARGET_FID', 'unit', 'zone'].map((name) => ({ name, type: 'N', length: 10 }))
  const features = squares([1, 2, 3]).map((square, at) => ({
    ...square,
    values: [`${at}`, `${at + 1}`, '1'],
  }))
  const folder = await made.make(layer(features, 'shapes/grid', columns))
  const [finding] = (await json(folder)).findings
  assert.match(
    finding?.message ?? '',
    /unique integers, and how many of them are in pu\.dat: unit \(3 of 3\), TARGET_FID \(2 of 3\); the other files were not compared with it$/,
  )
  assert.match(finding?.hint ?? '', /Name it: --id-attribute unit$/)
})

test('a grid without any id of pu.dat is one error, with the attributes that fit and the option', async () => {
  const columns = ['puid', 'unit', 'half', 'zone'].map((name) => ({ name, type: 'N', length: 10 }))
  const values = [
    ['100', '3', '2', '1'],
    ['200', '2', '50', '1'],
    ['300', '1', '60', '1'],
  ]
  const features = squares([1, 2, 3]).map((square, at) => ({ ...square, values: values[at] ?? [] }))
  const folder = await made.make({
    ...layer(features, 'shapes/grid', columns),
    'input.dat': `${inputDat}BOUNDNAME bound.dat\n`,
    'input/bound.dat': 'id1,id2,boundary\n1,2,1\n',
  })
  const document = await json(folder)
  assert.deepEqual(told(document), ['error no-common-unit shapes/grid.shp'])
  const [{ message, hint } = { message: '', hint: '' }] = document.findings
  assert.match(
    message,
    /None of the 3 ids .*\(100, 200, 300\).*\(1, 2, 3\); attributes whose values are: unit \(3 of 3\)$/,
  )
  assert.equal(hint, 'Name it: --id-attribute unit')
  assert.equal((await json(folder, '--id-attribute', 'unit', '--strict')).exitCode, 0)
})

for (const agreeing of ['puvspr.dat', 'bound.dat'])
  test(`a pu.dat whose ids are of another project is the one to mend, by ${agreeing}`, async () => {
    const isAmounts = agreeing === 'puvspr.dat'
    const folder = await made.make({
      'input.dat': isAmounts ? inputDat : `${inputDat}BOUNDNAME bound.dat\n`,
      'input/pu.dat': 'id,cost,status\n1001,10,0\n1002,20,0\n1003,30,2\n',
      'input/bound.dat': isAmounts ? undefined : 'id1,id2,boundary\n1,2,1\n2,3,1\n',
      ...(!isAmounts && { 'input/puvspr.dat': 'species,pu,amount\n7,1001,2.5\n8,1002,1\n7,1003,0.5\n' }),
    })
    const { findings, firstStep } = await json(folder)
    const [finding] = findings.filter(({ code }) => code === 'legacy/no-common-unit')
    assert.deepEqual([finding?.file, finding?.severity], ['input/pu.dat', 'error'])
    assert.match(firstStep, /^Mend input\/pu\.dat first: No id of pu\.dat \(1001, 1002, 1003\) is in /)
    assert.ok(finding?.message.endsWith(`while planning units of ${agreeing} are`))
  })

test('a column of ids written as decimals is one warning', async () => {
  const columns = [{ name: 'puid', type: 'N', length: 10, decimals: 2 }]
  const features = squares([1, 2, 3]).map((square, at) => ({ ...square, values: [`${at + 1}.00`] }))
  const { findings, warnings } = await json(await made.make(layer(features, 'shapes/grid', columns)))
  assert.equal(warnings, 1)
  assert.deepEqual(
    findings.map(({ code, line, count }) => [code, line, count]),
    [['legacy/grid-id-float', 1, 3]],
  )
  assert.match(findings[0]?.message ?? '', /"1\.00" .*: records 1, 2, 3$/)
})

test('a grid that cannot be read: what was not compared is said', async () => {
  const folder = await made.make({ 'shapes/grid.prj': undefined, 'shapes/grid.dbf': undefined })
  const { findings } = await json(folder)
  assert.deepEqual(
    findings.map(({ code, message, hint }) => [code, /; (.*)/.exec(message)?.[1], hint]),
    [
      ['legacy/grid-missing-part', undefined, 'Copy all parts of the shapefile: .shp, .shx, .dbf and .prj.'],
      [
        'legacy/grid-missing-part',
        'the other files were not compared with it',
        'Copy the .prj file that came with it. If there is none, assign the coordinate system in which the layer was made in a GIS, no other one, and export it again.',
      ],
    ],
  )
  for (const { message } of findings) assert.doesNotMatch(message, /zip|upload/i)
})

test('an invalid shape is a warning without a database, told with its record', async () => {
  const bowtie = {
    rings: [
      [
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
        [0, 0],
      ],
    ] as const,
    values: ['2'],
  }
  const [first, , third] = squares([1, 2, 3])
  assert.ok(first && third)
  const folder = await made.make(layer([first, bowtie, third]))
  assert.deepEqual(told(await json(folder)), ['warning grid-shape-unrepaired shapes/grid.shp 2'])
  assert.match((await saidHere([folder])).stdout, /^ {2}record 2 {2}warning .*Self-intersection/m)
})

test('of several input files one can be asked for', async () => {
  const folder = await made.make({ 'other.dat': inputDat.replace('BLM 1', 'BLM -1') })
  assert.deepEqual(told(await json(folder)), ['warning input-choice input.dat'])
  assert.match(
    (await saidHere([folder])).stdout,
    /hint: If another is meant, choose it: --input '[^']*\/other\.dat'$/m,
  )
  for (const input of ['other.dat', 'OTHER.dat', join(folder, 'other.dat')])
    assert.deepEqual(told(await json(folder, '--input', input)), ['error out-of-range other.dat 1'])
})

test('a file that the names in the folder do not tell can be given, with its metadata', async () => {
  const columns = [{ name: 'unit', type: 'N', length: 10 }]
  const folder = await made.make({
    'a.dat': 'id1,id2,boundary\n1,99,1\n',
    ...layer(squares([1, 2, 4]), 'shapes/a'),
    ...layer(squares([1, 2, 3]), 'shapes/units', columns),
    ...Object.fromEntries(Object.keys(layer([])).map((part) => [part, undefined])),
  })
  const chosen = (await json(folder)).findings.find(({ code }) => code === 'legacy/grid-choice')
  assert.equal(
    chosen?.message,
    'shapes/a.shp was taken as the planning grid, for it has the attribute puid; there is also shapes/units.shp',
  )
  assert.equal(
    chosen?.hint,
    `If another is meant, choose it: --file planning-grid='${join(folder, 'shapes/units.shp')}'`,
  )
  assert.deepEqual(told(await json(folder, '--id-attribute', 'unit')), [
    'warning grid-choice shapes/units.shp',
  ])
  const grid = join(folder, 'shapes', 'units.shp')
  const given = ['--file', `planning-grid=${grid}`, '--metadata', 'planning-grid.idAttribute=unit']
  assert.deepEqual(told(await json(folder, ...given)), [])
  const boundary = await json(folder, ...given, '--file', `bound.dat=${join(folder, 'a.dat')}`)
  assert.deepEqual(told(boundary), ['error unit-unknown a.dat 2'])
  assert.deepEqual(
    boundary.files.filter(({ role }) => /grid|bound/.test(role)).map(({ path }) => path),
    ['shapes/units.shp', 'a.dat'],
  )
})

test('files that are missing are told by the line that names them, and the others are checked', async () => {
  const folder = await made.make({
    'input.dat': inputDat.replace('PUNAME pu.dat', 'PUNAME planning.dat'),
    'input/species.dat': 'id,prop,spf,name\n7,2,1,Reef\n8,0.5,1,Kelp\n',
    ...Object.fromEntries(Object.keys(layer([])).map((part) => [part, undefined])),
  })
  const document = await json(folder)
  assert.equal(document.exitCode, 2)
  assert.deepEqual(told(document), [
    'error file-missing input.dat 20',
    'error file-missing',
    'error out-of-range input/species.dat 2',
  ])
  const [pu] = document.findings
  assert.match(pu?.message ?? '', /^PUNAME names planning\.dat, .*there is input\/pu\.dat/)
  assert.equal(pu?.hint, `Name it: --file pu.dat='${join(folder, 'input/pu.dat')}'`)
  assert.match(pu?.message ?? '', /neither in the folder nor in one directly below it;/)
  assert.deepEqual(told(await json(folder, '--file', 'pu.dat=input/pu.dat')), told(document).slice(1))
  assert.deepEqual(
    document.files.map(({ role }) => role),
    ['input.dat', 'spec.dat', 'puvspr.dat'],
  )
})

for (const role of ['pu.dat', 'puvspr.dat', 'spec.dat', 'planning-grid', 'input.dat'])
  test(`--file ${role} helps where that file is not found`, async () => {
    const asked = {
      'pu.dat': ['PUNAME pu.dat', 'pu.dat'],
      'puvspr.dat': ['PUVSPRNAME puvspr.dat', 'puvspr.dat'],
      'spec.dat': ['SPECNAME species.dat', 'species.dat'],
    }[role]
    const folder = await made.make(
      asked
        ? { 'input.dat': inputDat.replace(asked[0] ?? '', `${asked[0]?.split(' ')[0]} nowhere.dat`) }
        : role === 'input.dat'
          ? { 'input.dat': undefined, 'settings.txt': inputDat }
          : {},
    )
    const other = await made.make()
    const path = asked ? join('input', asked[1] ?? '') : role === 'input.dat' ? 'settings.txt' : ''
    const given = role === 'planning-grid' ? join(other, 'shapes', 'grid.shp') : join(folder, path)
    if (role === 'planning-grid') await rm(join(folder, 'shapes'), { recursive: true })
    const without = await saidHere([folder])
    assert.equal(without.code, 2)
    assert.deepEqual(told(await json(folder, '--strict', '--file', `${role}=${given}`)), [])
  })

test('findings of a file are told in the order of its lines', async () => {
  const folder = await made.make({
    'input/puvspr.dat': 'species,pu,amount\n70,1,2.5\n7,1,x\n71,3,0.5\n8,2,y\n',
  })
  const { stdout } = await saidHere([folder])
  const lines = [...stdout.matchAll(/^ {2}line (\d+), \w+ +error/gm)].map(([, line]) => line)
  assert.deepEqual(lines, ['2', '3', '4', '5'])
})

const summary = (planningUnits: number) =>
  `"Run_Number","Score","Cost","Planning_Units"\n1,10,10,${planningUnits}\n`
const results = {
  'input.dat': `${inputDat}OUTPUTDIR output\nSCENNAME mine\n`,
  'output/mine_sum.csv': summary(1),
  'output/mine_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,0\n',
  'output/.hidden': '',
  'output/map.png': 'pixels',
}

test('results are checked like an upload of their folder, and named by their file', async () => {
  const right = await json(await made.make(results))
  assert.deepEqual(told(right), [])
  assert.deepEqual(right.files.at(-1)?.path, 'output')
  const wrong = await json(
    await made.make({
      ...results,
      'output/mine_sum.csv': summary(2),
      'output/mine_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n77,0\n',
    }),
  )
  assert.equal(wrong.exitCode, 2)
  const places = wrong.findings.map(({ severity, file, line, role }) => [severity, file, line, role])
  assert.deepEqual(places[0], ['error', 'output/mine_r00001.csv', 4, 'output'])
  assert.ok(places.every(([, file]) => String(file).startsWith('output/mine_')))
})

test('a folder for results that has none yet is no error', async () => {
  const { 'output/map.png': _, ...more } = { ...results, 'output/notes.txt': 'none yet' }
  const folder = await made.make({
    ...more,
    'output/mine_sum.csv': undefined,
    'output/mine_r00001.csv': undefined,
  })
  const document = await json(folder, '--strict')
  assert.equal(document.exitCode, 0)
  assert.ok(document.files.every(({ role }) => role !== 'output'))
})

test.run()
