import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Folders, folders, inputDat, layer } from '@piecework/test-support/fixtures/marxan-folders.js'
import { readZip } from '@piecework/test-support/fixtures/read-zip.js'
import { squares } from '@piecework/test-support/fixtures/shapefile-of.js'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { saidHere } from './support/marxan-check.js'

/** A fault of each kind: what the command prints last is done, and nothing is left to mend. */
const test = suite('folders that are mended by what is said')
let made: Folders

test.before(async () => {
  made = await folders()
})
test.after(() => made.remove())

const lastLine = async (folder: string, ...args: readonly string[]) => {
  const { stdout } = await saidHere([folder, ...args])
  return stdout.trimEnd().split('\n').at(-1) ?? ''
}

/** What the last line says by `pattern`. */
async function step(folder: string, pattern: RegExp): Promise<readonly string[]> {
  const line = await lastLine(folder)
  return pattern.exec(line)?.slice(1) ?? assert.fail(`${pattern} is not in: ${line}`)
}

const noLayer = Object.fromEntries(Object.keys(layer(squares([1]))).map((path) => [path, undefined]))

async function isMended(folder: string, ...args: readonly string[]): Promise<void> {
  assert.equal(await lastLine(folder, '--strict', ...args), 'There is nothing to mend.')
}

const edit = async (folder: string, file: string, change: (text: string) => string) =>
  writeFile(join(folder, file), change(await readFile(join(folder, file), 'utf8')))

const withLine = (text: string, at: string, change: (line: string) => string) =>
  text
    .split('\n')
    .map((line, index) => (index + 1 === Number(at) ? change(line) : line))
    .join('\n')

test('a wrong cell', async () => {
  const folder = await made.make({ 'input/pu.dat': 'id\tcost\tstatus\n1\t10\t0\n2\t20,5\t0\n3\t30\t2\n' })
  const [at = '', file = '', wrong = '', right = ''] = await step(
    folder,
    /^Mend line (\d+) \(cost\) of (\S+) first: cost is "(.+?)", which has a decimal comma \(Write it with a point, as ([\d.]+),/,
  )
  await edit(folder, file, (text) => withLine(text, at, (line) => line.replace(wrong, right)))
  await isMended(folder)
})

for (const place of ['results', 'output/run1'])
  test(`results in ${place}, where OUTPUTDIR does not lead`, async () => {
    const folder = await made.make({
      'input.dat': `${inputDat}SCENNAME mine\nOUTPUTDIR output\n`,
      [`${place}/mine_sum.csv`]: '"Run_Number","Score","Cost","Planning_Units"\n1,10,10,1\n',
      [`${place}/mine_r00001.csv`]: 'PUID,SOLUTION\n1,1\n2,0\n3,0\n',
    })
    const [at = '', where = '', option = ''] = await step(
      folder,
      /look at line (\d+) \(OUTPUTDIR\) of input\.dat first: .* set OUTPUTDIR in input\.dat to (\S+), or name it: --file (.*)\)\.$/,
    )
    await isMended(folder, '--file', option.replaceAll("'", ''))
    await isMended(folder, '--no-results')
    await edit(folder, 'input.dat', (text) => withLine(text, at, () => `OUTPUTDIR ${where}`))
    await isMended(folder)
  })

test('a missing file', async () => {
  const folder = await made.make({
    'input/amounts.dat': 'species,pu,amount\n7,1,2.5\n8,2,1\n7,3,0.5\n',
    'input/puvspr.dat': undefined,
  })
  const [at = '', key = '', there = '', option = ''] = await step(
    folder,
    /^Mend line (\d+) \(\w+\) of input\.dat first: (\w+) names puvspr\.dat, .*; there is input\/(\S+) \(Name it: (--file .*)\)\.$/,
  )
  const [name = '', path = ''] = option.slice('--file '.length).replaceAll("'", '').split(/=(.*)/)
  await isMended(folder, '--file', `${name}=${path}`)
  await edit(folder, 'input.dat', (text) => withLine(text, at, () => `${key} ${there}`))
  await isMended(folder)
})

