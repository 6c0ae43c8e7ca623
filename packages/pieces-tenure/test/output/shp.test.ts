import { type CsvRow, csvRows } from '@piecework/core/piece'
import { needsGdal, needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { attributeValue } from '#internal/attributes/attribute-cell.js'
import type { AttributeKind } from '#internal/attributes/attribute-kind.js'
import { textOfCell } from '#internal/cell-text.js'
import { type ExportedFiles, exportedFiles } from '../support/exported-files.js'
import { gdalReads } from '../support/gdal-reads.js'
import { newKey, newOrganization, type SampleProject, sampleProject } from '../support/sample-project.js'
import { type TenureHost, tenureHost } from '../support/tenure-host.js'

const test = needsServer(suite('tables and shapefiles'))
let host: TenureHost
let sample: SampleProject
let made: ExportedFiles
test.before(async () => {
  host = await tenureHost()
  sample = await sampleProject(host.db, host.files)
  made = await exported(sample.id)
})
test.after(() => host.close())

const exported = (id: string) => exportedFiles(host, { kind: 'tenure-project', id }, 'tenure/shp')
const kinds = [
  'points',
  'multipoints',
  'linestrings',
  'multilinestrings',
  'polygons',
  'multipolygons',
] as const
const shapeFiles = kinds.flatMap((kind) =>
  ['shp', 'shx', 'dbf', 'prj', 'cpg'].map((extension) => `shapefiles/${kind}.${extension}`),
)

test('README.txt names exactly the files that are there', () => {
  const names = [
    'locations.csv',
    'parties.csv',
    'relationships.csv',
    'attributes.csv',
    ...shapeFiles,
    'shapefiles/shp_readme.txt',
    'README.txt',
  ]
  assert.equal([...made.files.keys()], names)
  assert.equal(named(made.text('README.txt')), names)
  assert.equal(
    named(made.text('shapefiles/shp_readme.txt')),
    kinds.map((kind) => `${kind}.shp`),
  )
})

/** The names between the first line, which ends with a colon, and the next empty line. */
function named(readme: string): readonly string[] {
  const all = readme.split('\r\n').slice(1)
  return all.slice(0, all.indexOf('')).map((line) => /^ {2}([^:]+)/.exec(line)?.[1] ?? line)
}

test('what has no place in a shapefile is told with a count', () => {
  assert.equal(made.report.findings.map(({ code, count }) => `${code} ${count}`).toSorted(), [
    'tenure/geometry-collection 1',
    'tenure/no-geometry 1',
  ])
})

test('numbers of more digits than a double holds are told; the archive has them', async () => {
  const { id } = await sampleProject(host.db, host.files)
  await host.db.query(
    `UPDATE tenure.parties SET attributes = '{"tax": 12345678901234567890}' WHERE project_id = $1 AND type = 'CO'`,
    [id],
  )
  const { rows } = await host.db.query(`SELECT FROM tenure.parties WHERE project_id = $1 AND type = 'CO'`, [
    id,
  ])
  const { report } = await exported(id)
  const told = report.findings.find(({ code }) => code === 'tenure/number-cut')
  assert.equal([told?.file, told?.count], ['parties.csv', rows.length])
  const archive = await exportedFiles(host, { kind: 'tenure-project', id }, 'archive')
  assert.ok([...archive.files.values()].some((bytes) => bytes.includes('12345678901234567890')))
})

test('COPY reads locations.csv: every location, with its geometry', async () => {
  const { rows } = await copied(
    'locations.csv',
    'id text, type text, area float8, geometry geometry(Geometry, 4326), quality text, never text',
    `SELECT count(*)::int AS n FROM copied c JOIN tenure.locations l ON l.id = c.id AND l.type = c.type
     WHERE l.project_id = '${sample.id}' AND l.area IS NOT DISTINCT FROM c.area
       AND ST_AsEWKB(l.geom) IS NOT DISTINCT FROM ST_AsEWKB(c.geometry)`,
  )
  assert.equal(rows, [{ n: 8 }])
})

test('COPY reads relationships.csv and parties.csv', async () => {
  const relationships = await copied(
    'relationships.csv',
    'id text, party_id text, spatial_unit_id text, tenure_type text, since text',
    `SELECT count(*)::int AS n FROM copied c JOIN tenure.tenure_relationships r ON r.id = c.id
     WHERE r.party_id = c.party_id AND r.location_id = c.spatial_unit_id AND r.tenure_type = c.tenure_type`,
  )
  assert.equal(relationships.rows, [{ n: 3 }])
  const parties = await copied(
    'parties.csv',
    'id text, name text, type text, phone text, age int, members text, nested jsonb, note text',
    'SELECT name, type, phone, age, members, nested, note FROM copied ORDER BY name COLLATE "C", age',
  )
  const party = { type: 'IN', phone: null, age: null, members: null, nested: null, note: null }
  assert.equal(parties.rows, [
    { ...party, name: "'=cmd()", type: 'GR', members: 'a\\;b;c\\\\;;', nested: { deep: [1, null] } },
    { ...party, name: 'Ana', phone: "'+44 20", age: 33 },
    { ...party, name: 'Ana' },
    { ...party, name: 'Ministry, "of" Land\nand Water', type: 'CO', note: '' },
  ])
})

test('COPY reads attributes.csv: each column of an attribute, and each field of a schema', async () => {
  const { rows } = await copied(
    'attributes.csv',
    'id int, "table" text, "column" text, attribute text, kind text, asked_of text, field jsonb',
    `SELECT "table", "column", attribute, kind, asked_of, field->>'type' AS type FROM copied ORDER BY id`,
  )
  assert.equal(
    new Set(rows.map((row) => Object.values(row as object).join(' '))),
    new Set([
      'locations quality quality text all text',
      'locations never never text all text',
      'parties phone phone text all text',
      'parties age age number IN integer',
      'parties members members list GR select_multiple',
      'parties nested nested json  ',
      'parties note note text  ',
      'relationships since since json  ',
    ]),
  )
})

/** What a statement finds in a table that COPY has filled with a file. */
function copied(file: string, columns: string, select: string) {
  const text = made.text(file)
  const records = [Buffer.from(text.slice(text.indexOf('\n') + 1))]
  return host.db.transaction(async (tx) => {
    await tx.query(`CREATE TEMPORARY TABLE copied (${columns}) ON COMMIT DROP`)
    const names = columns
      .split(/, (?="?\w+"? )/)
      .map((column) => column.split(' ')[0]?.replaceAll('"', '') ?? '')
    assert.equal(text.slice(0, text.indexOf('\n')).split(','), names)
    await tx.copyIn(
      { table: 'copied', columns: names },
      (async function* () {
        yield* records
      })(),
    )
    return tx.query(select)
  })
}

test('what was exported can be imported: every attribute reads back, by what README.txt says', async () => {
  for (const [file, table] of [
    ['locations.csv', 'locations'],
    ['parties.csv', 'parties'],
    ['relationships.csv', 'tenure_relationships'],
  ] as const) {
    const { rows } = await host.db.query<{ id: string; attributes: object }>(
      `SELECT id, jsonb_strip_nulls(attributes) AS attributes FROM tenure.${table} WHERE project_id = $1`,
      [sample.id],
    )
    // Nulls of the document itself are missing; those inside of values are not.
    const nested = { nested: { deep: [1, null] } }
    const wanted = new Map(
      rows.map(({ id, attributes }) => [
        id,
        'nested' in attributes ? { ...attributes, ...nested } : attributes,
      ]),
    )
    const read = new Map<string, object>()
    for (const row of await records(made.files.get(file) ?? Buffer.alloc(0)))
      read.set(row.id ?? '', attributesIn(row, made.text('README.txt'), file))
    assert.equal(read, wanted, file)
  }
})

const kindOf: Readonly<Record<string, AttributeKind>> = {
  text: 'text',
  number: 'number',
  'true or false': 'boolean',
  list: 'list',
  JSON: 'json',
}

function attributesIn(row: CsvRow, readme: string, file: string): object {
  const lines = readme.matchAll(
    /^ {2}(\S+), (.+?)(?: \((.+)\))?: (text|number|true or false|list|JSON)\b.*$/gm,
  )
  const values = [...lines].flatMap(([, of, column = '', attribute = column, kind = '']) => {
    if (of !== file) return []
    const value = attributeValue(kindOf[kind] ?? 'text', row[column] ?? null)
    return value === undefined ? [] : [[attribute, value] as const]
  })
  return Object.fromEntries(values)
}

async function records(bytes: Buffer): Promise<readonly CsvRow[]> {
  const all: CsvRow[] = []
  for await (const batch of csvRows(
    (async function* () {
      yield bytes
    })(),
  ))
    all.push(...batch)
  return all
}

test('names that are a fixed column, and names that a spreadsheet would compute', async () => {
  const { id } = await sampleProject(host.db)
  await host.db.query(
    `UPDATE tenure.parties SET attributes = '{"id": "7", "=x": "y", "name": null}' WHERE project_id = $1`,
    [id],
  )
  const { files, text } = await exported(id)
  assert.is(
    text('parties.csv').split('\n')[0],
    "id,name,type,phone,age,members,'=x,attribute_id,attribute_name",
  )
  assert.match(text('README.txt'), /^ {2}parties\.csv, attribute_id \(id\): text$/m)
  const [first] = await records(files.get('parties.csv') ?? Buffer.alloc(0))
  assert.is(first?.attribute_id, '7')
  assert.is(first?.["'=x"], 'y')
  assert.is(textOfCell("'=x"), '=x')
})

test('an empty project has all tables with their headers, and no shapefiles', async () => {
  const id = newKey()
  await host.db.query(
    `INSERT INTO tenure.projects (id, organization_id, slug, name, owner_id) VALUES ($1, $2, 'empty', 'Empty', 1)`,
    [id, await newOrganization(host.db)],
  )
  const { files, report, text } = await exported(id)
  assert.equal(
    [...files.keys()],
    ['locations.csv', 'parties.csv', 'relationships.csv', 'attributes.csv', 'README.txt'],
  )
  assert.is(text('locations.csv'), 'id,type,area,geometry\n')
  assert.is(text('parties.csv'), 'id,name,type\n')
  assert.is(text('relationships.csv'), 'id,party_id,spatial_unit_id,tenure_type\n')
  assert.equal(named(text('README.txt')), [...files.keys()])
  assert.equal(report.findings, [])
})

test('shapefiles: each holds the locations of its kind', () => {
  const types = {
    points: 1,
    multipoints: 8,
    linestrings: 3,
    multilinestrings: 3,
    polygons: 5,
    multipolygons: 5,
  }
  for (const kind of kinds) {
    assert.is(made.files.get(`shapefiles/${kind}.shp`)?.readInt32LE(32), types[kind], kind)
    const dbf = made.files.get(`shapefiles/${kind}.dbf`)
    assert.is(dbf?.readUInt32LE(4), 1, kind)
    assert.equal([dbf?.toString('latin1', 32, 34), dbf?.toString('latin1', 64, 68)], ['id', 'type'])
    assert.match(made.text(`shapefiles/${kind}.prj`), /WGS_1984/)
  }
})

test('an organization has a folder for each of its projects', async () => {
  await sampleProject(host.db, undefined, sample.organization)
  const { files } = await exportedFiles(
    host,
    { kind: 'tenure-organization', id: sample.organization },
    'tenure/shp',
  )
  const folders = new Set([...files.keys()].map((name) => name.split('/')[0] ?? ''))
  assert.is(folders.size, 2)
  assert.is(files.size, 2 * made.files.size)
  for (const folder of folders) assert.match(folder, /^london-/)
  for (const folder of folders)
    assert.equal(named(files.get(`${folder}/README.txt`)?.toString() ?? ''), [...made.files.keys()])
})

const inGdal = needsGdal(test)

inGdal('GDAL reads every shapefile: its CRS, fields, values and geometry', async () => {
  const files = new Map([...made.files].filter(([name]) => name.startsWith('shapefiles/')))
  const found: unknown[] = []
  for (const kind of kinds) {
    const [layer, ...others] = await gdalReads(files, `shapefiles/${kind}.shp`)
    assert.is(others.length, 0)
    assert.is(layer?.crs, 'WGS 84')
    assert.equal(layer?.fields, [
      ['id', 'String'],
      ['type', 'String'],
    ])
    found.push(...(layer?.rows ?? []))
  }
  assert.is(found.length, kinds.length)
  const { rows } = await host.db.query(
    `SELECT count(*)::int AS n FROM tenure.locations l JOIN jsonb_array_elements($2::jsonb) f ON f->>1 = l.id
     WHERE l.project_id = $1 AND l.type = f->>2 AND ST_Equals(l.geom, ST_GeomFromText(f->>0, 4326))`,
    [sample.id, JSON.stringify(found)],
  )
  assert.equal(rows, [{ n: kinds.length }])
})

test.run()
