import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readEwkb } from '#internal/output/ewkb.js'
import { ewktOf } from '#internal/output/ewkt.js'
import { shapeOf } from '#internal/output/shape-of.js'
import { type TenureDatabase, tenureDatabase } from '../support/tenure-host.js'

const test = needsServer(suite('geometries as text'))
let world: TenureDatabase
test.before(async () => {
  world = await tenureDatabase()
})
test.after(() => world.close())

/** With the kind of their shape. */
const geometries = {
  'POINT(0.1 -51.123456789012345)': 'points',
  'POINT(1e-300 1.7976931348623157e308)': 'points',
  'POINT EMPTY': 'empty',
  'SRID=4326;POINT Z (1 2 3)': 'points',
  'POINT M (1 2 3)': 'points',
  'POINT ZM (1 2 3 4)': 'points',
  'LINESTRING(0 0, 1 1)': 'linestrings',
  'LINESTRING EMPTY': 'empty',
  'SRID=4326;POLYGON((0 0, 0 9, 9 9, 9 0, 0 0), (1 1, 2 1, 2 2, 1 1))': 'polygons',
  'POLYGON EMPTY': 'empty',
  'POINT Z EMPTY': 'empty',
  'SRID=4326;LINESTRING ZM EMPTY': 'empty',
  'GEOMETRYCOLLECTION Z (POINT Z EMPTY, POINT Z (1 2 3))': 'collection',
  'MULTIPOINT((1 2), (3 4))': 'multipoints',
  'MULTIPOINT(EMPTY)': 'empty',
  'MULTIPOINT((1 2), EMPTY)': 'multipoints',
  'MULTILINESTRING((0 0, 1 1), (2 2, 3 3))': 'multilinestrings',
  'MULTILINESTRING M ((0 0 5, 1 1 6))': 'multilinestrings',
  'MULTIPOLYGON(((0 0, 0 1, 1 1, 0 0)), ((5 5, 5 6, 6 6, 5 5)))': 'multipolygons',
  'MULTIPOLYGON EMPTY': 'empty',
  'GEOMETRYCOLLECTION(POINT(1 1), GEOMETRYCOLLECTION(LINESTRING(0 0, 1 1)))': 'collection',
  'GEOMETRYCOLLECTION M (POINT M (1 1 2))': 'collection',
  'GEOMETRYCOLLECTION EMPTY': 'collection',
  'CIRCULARSTRING(0 0, 1 1, 2 0)': 'unsupported',
  'COMPOUNDCURVE(CIRCULARSTRING(0 0, 1 1, 2 0), (2 0, 3 0))': 'unsupported',
  'CURVEPOLYGON(CIRCULARSTRING(0 0, 1 1, 2 0, 1 -1, 0 0))': 'unsupported',
  'MULTICURVE((0 0, 1 1), CIRCULARSTRING(0 0, 1 1, 2 0))': 'unsupported',
  'MULTISURFACE(((0 0, 0 1, 1 1, 0 0)), CURVEPOLYGON(CIRCULARSTRING(0 0, 1 1, 2 0, 1 -1, 0 0)))':
    'unsupported',
  'POLYHEDRALSURFACE Z (((0 0 0, 0 1 0, 1 1 0, 0 0 0)))': 'unsupported',
  'TIN(((0 0, 0 1, 1 1, 0 0)))': 'unsupported',
  'TRIANGLE((0 0, 0 1, 1 1, 0 0))': 'unsupported',
} as const

test('PostGIS reads each kind back, to the last bit', async () => {
  for (const [text, kind] of Object.entries(geometries)) {
    const { rows } = await world.db.query<{ hex: string }>('SELECT $1::geometry::text AS hex', [text])
    const hex = rows[0]?.hex ?? ''
    const geometry = readEwkb(hex)
    const back = await world.db.query<{ hex: string }>('SELECT ST_GeomFromEWKT($1)::text AS hex', [
      ewktOf(geometry),
    ])
    assert.is(back.rows[0]?.hex, hex, `${text} → ${ewktOf(geometry)}`)
    assert.is(shapeOf(geometry).kind, kind, text)
    const other = await world.db.query<{ hex: string }>(
      `SELECT encode(ST_AsEWKB($1::geometry, 'XDR'), 'hex') AS hex`,
      [text],
    )
    assert.is(ewktOf(readEwkb(other.rows[0]?.hex ?? '')), ewktOf(geometry), 'the bytes of another order')
  }
})

test('what is not finite has no shape', async () => {
  const { rows } = await world.db.query<{ hex: string }>(`SELECT ST_MakePoint('Infinity', 1)::text AS hex`)
  assert.is(shapeOf(readEwkb(rows[0]?.hex ?? '')).kind, 'unsupported')
})

test.run()
