import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import type { SheetToWrite } from '#internal/xlsx/write/sheet-to-write.js'
import { exportedFiles } from '../support/exported-files.js'
import { type Files, imported, zipOfFiles } from '../support/imported-files.js'
import { projectContent } from '../support/project-content.js'
import { sampleProject } from '../support/sample-project.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'
import { type Rows, written } from '../xlsx/support.js'

const test = needsServer(suite('imports of files with problems'))
let host: TenureHost
test.before(async () => {
  host = await tenureHost()
})
test.after(() => host.close())

const list = 'id,table,column,attribute,kind,asked_of,field\n'
const good = {
  'locations.csv': 'id,type,area,geometry\na,PA,1.5,SRID=4326;POINT(1 2)\nb,RW,,\n',
  'parties.csv': 'id,name,type,age\nx,Ana,IN,33\ny,"Be\nn",GR,\n',
  'relationships.csv': 'id,party_id,spatial_unit_id,tenure_type\nr,x,a,FH\n',
  'attributes.csv': `${list}1,parties,age,age,number,IN,"{""name"":""age"",""type"":""integer""}"\n`,
}

/** `file:line column code` of each error. */
async function errorsOf(files: Files): Promise<readonly string[]> {
  const report = await imported(host, 'tenure-shp', files)
  const errors = report.findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) assert.notEqual(report.job.outcome, 'succeeded')
  else assert.equal(report.job.outcome, 'succeeded', JSON.stringify(report.job.error))
  return errors.map(
    ({ file, line, column, code }) => `${file}:${line} ${column} ${code.replace('tenure/', '')}`,
  )
}

const changed = (file: keyof typeof good, from: string | RegExp, to: string): Files => ({
  ...good,
  [file]: good[file].replace(from, to),
})

test('each problem is found where it is', async () => {
  const cases: readonly (readonly [Files, readonly string[]])[] = [
    [good, []],
    [changed('locations.csv', 'PA,1.5', 'PA,"1,5"'), ['locations.csv:2 area value-invalid']],
    [changed('locations.csv', 'POINT(1 2)', 'POINT(1)'), ['locations.csv:2 geometry geometry-invalid']],
    [changed('locations.csv', '1 2)', '1 2 3)'), ['locations.csv:2 geometry geometry-invalid']],
    [changed('locations.csv', 'SRID=4326', 'SRID=3857'), ['locations.csv:2 geometry geometry-invalid']],
    [changed('locations.csv', 'b,RW', 'a,RW'), ['locations.csv:3 id id-repeated']],
    [changed('locations.csv', 'b,RW', 'b,'), ['locations.csv:3 type value-missing']],
    [changed('locations.csv', 'type,', 'kind,'), ['locations.csv:1 type column-missing']],
    [changed('locations.csv', 'b,RW,,', 'b,RW,,,'), []],
    [changed('locations.csv', 'b,RW,,', 'b,RW,,,1'), ['locations.csv:3 undefined cells-too-many']],
    [changed('parties.csv', 'Ana,IN', 'Ana,XX'), ['parties.csv:2 type type-unknown']],
    [changed('parties.csv', '33', 'old'), ['parties.csv:2 age value-invalid']],
    [
      changed('parties.csv', 'y,"Be', 'y,"B"e'),
      ['parties.csv:3 name csv-invalid', 'parties.csv:4 id csv-invalid'],
    ],
    [changed('parties.csv', 'n",GR', 'n,GR'), ['parties.csv:3 name csv-invalid']],
    [
      changed('parties.csv', 'name,type', 'type,type'),
      ['parties.csv:1 name column-missing', 'parties.csv:1 type column-repeated'],
    ],
    [changed('relationships.csv', 'r,x,a', 'r,z,a'), ['relationships.csv:2 party_id party-unknown']],
    [
      changed('relationships.csv', 'r,x,a', 'r,x,z'),
      ['relationships.csv:2 spatial_unit_id location-unknown'],
    ],
    [changed('parties.csv', '33', '9007199254740993'), ['parties.csv:2 age value-invalid']],
    [changed('locations.csv', '1.5', '12345678901234567890'), ['locations.csv:2 area value-invalid']],
    [
      changed('locations.csv', 'POINT(1 2)', `POINT(${'1'.repeat(200_000)}x 2)`),
      ['locations.csv:2 geometry geometry-invalid'],
    ],
    [
      changed('parties.csv', 'name,type,age', `name,type,age${',x'.repeat(20_000)}`),
      ['parties.csv:1 undefined columns-limit'],
    ],
    [changed('attributes.csv', 'number', 'numeral'), ['attributes.csv:2 kind value-invalid']],
    [
      { ...good, 'parties.csv': Buffer.from(good['parties.csv'].replace('Ana', 'An\xe1'), 'latin1') },
      ['parties.csv:2 undefined not-utf8'],
    ],
    [
      { ...good, 'parties.csv': good['parties.csv'].replace('Ana', 'An\0') },
      ['parties.csv:2 name value-invalid'],
    ],
    [{ ...good, 'parties.csv': '' }, ['parties.csv:undefined undefined csv-invalid']],
    [
      { 'locations.csv': good['locations.csv'] },
      [
        'parties.csv:undefined undefined table-missing',
        'relationships.csv:undefined undefined table-missing',
      ],
    ],
    [{ 'a.txt': '' }, ['undefined:undefined undefined table-missing']],
    [
      { ...good, 'more/parties.csv': good['parties.csv'] },
      ['undefined:undefined undefined projects-several'],
    ],
  ]
  const found = await Promise.all(cases.map(([files]) => errorsOf(files)))
  assert.deepEqual(
    found,
    cases.map(([, wanted]) => wanted),
  )
  const { rows } = await host.db.query('SELECT FROM tenure.projects')
  assert.equal(
    rows.length,
    found.filter((errors) => errors.length === 0).length,
    'a refused import has left a project',
  )
})

