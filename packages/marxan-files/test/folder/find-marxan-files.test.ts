import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isPieceworkError } from '@piecework/core/piece'
import { findMarxanFiles } from '@piecework/marxan-files'
import { shapefileParts, squares, zippedGrid } from '@piecework/test-support/fixtures/shapefile-of.js'
import { suite } from 'uvu'

const test = suite('folders')
let root: string
let number = 0
test.before(async () => {
  root = await mkdtemp(join(tmpdir(), 'piecework-folder-'))
})
test.after(() => rm(root, { recursive: true, force: true }))

async function folder(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  number += 1
  const dir = join(root, String(number))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), content)
  }
  return dir
}

/** What was found, relative to the folder. */
async function found(dir: string, input?: string) {
  const { grid, findings, ...paths } = await findMarxanFiles(dir, input === undefined ? {} : { input })
  return {
    ...Object.fromEntries(Object.entries(paths).map(([key, path]) => [key, relative(dir, path)])),
    grid: (grid.kind === 'parts' ? grid.paths : [grid.path]).map((path) => relative(dir, path)),
    told: findings.map(({ code }) => code),
  }
}

const names = 'PUNAME pu.dat\nSPECNAME spec.dat\nPUVSPRNAME puvspr.dat\n'
const tables = { 'pu.dat': 'id\n', 'spec.dat': 'id\n', 'puvspr.dat': 'id\n' }
const layer = { 'grid.shp': '', 'grid.shx': '', 'grid.dbf': '' }

test('everything in one folder', async () => {
  const dir = await folder({ 'input.dat': names, ...tables, ...layer, 'grid.csv': '', 'other.dbf': '' })
  assert.deepEqual(await found(dir), {
    input: 'input.dat',
    pu: 'pu.dat',
    spec: 'spec.dat',
    puvspr: 'puvspr.dat',
    grid: ['grid.dbf', 'grid.shp', 'grid.shx'],
    told: [],
  })
})

test('a folder that is not there, and a file instead of a folder', async () => {
  const file = fileURLToPath(import.meta.url)
  for (const [path, message] of [
    [join(file, '..', 'nowhere'), /^There is no folder .*nowhere that can be read$/],
    [file, /is a file, not a folder; the one that it is in is /],
  ] as const)
    await assert.rejects(findMarxanFiles(path), (error) => {
      assert.ok(isPieceworkError(error, 'input-incomplete'))
      assert.match(error.message, message)
      return true
    })
})

test('the path of another machine, and names in another case', async () => {
  const dir = await folder({
    'My.DAT': `Title\nINPUTDIR C:\\Users\\me\\Data\nOUTPUTDIR D:\\out\n${names}BOUNDNAME bound.dat\n`,
    'data/PU.dat': 'id\n',
    'data/Spec.dat': 'id\n',
    'data/puvspr.DAT': 'id\n',
    'data/bound.dat': 'id1\n',
    'pu.dat': 'another\n',
    'out/solution.shp': '',
    'shapes/Grid.SHP': '',
    'shapes/grid.dbf': '',
  })
  assert.deepEqual(await found(dir), {
    input: 'My.DAT',
    pu: 'data/PU.dat',
    spec: 'data/Spec.dat',
    puvspr: 'data/puvspr.DAT',
    bound: 'data/bound.dat',
    output: 'out',
    grid: ['shapes/Grid.SHP', 'shapes/grid.dbf'],
    told: [],
  })
})

test('INPUTDIR that is not there: the names are looked up', async () => {
  const inputs = Object.fromEntries(Object.entries(tables).map(([name, text]) => [`input/${name}`, text]))
  const dir = await folder({ 'input.dat': `INPUTDIR elsewhere\n${names}`, ...inputs, ...layer })
  assert.equal((await found(dir)).told.length, 0)
  assert.deepEqual((await findMarxanFiles(dir)).pu, join(dir, 'input', 'pu.dat'))
})

test('of several input files the first by name, or the one that is asked for', async () => {
  const dir = await folder({ 'b.dat': names, 'a.dat': names, ...tables, ...layer })
  assert.equal((await findMarxanFiles(dir)).input, join(dir, 'a.dat'))
  assert.deepEqual((await found(dir)).told, ['legacy/input-choice'])
  assert.equal((await findMarxanFiles(dir, { input: 'B.dat' })).input, join(dir, 'b.dat'))
})

test('a zip with a layer', async () => {
  const empty = Buffer.from('504b0506000000000000000000000000000000000000', 'hex')
  const dir = await folder({ 'input.dat': names, ...tables, 'results.zip': empty, 'broken.zip': 'no zip' })
  await assert.rejects(findMarxanFiles(dir), /planning grid/)
  await writeFile(join(dir, 'units.zip'), zipOf('units/units.shp'))
  assert.deepEqual((await found(dir)).grid, ['units.zip'])
})

const attributes = (name: string) =>
  shapefileParts(squares([1, 2]), { columns: [{ name, type: 'N', length: 10 }] })
