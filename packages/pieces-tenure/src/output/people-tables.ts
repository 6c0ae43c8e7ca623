import type { CsvRow } from '@piecework/core/piece'
import { cellText } from '../cell-text.js'
import { type Ewkb, readEwkb } from './ewkb.js'
import { ewktOf } from './ewkt.js'

interface FixedColumn {
  readonly name: string
  /** `geometry`: that of the row. */
  cell(row: CsvRow, geometry: Ewkb | undefined): string | null
}

/** A table for people: of which rows of which piece it is made. */
export interface PeopleTable {
  readonly file: string
  readonly piece: string
  readonly entry: string
  /** Of the attribute schemas. */
  readonly contentType: 'party' | 'location' | 'relationship'
  /** Columns before those of attributes. */
  readonly fixed: readonly FixedColumn[]
}

/** `from`: the column of the host's table, if it has another name there. */
const text = (name: string, from = name): FixedColumn => ({
  name,
  cell: (row) => {
    const value = row[from] ?? null
    return value === null ? null : cellText(value)
  },
})

export const locationsTable: PeopleTable = {
  file: 'locations.csv',
  piece: 'tenure/locations',
  entry: 'locations.csv',
  contentType: 'location',
  fixed: [
    text('id'),
    text('type'),
    { name: 'area', cell: ({ area = null }) => area },
    { name: 'geometry', cell: (_, geometry) => (geometry ? ewktOf(geometry) : null) },
  ],
}

export const peopleTables: readonly PeopleTable[] = [
  locationsTable,
  {
    file: 'parties.csv',
    piece: 'tenure/parties',
    entry: 'parties.csv',
    contentType: 'party',
    fixed: [text('id'), text('name'), text('type')],
  },
  {
    file: 'relationships.csv',
    piece: 'tenure/relationships',
    entry: 'tenure_relationships.csv',
    contentType: 'relationship',
    fixed: [text('id'), text('party_id'), text('spatial_unit_id', 'location_id'), text('tenure_type')],
  },
]

export const geometryOf = ({ geom }: CsvRow): Ewkb | undefined => (geom ? readEwkb(geom) : undefined)
