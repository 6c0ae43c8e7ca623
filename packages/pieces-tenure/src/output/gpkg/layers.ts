import type { CsvRow, OutputContext } from '@piecework/core/piece'
import { attributeCell } from '../../attributes/attribute-cell.js'
import { textOfCell } from '../../cell-text.js'
import { attributeList, attributeListRows, tableName } from '../attribute-list.js'
import { attributesOf, valueIn } from '../attributes-of.js'
import { peopleTables } from '../people-tables.js'
import type { ProjectEntries } from '../project-entries.js'
import { type ScannedTable, scanTable } from '../scan-table.js'
import { columnNames } from './column-names.js'

export type LayerValue = string | number | boolean | null

export interface LayerColumn {
  readonly name: string
  readonly type: 'text' | 'number' | 'boolean'
}

export interface LayerRow {
  readonly values: readonly LayerValue[]
  /** EWKB in hexadecimal digits. */
  readonly geometry: string | null
}

/** A table of the GeoPackage. */
export interface Layer {
  readonly name: string
  readonly columns: readonly LayerColumn[]
  readonly hasGeometry: boolean
  rows(): AsyncIterable<readonly LayerRow[]>
}

const geometryColumn = 'geometry'

/** The tables of a project, and the list of its attributes. Of an organization's projects, each has its slug in their names. */
export async function layersOf(project: ProjectEntries, context: OutputContext): Promise<readonly Layer[]> {
  const prefix = project.folder.replace(/\/$/, '_')
  const tables: ScannedTable[] = []
  for (const table of peopleTables) {
    const scanned = await scanTable(table, project, context, areas(context))
    const fixed = table.fixed.map(({ name }) => name)
    const names = columnNames(tableName(table), fixed, scanned.columns)
    tables.push({
      ...scanned,
      columns: scanned.columns.map((one, at) => ({ ...one, name: names[at] ?? '' })),
    })
  }
  const listed = await attributeListRows(tables, project, context.signal)
  return [
    ...tables.map((scanned) => ({
      ...layerOf(scanned, project, context),
      name: prefix + tableName(scanned.table),
    })),
    {
      name: prefix + attributeList.name,
      columns: attributeList.columns.map((name) => ({ name, type: 'text' as const })),
      hasGeometry: false,
      rows: async function* () {
        yield listed.map((values) => ({ values, geometry: null }))
      },
    },
  ]
}

function layerOf(
  { table, columns }: ScannedTable,
  project: ProjectEntries,
  { signal }: Pick<OutputContext, 'signal'>,
): Omit<Layer, 'name'> {
  const fixed = table.fixed.filter(({ name }) => name !== geometryColumn)
  const rowOf = (row: CsvRow): LayerRow => {
    const given = attributesOf(row)
    return {
      values: [
        ...fixed.map(({ name, cell }) =>
          name === 'area' ? finite(row.area) : unguarded(cell(row, undefined)),
        ),
        ...columns.map(({ attribute, kind }) => {
          const value = valueIn(given, attribute) ?? null
          if (kind === 'number' || kind === 'boolean') return value as LayerValue
          return unguarded(attributeCell(kind, value))
        }),
      ],
      geometry: row.geom ?? null,
    }
  }
  return {
    columns: [
      ...fixed.map(({ name }) => ({ name, type: name === 'area' ? ('number' as const) : ('text' as const) })),
      ...columns.map(({ name, kind }) => ({
        name,
        type: kind === 'number' || kind === 'boolean' ? kind : ('text' as const),
      })),
    ],
    hasGeometry: fixed.length < table.fixed.length,
    rows: async function* () {
      for await (const batch of project.of(table.piece).rows(table.entry)) {
        signal.throwIfAborted()
        yield batch.map(rowOf)
      }
    },
  }
}

/** Tells which areas SQLite does not hold. */
function areas({ finding }: Pick<OutputContext, 'finding'>): (row: CsvRow) => void {
  return ({ area = null, id }) => {
    if (area === null || finite(area) !== null) return
    finding({
      severity: 'warning',
      code: 'tenure/area-not-finite',
      message: `The area ${area} of location ${id} is no finite number: a GeoPackage has none in its place.`,
    })
  }
}

function finite(area: string | null | undefined): number | null {
  const value = area === null || area === undefined ? Number.NaN : Number(area)
  return Number.isFinite(value) ? value : null
}

/** Databases calculate nothing from a text. */
const unguarded = (cell: string | null): string | null => (cell === null ? null : textOfCell(cell))