const shapes = (path: string, name: string): Readonly<Record<string, Buffer>> =>
  Object.fromEntries(Object.entries(attributes(name)).map(([part, bytes]) => [`${path}.${part}`, bytes]))

/** Layers with the name of their attribute, and why which of them is the grid. */
const grids: readonly [
  what: string,
  layers: Readonly<Record<string, string>>,
  grid: string,
  why: RegExp,
  id?: string,
][] = [
  [
    'has puid',
    { 'gis/mpa': 'wdpaid', 'shapefile/reefs': 'puid' },
    'shapefile/reefs.shp',
    /attribute puid; there is also gis\/mpa\.shp$/,
  ],
  [
    'has it in another spelling',
    { a: 'id', b: 'PU_ID', grid: 'id' },
    'b.shp',
    /attribute puid; there are also grid\.shp, a\.shp$/,
  ],
  ['has what is asked for', { a: 'puid', b: 'unit' }, 'b.shp', /attribute UNIT; /, 'UNIT'],
  ['is named like one', { area: 'id', hexagons: 'id' }, 'hexagons.shp', /for its name; /],
  [
    'is in a folder of planning units',
    { 'areas/a': 'id', 'pulayer/b': 'id' },
    'pulayer/b.shp',
    /for its name; /,
  ],
  [
    'is the first of those',
    { a: 'id', 'pu/b': 'puid', 'pu/c': 'puid' },
    'pu/b.shp',
    /the first by name; .*pu\/c\.shp, a\.shp$/,
  ],
  ['is the first', { a: 'id', 'input/push': 'id' }, 'a.shp', /the first by name; /],
]
for (const [what, layers, grid, why, idAttribute] of grids)
  test(`of several shapefiles the grid is the one that ${what}`, async () => {
    const files = Object.entries(layers).map(([path, name]) => shapes(path, name))
    const dir = await folder({ 'input.dat': names, ...tables, ...Object.assign({}, ...files) })
    const { grid: found, findings } = await findMarxanFiles(dir, idAttribute ? { idAttribute } : {})
    assert.ok(found.kind === 'parts' && found.paths.includes(join(dir, grid)), JSON.stringify(found))
    assert.match(findings[0]?.message ?? '', why)
    assert.deepEqual(Object.keys(findings[0] ?? {}).sort(), ['code', 'file', 'fix', 'message', 'severity'])
    assert.equal(findings[0]?.fix?.role, 'planning-grid')
    assert.ok(Object.keys(layers).includes(`${findings[0]?.fix?.file?.replace('.shp', '')}`))
  })

/** Ids of the layers a and b, of which b is that of pu.dat. */
const fitting: Readonly<
  Record<string, readonly [a: readonly number[], b: readonly number[], attribute: string]>
> = {
  'of which one has few units': [[1, 2], [1, 2, 3, 4], 'OBJECTID'],
  'of which one has many more': [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4], 'OBJECTID'],
  'of which one has other ids': [[5, 6, 7, 8], [1, 2, 3, 4], 'OBJECTID'],
  'that all have puid': [[5, 6, 7, 8], [1, 2, 3, 4], 'puid'],
}
for (const [what, [a, b, name]] of Object.entries(fitting))
  test(`of layers ${what}, the one whose ids are those of pu.dat is the grid`, async () => {
    const parts = (path: string, ids: readonly number[]) =>
      Object.entries(shapefileParts(squares(ids), { columns: [{ name, type: 'N', length: 10 }] })).map(
        ([part, bytes]) => [`${path}.${part}`, bytes] as const,
      )
    const dir = await folder({
      'input.dat': names,
      ...tables,
      'pu.dat': 'id,cost\n1,1\n2,1\n3,1\n4,1\n',
      ...Object.fromEntries([...parts('a', a), ...parts('b', b)]),
    })
    const { grid, findings } = await findMarxanFiles(dir)
    assert.ok(grid.kind === 'parts' && grid.paths.includes(join(dir, 'b.shp')))
    assert.match(findings[0]?.message ?? '', /^b\.shp was taken .*, for its ids fit those of pu\.dat best; /)
  })

test('of several zips too', async () => {
  const zipped = (name: string) => zippedGrid(squares([1]), { columns: [{ name, type: 'N', length: 10 }] })
  const dir = await folder({ 'input.dat': names, ...tables, 'a.zip': zipped('id'), 'b.zip': zipped('puid') })
  assert.deepEqual(await found(dir), { ...(await found(dir)), grid: ['b.zip'], told: ['legacy/grid-choice'] })
})

test('quotation marks around names and folders are taken off', async () => {
  const quoted = names.replace(/ (.+)$/gm, ' "$1"').replace('"spec.dat"', "'spec.dat'")
  const inputs = Object.entries(tables).map(([name, text]) => [`my input/${name}`, text])
  const dir = await folder({
    'input.dat': `INPUTDIR "my input"\nOUTPUTDIR "my output\\"\nSCENNAME "a"\n${quoted}`,
    ...Object.fromEntries(inputs),
    'my output/a_sum.csv': '',
    ...layer,
  })
  const { pu, spec, puvspr, output, told } = (await found(dir)) as Record<string, unknown>
  assert.deepEqual(
    [pu, spec, puvspr, output, told],
    ['my input/pu.dat', 'my input/spec.dat', 'my input/puvspr.dat', 'my output', []],
  )
})