test('a zip that grows beyond measure is refused before it is read', async () => {
  const zip = zipOf([{ name: 'locations.csv', bytes: Buffer.alloc(80 * 2 ** 20, '\n') }])
  const { job, findings } = await imported(host, 'tenure-shp', zip)
  assert.notEqual(job.outcome, 'succeeded')
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['tenure/zip-limit'],
  )
})

test('texts that a spreadsheet program may have made of others are told with a count', async () => {
  const files = changed('relationships.csv', 'r,x,a,FH', 'r,x,a,1.23457E+16')
  const { job, findings } = await imported(host, 'tenure-shp', files)
  assert.equal(job.outcome, 'succeeded', JSON.stringify(findings))
  const told = findings.filter(({ code }) => code === 'tenure/text-doubtful')
  assert.deepEqual(
    told.map(({ file, column, count }) => [file, column, count]),
    [['relationships.csv', 'tenure_type', 1]],
  )
})

test('all problems are found at once', async () => {
  const found = await errorsOf({
    'locations.csv': 'id,type,area,geometry\na,,x,POINT\nb,RW,,\nb,RW,,"POLYGON((0 0,1 1,0 1,5 5))"\n',
    'parties.csv': 'id,name,type\nx,Ana,\n,Ben,IN\n',
    'relationships.csv': 'id,party_id,spatial_unit_id,tenure_type\nr,x,c,FH\ns,q,a,\n',
  })
  assert.deepEqual(found.toSorted(), [
    'locations.csv:2 area value-invalid',
    'locations.csv:2 geometry geometry-invalid',
    'locations.csv:2 type value-missing',
    'locations.csv:4 geometry geometry-invalid',
    'locations.csv:4 id id-repeated',
    'parties.csv:2 type value-missing',
    'parties.csv:3 id value-missing',
    'relationships.csv:2 spatial_unit_id location-unknown',
    'relationships.csv:3 party_id party-unknown',
    'relationships.csv:3 tenure_type value-missing',
  ])
})

test('a shapefile that says something else than locations.csv is refused', async () => {
  const { id } = await sampleProject(host.db)
  const { files } = await exportedFiles(host, { kind: 'tenure-project', id }, 'tenure/shp')
  const plain = Object.fromEntries(files)
  assert.deepEqual(await errorsOf(plain), [])
  const points = Buffer.from(plain['shapefiles/points.shp'] ?? '')
  points.writeDoubleLE(points.readDoubleLE(112) + 1, 112)
  const csv = String(plain['locations.csv'])
  const rest = csv.split('\n').filter((line) => !line.includes(';LINESTRING'))
  const cases: readonly (readonly [Files, readonly string[]])[] = [
    [{ 'shapefiles/points.shp': points }, ['shapefiles/points.shp:1 undefined shapefile-differs']],
    [
      { 'shapefiles/points.shp': points.subarray(0, 110) },
      ['shapefiles/points.shp:undefined undefined shapefile-invalid'],
    ],
    [{ 'locations.csv': rest.join('\n') }, ['shapefiles/linestrings.shp:1 undefined shapefile-differs']],
    [
      { 'locations.csv': csv.replace(';LINESTRING(0 0,', ';LINESTRING(0 0.5,') },
      ['shapefiles/linestrings.shp:1 undefined shapefile-differs'],
    ],
    [
      { 'locations.csv': `${csv}n,PA,,SRID=4326;POINT(1 1),,\n` },
      ['shapefiles/points.shp:undefined undefined shapefile-differs'],
    ],
  ]
  const found = await Promise.all(cases.map(([change]) => errorsOf({ ...plain, ...change })))
  assert.deepEqual(
    found,
    cases.map(([, wanted]) => wanted),
  )
})