test('ids that do not match', async () => {
  const columns = ['puid', 'unit'].map((name) => ({ name, type: 'N', length: 10 }))
  const features = squares([1, 2, 3]).map((square, at) => ({ ...square, values: [`${at}`, `${at + 1}`] }))
  const folder = await made.make(layer(features, 'shapes/grid', columns))
  const [attribute = ''] = await step(
    folder,
    /^Mend input\/pu\.dat first: 1 planning unit of the grid has no row .* \(The attribute (\w+) of the grid has more ids of pu\.dat, 3 of 3:/,
  )
  await isMended(folder, '--id-attribute', attribute)
})

test('a grid without its .prj file', async () => {
  const folder = await made.make()
  const prj = await readFile(join(folder, 'shapes/grid.prj'))
  await rm(join(folder, 'shapes/grid.prj'))
  await step(
    folder,
    /^Mend shapes\/grid\.shp first: .* lacks grid's \.prj file; .* \(Copy the \.prj file that came with it\. If there is none, assign the coordinate system in which the layer was made/,
  )
  await writeFile(join(folder, 'shapes/grid.prj'), prj)
  await isMended(folder)
})

test('no shapefile, and the planning units in another form', async () => {
  for (const name of ['grid.geojson', 'grid.gpkg', 'all.zip']) {
    const folder = await made.make({ ...noLayer, [name]: 'something else' })
    await step(
      folder,
      new RegExp(`^Mend this first: .*; there is ${name} \\(If it holds the planning units: export`),
    )
    for (const [path, bytes] of Object.entries(layer(squares([1, 2, 3]))))
      await writeFile(join(folder, path.replace('shapes/', '')), bytes ?? '')
    await isMended(folder)
  }
})

test("a header whose names stand over each other's columns: no row is deleted", async () => {
  const folder = await made.make({ 'input/puvspr.dat': 'pu,species,amount\n7,1,2.5\n8,2,1\n7,3,0.5\n' })
  await step(folder, /feature 1 is not in spec\.dat.*\(See first whether the names in the header stand/)
  await edit(folder, 'input/puvspr.dat', (text) => text.replace('pu,species', 'species,pu'))
  await isMended(folder)
})

test('results that lack their summary are left out by the option that is named', async () => {
  const folder = await made.make({
    'input.dat': `${inputDat}OUTPUTDIR output\n`,
    'output/output_best.csv': 'planning_unit,solution\n1,1\n2,0\n3,1\n',
  })
  const [option = ''] = await step(folder, /leave the results out \(marxan-check: (--no-results)\)/)
  await isMended(folder, option)
})

for (const named of ['', 'OUTPUTDIR output\n'])
  test(`results in a zip, ${named === '' ? 'without OUTPUTDIR' : 'beside an OUTPUTDIR'}`, async () => {
    const results = {
      'mine_sum.csv': '"Run_Number","Score","Cost","Planning_Units"\n1,10,10,1\n',
      'mine_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,0\n',
    }
    const files = Object.entries(results).map(([name, text]) => ({ name, bytes: Buffer.from(text) }))
    const folder = await made.make({
      'input.dat': `${inputDat}SCENNAME mine\n${named}`,
      'results.zip': zipOf(files),
    })
    const [zip = '', key = '', option = ''] = await step(
      folder,
      /unpack (\S+) into (?:a folder, and set (OUTPUTDIR) in input\.dat to its name|the folder that OUTPUTDIR names), or name it: --file (.*)\)\.$/,
    )
    await isMended(folder, '--file', option.replaceAll("'", ''))
    const unpacked = key === '' ? 'output' : 'mine'
    await mkdir(join(folder, unpacked))
    for (const { name, bytes } of files) await writeFile(join(folder, unpacked, name), bytes)
    await rm(join(folder, zip))
    if (key !== '') await edit(folder, 'input.dat', (text) => `${text}${key} ${unpacked}\n`)
    await isMended(folder)
  })

test('a project of Marxan Web is unpacked as is said', async () => {
  const project = await made.make()
  const names = [
    'input.dat',
    'input/pu.dat',
    'input/species.dat',
    'input/puvspr.dat',
    ...Object.keys(noLayer),
  ]
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(project, name)) })),
  )
  const nothing = Object.fromEntries(names.map((name) => [name, undefined]))
  const folder = await made.make({ ...nothing, 'plan.mxw': zipOf(files) })
  const { stderr } = await saidHere([folder])
  const [, mxw = '', into = ''] =
    /Unpack it, with unzip '?(.*?)'? -d (\w+) or by/.exec(stderr) ?? assert.fail(stderr)
  for (const [name, bytes] of await readZip(await readFile(mxw))) {
    await mkdir(join(folder, into, dirname(name)), { recursive: true })
    await writeFile(join(folder, into, name), bytes)
  }
  await isMended(join(folder, into))
})

