import assert from 'node:assert/strict'
import { needsServer, type ScratchPostgis, scratchPostgis } from '@piecework/test-support'
import { sampleCrs } from '@piecework/test-support/fixtures/sample-crs.js'
import {
  type Column,
  type Ring,
  shapefileParts,
  square,
  squares,
  wgs84,
  zippedGrid,
  zippedParts,
} from '@piecework/test-support/fixtures/shapefile-of.js'
import { told } from '@piecework/test-support/fixtures/told.js'
import { uploadOf } from '@piecework/test-support/fixtures/upload-of.js'
import { type ZipEntry, zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import { planningGridValidator } from '#internal/planning-grid/planning-grid-validator.js'
import { databaseChecks } from '#internal/shapes/database-checks.js'

/** A zip, what is told of it, and the metadata of its upload. */
type Case = readonly [
  what: string,
  zip: Buffer,
  told: readonly string[],
  metadata?: Readonly<Record<string, unknown>>,
]

const parts = shapefileParts(squares([1, 2, 3]))
const entries = zippedParts(parts)
const file = (name: string, content = 'x'): ZipEntry => ({ name, bytes: Buffer.from(content) })
const except = (extension: string) => entries.filter(({ name }) => !name.endsWith(extension))
const changed = (extension: string, change: (entry: ZipEntry) => ZipEntry) =>
  zipOf(entries.map((entry) => (entry.name.endsWith(extension) ? change(entry) : entry)))
const half = ({ name, bytes }: ZipEntry): ZipEntry => ({ name, bytes: bytes.subarray(0, bytes.length / 2) })
const garbage = ({ name, bytes }: ZipEntry): ZipEntry => ({ name, bytes: Buffer.alloc(bytes.length, 'x') })

const column = (name: string, type = 'N'): Column => ({ name, type, length: 14 })
const named = (...names: string[]) =>
  zippedGrid(
    [1, 2].map((id) => ({ rings: [square(id, 0)], values: names.map((_, at) => String(id + at)) })),
    { columns: names.map((name) => column(name)) },
  )
const valued = (values: readonly string[], type = 'N') =>
  zippedGrid(squares(values), { columns: [column('puid', type)] })
const shaped = (...shapes: readonly (readonly Ring[] | undefined)[]) =>
  zippedGrid(shapes.map((rings, at) => ({ rings, values: [String(at)] })))
const typed = (type: number) => zippedGrid(squares([1]), { type })
const placed = (prj: string) => zippedGrid(squares([1]), { prj })

const bowtie: Ring = [
  [0, 0],
  [1, 1],
  [1, 0],
  [0, 1],
  [0, 0],
]
const line: Ring = [
  [0, 0],
  [0, 1],
  [0, 2],
  [0, 0],
]

const rules: Readonly<Record<string, readonly Case[]>> = {
  'exactly one layer': [
    ['one', zipOf(entries), []],
    ['two layers', zipOf([...entries, ...zippedParts(parts, 'other')]), ['! grid-two-layers planning-grid']],
    ['two files of one part', zipOf([...entries, file('GRID.DBF')]), ['! grid-duplicate-part planning-grid']],
  ],
  '.shp .shx .dbf .prj required': [
    ...['.shp', '.shx', '.dbf', '.prj'].map(
      (extension): Case => [
        `no ${extension}`,
        zipOf(except(extension)),
        ['! grid-missing-part planning-grid'],
      ],
    ),
    ['none of them', zipOf([file('readme.txt')]), Array(4).fill('! grid-missing-part planning-grid')],
  ],
  'names case-insensitive': [
    ['capitals', zipOf(entries.map((entry) => ({ ...entry, name: entry.name.toUpperCase() }))), []],
    [
      'each in another case',
      zipOf(entries.map((entry, at) => (at % 2 ? { ...entry, name: entry.name.toUpperCase() } : entry))),
      [],
    ],
  ],
  'sidecars (.cpg .qpj .sbn .sbx .qix .qmd .shp.xml, `__MACOSX`, `.DS_Store`) ignored': [
    ...[
      'grid.qpj',
      'grid.sbn',
      'grid.sbx',
      'grid.qix',
      'grid.qmd',
      'grid.shp.xml',
      '.DS_Store',
      'readme.txt',
    ].map((name): Case => [name, zipOf([file(name), ...entries]), []]),
    ['__MACOSX', zipOf([file('__MACOSX/._grid.shp'), file('__MACOSX/grid.shp'), ...entries]), []],
    ['.cpg', zipOf([file('grid.cpg', 'UTF-8'), ...entries]), []],
  ],
  'in the root or one inner folder': [
    ['one folder', zipOf(zippedParts(parts, 'inner folder/grid')), []],
    ['a folder in a folder', zipOf(zippedParts(parts, 'a/b/grid')), ['! grid-folder planning-grid']],
  ],
  'no features': [
    ['none', zippedGrid([]), ['! grid-empty planning-grid']],
    [
      'deleted ones only',
      zippedGrid(squares([1]).map((one) => ({ ...one, deleted: true }))),
      ['! grid-empty planning-grid'],
    ],
    [
      'some deleted ones are a warning',
      zippedGrid(squares([1, 2]).map((one, at) => (at ? one : { ...one, deleted: true }))),
      ['? grid-deleted planning-grid ×1'],
    ],
  ],
  'unreadable or truncated file': [
    ['no zip', Buffer.from('id,cost\n1,2\n'), ['! grid-zip planning-grid']],
    ['nothing', Buffer.alloc(0), ['! grid-zip planning-grid']],
    ['half a zip', zipOf(entries).subarray(0, 300), ['! grid-zip planning-grid']],
    ['half a .shp', changed('.shp', half), ['! grid-shp planning-grid']],
    ['half a .shx', changed('.shx', half), ['! grid-parts-differ planning-grid']],
    ['half a .dbf', changed('.dbf', half), ['! grid-dbf planning-grid']],
    ['half a .prj', changed('.prj', half), ['! grid-crs planning-grid']],
    ['another .shp', changed('.shp', garbage), ['! grid-shp planning-grid']],
    ['another .shx', changed('.shx', garbage), ['! grid-shp planning-grid']],
    ['another .dbf', changed('.dbf', garbage), ['! grid-dbf planning-grid']],
    [
      'parts of different grids',
      changed('.shp', ({ name }) => ({ name, bytes: shapefileParts(squares([1, 2])).shp })),
      ['! grid-parts-differ planning-grid'],
    ],
    [
      'a wrong checksum',
      changed('.shp', (entry) => ({ ...entry, statedCrc: 1 })),
      ['! grid-zip planning-grid'],
    ],
  ],
  'encrypted zip, path tricks, zip bomb: each a clear error': [
    [
      'encrypted',
      changed('.dbf', (entry) => ({ ...entry, encrypted: true })),
      ['! grid-encrypted planning-grid'],
    ],
    ...['../grid.txt', '/etc/passwd', 'a/../../b', 'C:/b.txt', 'a\\..\\..\\b'].map(
      (name): Case => [name, zipOf([...entries, file(name)]), ['! grid-path planning-grid']],
    ),
    [
      'more than it says',
      changed('.prj', ({ name, bytes }) => ({
        name,
        bytes: Buffer.concat([bytes, Buffer.alloc(10_000_000, 32)]),
        statedSize: 500,
      })),
      ['! grid-zip planning-grid'],
    ],
    [
      'more than is allowed',
      changed('.prj', ({ name, bytes }) => ({
        name,
        bytes: Buffer.concat([bytes, Buffer.alloc(100_000, 32)]),
      })),
      ['! grid-too-large planning-grid'],
    ],
    [
      'thousands of files',
      zipOf([...entries, ...Array.from({ length: 1000 }, (_, at) => file(`${at}.txt`, ''))]),
      ['! grid-too-large planning-grid'],
    ],
  ],
  'Polygon or MultiPolygon only': [
    ['polygons, with heights and measures too', typed(5), []],
    ['with heights', typed(15), []],
    ['with measures', typed(25), []],
    ['several parts and holes', shaped([square(0, 0, 9), [...square(1, 1)].reverse(), square(20, 0)]), []],
    ...[0, 1, 3, 8, 11, 13, 18, 21, 23, 28, 31].map(
      (type): Case => [`shapes of type ${type}`, typed(type), ['! grid-not-polygons planning-grid']],
    ),
    ['a shape without geometry', shaped([square(0, 0)], undefined), ['! grid-shape-none planning-grid 2']],
  ],
  'invalid geometry: repaired (ST_MakeValid) with a warning when the result is polygonal, else error': [
    ['a bow-tie', shaped([square(0, 0)], [bowtie]), ['? grid-shape-repaired planning-grid 2']],
    [
      'many bow-ties, told once',
      shaped([bowtie], [square(3, 3)], [bowtie]),
      ['? grid-shape-repaired planning-grid 1 ×2'],
    ],
    [
      'many open rings, told once',
      shaped([square(3, 3)], [square(0, 0).slice(0, 4)], [square(2, 2).slice(0, 4)]),
      ['? grid-shape-repaired planning-grid 2 ×2'],
    ],
    ['an open ring', shaped([square(0, 0).slice(0, 4)]), ['? grid-shape-repaired planning-grid 1']],
    ['no area', shaped([square(0, 0)], [line]), ['! grid-shape-invalid planning-grid 2']],
    [
      'two points',
      shaped([square(0, 0)], [square(0, 0).slice(0, 2)]),
      ['! grid-shape-no-ring planning-grid 2'],
    ],
    [
      'outside of the earth',
      shaped([square(0, 95)], [square(Number.NaN, 0)]),
      [1, 2].map((record) => `! grid-shape-out-of-range planning-grid ${record}`),
    ],
  ],
  'CRS from the .prj, transformed to EPSG:4326 (seen: Albers, Mercator, UTM, State Plane in feet, equal-area, WGS84)':
    sampleCrs.map(
      ({ about, prj, positions: [[x, y] = [0, 0]] }): Case => [
        about,
        zippedGrid([{ rings: [square(x, y, prj.startsWith('GEOGCS') ? 1 : 1000)], values: ['1'] }], { prj }),
        [],
      ],
    ),
  'an unknown CRS: error naming it': [
    [
      'one of heights too is known',
      placed(
        `${wgs84},VERTCS["NAVD_1988",VDATUM["North_American_Vertical_Datum_1988"],PARAMETER["Vertical_Shift",0.0],UNIT["Meter",1.0]]`,
      ),
      [],
    ],
    [
      'a parameter that is not known',
      placed(sampleCrs[0]?.prj.replace('central_meridian', 'central_meridien') ?? ''),
      ['! grid-crs planning-grid'],
    ],
    ['a decimal comma', placed(wgs84.replace('298.257', '298,257')), ['! grid-crs planning-grid']],
    [
      'a method',
      placed(`PROJCS["World_Rhombus",${wgs84},PROJECTION["Rhombus"],UNIT["Meter",1.0]]`),
      ['! grid-crs planning-grid'],
    ],
    ['a local one', placed('LOCAL_CS["site grid",UNIT["Meter",1.0]]'), ['! grid-crs planning-grid']],
    ['no WKT', placed('EPSG:3857'), ['! grid-crs planning-grid']],
    ['nothing', placed(''), ['! grid-crs planning-grid']],
  ],
  'id attribute: `puid`': [
    ['puid', named('puid'), []],
    ['before other spellings', named('PUID', 'puid'), []],
  ],
  'other spellings of it (`PUID`, `pu_id`, `PU_ID`): warning': ['PUID', 'pu_id', 'PU_ID', 'Puid'].map(
    (name): Case => [name, named(name), [`? grid-id-spelling planning-grid ${name}`]],
  ),
  'another attribute only when the upload names it, otherwise an error that lists integer-valued candidates':
    [
      ['named', named('FID', 'area'), [], { idAttribute: 'FID' }],
      ['named in another case', named('FID', 'area'), [], { idAttribute: 'fid' }],
      ['not named', named('FID', 'area'), ['! grid-id-attribute planning-grid']],
      ['named wrongly', named('FID'), ['! grid-id-attribute planning-grid'], { idAttribute: 'id' }],
      ['named by no text', named('puid'), ['! grid-id-attribute planning-grid'], { idAttribute: 7 }],
    ],
  'value: integer ≥ 0, unique': [
    ['0 and the largest', valued(['0', '2147483647']), []],
    ['twice', valued(['1', '2', '1']), ['! grid-id-duplicate planning-grid 3 puid']],
    ['too large', valued(['2147483648']), ['! grid-id-too-large planning-grid 1 puid']],
    ['no number', valued(['1', '12abc']), ['! grid-id-not-a-number planning-grid 2 puid']],
    ['a column of dates', valued(['20200101'], 'D'), ['! grid-id-type planning-grid puid']],
  ],
  'integral floats and numeric text accepted with a warning': [
    ['a float', valued(['1', '2.000']), ['? grid-id-float planning-grid 2 puid']],
    ['a float with an exponent', valued(['1.2e+01'], 'F'), ['? grid-id-float planning-grid 1 puid']],
    ['text', valued(['12'], 'C'), ['? grid-id-text planning-grid 1 puid']],
    ['text of a float', valued(['12.0'], 'C'), ['? grid-id-text planning-grid 1 puid']],
  ],
  '`****` (overflow), null, negative, fraction: error': [
    ['overflow', valued(['1', '**********']), ['! grid-id-overflow planning-grid 2 puid']],
    ['null', valued(['1', '']), ['! grid-id-null planning-grid 2 puid']],
    ['negative', valued(['1', '-1']), ['! grid-id-negative planning-grid 2 puid']],
    ['a fraction', valued(['1', '1.5']), ['! grid-id-fraction planning-grid 2 puid']],
    [
      'a fraction that a double does not show',
      valued(['1.00000000001', '9e-400']),
      [1, 2].map((record) => `! grid-id-fraction planning-grid ${record} puid`),
    ],
  ],
}

const test = needsServer(suite('7. planning grid shapefile'))
let postgis: ScratchPostgis
test.before(async () => {
  postgis = await scratchPostgis()
})
test.after(() => postgis.stop())

async function findings(zip: Buffer, metadata?: Readonly<Record<string, unknown>>) {
  const resource = { kind: 'project', id: 'p' }
  return postgis.database.transaction(
    async (tx) => {
      const found = []
      for await (const finding of planningGridValidator({ checks: databaseChecks }).validate({
        jobId: 'j',
        resource,
        target: resource,
        carries: () => true,
        principal: { id: 'ann' },
        options: {},
        entries: uploadOf(zip, metadata),
        tx,
        signal: new AbortController().signal,
        progress: () => {},
      }))
        found.push(finding)
      return found
    },
    { readOnly: true },
  )
}

for (const [rule, cases] of Object.entries(rules))
  for (const [what, zip, expected, metadata] of cases)
    test(`${rule} — ${what}`, async () => {
      const found = await findings(zip, metadata)
      // Of one datum or another: what it may cost is another test's matter.
      assert.deepEqual(told(found.filter(({ code }) => code !== 'legacy/grid-datum')), expected)
    })

test('an unknown CRS: error naming it — the name', async () => {
  const [finding] = await findings(
    placed(`PROJCS["World_Rhombus",${wgs84},PROJECTION["Rhombus"],UNIT["Meter",1.0]]`),
  )
  assert.match(finding?.message ?? '', /World_Rhombus/)
})

test('another attribute … lists integer-valued candidates — the list', async () => {
  const [finding] = await findings(named('FID', 'area'))
  assert.match(finding?.message ?? '', /: FID, area; the other files were not compared with it$/)
  assert.match(finding?.hint ?? '', /idAttribute/)
})

test('.dbf text encoding from .cpg or the language byte, default windows-1252', async () => {
  const encoded = (bytes: Buffer, language: number, ...cpg: string[]) => {
    const own = shapefileParts(squares([1]), { columns: [column('XXXXXX')] })
    own.dbf.fill(0, 32, 43)
    bytes.copy(own.dbf, 32)
    own.dbf.writeUInt8(language, 29)
    return zipOf([...zippedParts(own), ...cpg.map((text) => file('grid.cpg', text))])
  }
  for (const [zip, name] of [
    [encoded(Buffer.from('numéro', 'utf8'), 0, 'UTF-8\n'), 'numéro'],
    [encoded(Buffer.from('numéro', 'latin1'), 0), 'numéro'],
    [encoded(Buffer.from([0xd0, 0xe0]), 201), 'Ра'],
    [encoded(Buffer.from([0xd0, 0xe0]), 0, '1251'), 'Ра'],
  ] as const)
    assert.deepEqual(told(await findings(zip, { idAttribute: name })), [])
})

test.run()