test('everything that is missing is named, with the line that asks for it and what is like it', async () => {
  const dir = await folder({
    'input.dat': names.replace('pu.dat', 'units\\planning.dat'),
    'spec.dat': 'id\n',
    'input/pu.dat': 'id\n',
    'input/notes.txt': '',
  })
  await assert.rejects(findMarxanFiles(dir), (error) => {
    assert.ok(isPieceworkError(error, 'input-incomplete'))
    assert.match(
      error.message,
      /have units\\planning\.dat \(PUNAME, line 1 of input\.dat\), puvspr\.dat \(PUVSPRNAME, line 3 of input\.dat\), the planning grid/,
    )
    assert.deepEqual(error.facts.missing, ['pu.dat', 'puvspr.dat', 'planning-grid'])
    const [pu] = error.findings
    assert.deepEqual([pu?.file, pu?.line, pu?.column], ['input.dat', 1, 'PUNAME'])
    assert.match(pu?.message ?? '', /there is input\/pu\.dat$/)
    return true
  })
  await assert.rejects(findMarxanFiles(await folder({ 'readme.md': '' })), /input\.dat/)
})

test('a bound.dat that is named and not there is a warning', async () => {
  const dir = await folder({ 'input.dat': `${names}BOUNDNAME bound.dat\n`, ...tables, ...layer })
  const { findings } = await findMarxanFiles(dir)
  assert.deepEqual(
    findings.map(({ severity, code, line }) => [severity, code, line]),
    [['warning', 'legacy/file-missing', 4]],
  )
})

const elsewhere: Readonly<Record<string, Readonly<Record<string, string | Buffer>>>> = {
  'in a folder below that of OUTPUTDIR': { 'output/run1/mine_sum.csv': '' },
  'in a folder with another name': { 'results/mine_r00001.csv': '', 'output/notes.txt': '' },
  'in a folder far below': { 'archive/2019/final/mine_ssoln.txt': '' },
  'beside input.dat': { 'mine_best.csv': '' },
  'in a zip': { 'output.zip': zipOf('output/mine_sum.csv') },
}
for (const [where, files] of Object.entries(elsewhere))
  test(`files like results ${where} are told, and not read`, async () => {
    const dir = await folder({ 'input.dat': `${names}OUTPUTDIR output\n`, ...tables, ...layer, ...files })
    const { findings, output } = await findMarxanFiles(dir)
    assert.deepEqual(
      findings.map(({ severity, code, line }) => [severity, code, line]),
      [['warning', 'legacy/results-elsewhere', 4]],
    )
    const [{ message, hint, fix } = assert.fail()] = findings
    assert.match(message, /OUTPUTDIR names output, where there are none: no results are read$/)
    assert.match(hint ?? '', /^If they are this project's, (?:set|unpack) /)
    const [path = ''] = Object.keys(files)
    assert.equal(fix?.file, path.endsWith('.zip') ? path : dirname(path))
    assert.ok(output === undefined || output === join(dir, 'output'))
  })

test('of results where OUTPUTDIR leads, nothing is told, whatever lies elsewhere', async () => {
  const dir = await folder({
    'input.dat': `${names}OUTPUTDIR output\n`,
    ...tables,
    ...layer,
    'output/mine_sum.csv': '',
    'older/mine_sum.csv': '',
  })
  assert.deepEqual((await found(dir)).told, [])
})

test('names do not lead out of the folder', async () => {
  const dir = await folder({ ...tables, ...layer, 'input.dat': names.replace('pu.dat', '../secret.dat') })
  await writeFile(join(root, 'secret.dat'), 'id\n')
  await assert.rejects(findMarxanFiles(dir), /secret\.dat/)
  await symlink(join(root, 'secret.dat'), join(dir, 'secret.dat'))
  await assert.rejects(findMarxanFiles(dir), /secret\.dat/)
})

test('projects of other programs have an error of their own', async () => {
  const zones = await folder({ 'input.dat': `${names}ZONESNAME z.dat\n`, ...tables, ...layer })
  await assert.rejects(findMarxanFiles(zones), (error) => isPieceworkError(error, 'legacy/marzone'))
  const zonesFile = await folder({ 'input.dat': names, ...tables, ...layer, 'input/Zones.dat': '' })
  await assert.rejects(findMarxanFiles(zonesFile), (error) => isPieceworkError(error, 'legacy/marzone'))
  const cluz = await folder({ 'targets.csv': 'Id,Name\n', 'input/puvspr2.dat': '' })
  await assert.rejects(findMarxanFiles(cluz), (error) => isPieceworkError(error, 'legacy/cluz'))
})

/** A zip of one empty file. */
function zipOf(name: string): Buffer {
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(name.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(46 + name.length, 12)
  end.writeUInt32LE(30 + name.length, 16)
  return Buffer.concat([local, Buffer.from(name), central, Buffer.from(name), end])
}

test.run()
