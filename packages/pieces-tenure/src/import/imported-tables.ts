import { longestId } from '../defaults.js'
import type { CellValue } from '../xlsx/write/sheet-to-write.js'
import { assertStorable, numberText, shown, textOf } from './cell-values.js'
import { readEwkt } from './read-ewkt.js'
import { writeEwkb } from './write-ewkb.js'

/** A column that every such table has. */
interface ImportedColumn {
  readonly name: string
  /** In the host's table. */
  readonly to: string
  readonly code: `tenure/${string}`
  /** Whether it may be empty. */
  readonly optional?: true
  /** As the piece's entry has it. Throws a SyntaxError. */
  read(cell: Exclude<CellValue, null>): string
}

export interface ImportedTable {
  readonly name: 'locations' | 'parties' | 'relationships' | 'resources'
  readonly columns: readonly ImportedColumn[]
}

export const text = (name: string, to = name): ImportedColumn => ({
  name,
  to,
  code: 'tenure/value-invalid',
  read: (cell) => {
    const value = textOf(cell)
    assertStorable(value)
    return value
  },
})

export const id = (name: string, to = name): ImportedColumn => ({
  ...text(name, to),
  read: (cell) => {
    const value = textOf(cell)
    assertStorable(value)
    if (value === '' || value.length > longestId)
      throw new SyntaxError(`an id has 1 to ${longestId} characters`)
    return value
  },
})

const partyTypes: readonly string[] = ['IN', 'CO', 'GR']

const wgs84 = 4326

export const importedTables: readonly ImportedTable[] = [
  {
    name: 'locations',
    columns: [
      id('id'),
      text('type'),
      { name: 'area', to: 'area', code: 'tenure/value-invalid', optional: true, read: numberText },
      {
        name: 'geometry',
        to: 'geom',
        code: 'tenure/geometry-invalid',
        optional: true,
        read: (cell) => {
          const geometry = readEwkt(String(cell))
          const { srid = wgs84 } = geometry
          if (srid !== wgs84)
            throw new SyntaxError(
              `its coordinates are in another system (SRID ${srid}); those of locations are degrees of longitude and latitude (4326, WGS 84)`,
            )
          if (geometry.hasZ || geometry.hasM)
            throw new SyntaxError(
              'its positions have heights or measures, and locations hold two numbers for each',
            )
          return writeEwkb({ ...geometry, srid })
        },
      },
    ],
  },
  {
    name: 'parties',
    columns: [
      id('id'),
      text('name'),
      {
        ...text('type'),
        code: 'tenure/type-unknown',
        read: (cell) => {
          if (partyTypes.includes(String(cell))) return String(cell)
          throw new SyntaxError(`${shown(cell)} is none of IN (individual), CO (corporation) and GR (group)`)
        },
      },
    ],
  },
  {
    name: 'relationships',
    columns: [id('id'), id('party_id'), id('spatial_unit_id', 'location_id'), text('tenure_type')],
  },
]