test('problems of a workbook have the sheet, the row and the column', async () => {
  const sheet = (name: string, header: readonly string[], rows: Rows): SheetToWrite => ({
    name,
    columns: header.map((column) => ({ name: column, type: 'text' })),
    rows: [rows],
  })
  const relationships = ['id', 'party_id', 'spatial_unit_id', 'tenure_type']
  const book = (area: string, holder: string) =>
    written([
      sheet('locations', ['id', 'type', 'area', 'geometry'], [['a', 'PA', area, 'POINT(1 2)']]),
      sheet('parties', ['id', 'name', 'type'], [['x', 'Ana', 'IN']]),
      sheet('relationships', relationships, [
        ['r', 'x', 'a', 'FH'],
        ['s', holder, 'a', 'FH'],
      ]),
    ])
  const { bytes } = await book('wide', 'y')
  const { findings } = await imported(host, 'tenure-xlsx', { 'tenure.xlsx': bytes })
  assert.deepEqual(
    findings
      .filter(({ severity }) => severity === 'error')
      .map(({ file, line, column }) => `${file}:${line} ${column}`),
    ['tenure.xlsx, sheet locations:2 area', 'tenure.xlsx, sheet relationships:3 party_id'],
  )
  const alone = await imported(host, 'tenure-xlsx', (await book('2.5', 'x')).bytes)
  assert.equal(alone.job.outcome, 'succeeded', JSON.stringify(alone.findings))
})

test('what people and their programs do to files does not matter', async () => {
  const plain = await imported(host, 'tenure-shp', good)
  const wanted = await projectContent(host.db, plain.id)
  const all = (change: (text: string) => string, folder = ''): Files =>
    Object.fromEntries(Object.entries(good).map(([name, text]) => [folder + name, change(text)]))
  const variants = {
    'the marks of Windows': all((text) => `\ufeff${text.replace(/(?<!Be)\n/g, '\r\n')}`),
    'a folder, and what macOS adds': {
      ...all((text) => text, 'London copy/'),
      '__MACOSX/London copy/._parties.csv': 'x',
      'London copy/.DS_Store': 'x',
    },
    'empty rows and cells': all((text) => `${text}\n,,\n`),
    tabs: { ...good, 'locations.csv': good['locations.csv'].replaceAll(',', '\t') },
  }
  for (const [name, files] of Object.entries(variants)) {
    const { id, findings, job } = await imported(host, 'tenure-shp', files)
    assert.equal(job.outcome, 'succeeded', `${name}: ${JSON.stringify(findings)}`)
    assert.deepEqual(await projectContent(host.db, id), wanted, name)
  }
})

test('a validation tells how many relationships each type of party has, and makes nothing', async () => {
  const stream = async function* (files: Files) {
    yield zipOfFiles(files)
  }
  const { rows } = await host.db.query<{ id: string }>('SELECT id FROM tenure.organizations LIMIT 1')
  const job = await host.piecework.validate({
    format: 'tenure-shp',
    uploads: { export: { stream: stream(good) } },
    into: { kind: 'tenure-organization', id: rows[0]?.id ?? '' },
    principal: { id: '1' },
  })
  const { findings } = await job.ended()
  assert.deepEqual(
    findings.map(({ code, message }) => `${code}: ${message}`),
    [
      'tenure/no-geometry: 1 location has no geometry: "b".',
      'tenure/relationships-of: 1 relationships are of individuals (IN).',
      'tenure/relationships-of: 0 relationships are of corporations (CO).',
      'tenure/relationships-of: 0 relationships are of groups (GR).',
    ],
  )
})

test('a cell that is no geometry is an error, and not counted as one that is empty', async () => {
  const texts = ['no geometry', '7', 'POLYGON((0 0, 1 1))', ' ', 'POINT EMPTY', null]
  const sheet = (name: string, header: readonly string[], rows: Rows): SheetToWrite => ({
    name,
    columns: header.map((column) => ({ name: column, type: 'text' })),
    rows: [rows],
  })
  const { bytes } = await written([
    sheet(
      'locations',
      ['id', 'type', 'area', 'geometry'],
      texts.map((text, at) => [`l${at}`, 'PA', null, text]),
    ),
    sheet('parties', ['id', 'name', 'type'], []),
    sheet('relationships', ['id', 'party_id', 'spatial_unit_id', 'tenure_type'], []),
  ])
  const { findings } = await imported(host, 'tenure-xlsx', { 'tenure.xlsx': bytes })
  assert.deepEqual(
    findings
      .filter(({ column }) => column === 'geometry')
      .map(({ code, line, count }) => [code, line, count]),
    [
      ...[2, 3, 4, 5].map((line) => ['tenure/geometry-invalid', line, undefined]),
      ['tenure/no-geometry', undefined, 1],
    ],
  )
})

test.run()