test('a grid of which no attribute has ids of pu.dat', async () => {
  const folder = await made.make(
    layer(squares([70, 80, 90]), 'shapes/grid', [{ name: 'FID', type: 'N', length: 9 }]),
  )
  const [attribute = ''] = await step(
    folder,
    /\(Give each planning unit its id of pu\.dat in an attribute (\w+), or take the layer that this pu\.dat was made for\)\.$/,
  )
  const columns = [{ name: attribute, type: 'N', length: 9 }]
  for (const [path, bytes] of Object.entries(layer(squares([1, 2, 3]), 'shapes/grid', columns)))
    await writeFile(join(folder, path), bytes ?? '')
  await isMended(folder)
})

test('shapes that are invalid, without a database', async () => {
  const flipped = squares([1, 2, 3]).map((unit, at) => {
    const [[a, b, c, d] = []] = unit.rings ?? []
    return at === 0 || !a || !b || !c || !d ? unit : { ...unit, rings: [[a, c, b, d, a]] }
  })
  const folder = await made.make(layer(flipped))
  await step(
    folder,
    /2 planning units are invalid; .*: records 2, 3 \(.*, or mend them in a GIS \(in QGIS: Fix geometries\)/,
  )
  for (const [path, bytes] of Object.entries(layer(squares([1, 2, 3]))))
    await writeFile(join(folder, path), bytes ?? '')
  await isMended(folder)
})

test('an odd input.dat: one step after the other', async () => {
  const folder = await made.make({
    'input.dat': inputDat
      .replace('BLM 1', 'BLM 0,25')
      .replace('NUMREPS 10', 'NUMREPS=10')
      .replace('NUMTEMP 10000', 'NUMTEMP 10 000')
      .replace('RUNMODE', 'RUN_MODE')
      .replace('VERBOSITY 2', 'VERBOSITY\u00a02'),
  })
  const mends: readonly (readonly [RegExp, (found: readonly string[]) => string])[] = [
    [
      /^Mend line (\d+) .*has a decimal comma \(Write it with a point, as ([\d.]+)/,
      ([, value]) => `BLM ${value}`,
    ],
    [/^Mend line (\d+) .*an equals sign \(.*: (NUMREPS \d+)\)\.$/, ([, text]) => `${text}`],
    [
      /^Mend line (\d+) .*"10 000", which .* \(If it is one number, write it as (\d+),/,
      ([, value]) => `NUMTEMP ${value}`,
    ],
    [
      /^Nothing has to be mended; look at line (\d+) .*VERBOSITY has U\+00A0 NO-BREAK SPACE/,
      () => 'VERBOSITY 2',
    ],
    [
      /^Nothing has to be mended; look at line (\d+) .*RUN_MODE .* \(Did you mean (\w+)\?\)\.$/,
      ([, key]) => `${key} 1`,
    ],
  ]
  const left = [...mends]
  while (left.length > 0) {
    const line = await lastLine(folder)
    const at = left.findIndex(([pattern]) => pattern.test(line))
    assert.ok(at >= 0, line)
    const [[pattern, mended] = assert.fail()] = left.splice(at, 1)
    const found = pattern.exec(line)?.slice(1) ?? []
    await edit(folder, 'input.dat', (text) => withLine(text, found[0] ?? '', () => mended(found)))
  }
  await isMended(folder)
})

test.run()
