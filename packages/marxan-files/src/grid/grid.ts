import { checkOptions, type Entries, type NewFinding } from '@piecework/core/piece'
import {
  openShapefile,
  type PolygonGeometry,
  type ShapefileOptions,
  shapefileChecks,
} from '@piecework/vector-files'
import { IdIndex } from '../ids/id-index.js'
import { tableIds } from '../tables/table-ids.js'
import { planningGrid } from './grid-problem.js'
import { idAttribute, type ReadUnitIds } from './id-attribute.js'
import type { IdText } from './id-text.js'

/** One planning unit as the shapefile has it; `id` and `geometry` say what is wrong with it. */
export interface GridUnit extends IdText {
  /** From 1; deleted records are counted. */
  readonly record: number
  readonly geometry: PolygonGeometry
}

/** The planning grid of an upload. Nothing is written to disk or held open: each reading inflates the parts from range reads. */
export interface Grid {
  /** Name of the shapefile's layer. */
  readonly layer: string
  readonly crs: string
  /** Definition of a coordinate reference system that only PROJ may know: geometries are in its coordinates. */
  readonly wkt?: string
  /** Spelling of the id attribute. */
  readonly idAttribute: string
  /** Records, deleted ones too. */
  readonly records: number
  /** Warnings about the grid as a whole. */
  readonly findings: readonly NewFinding[]
  /** Reads the attribute table only. Deleted records are left out. */
  ids(): AsyncIterable<readonly Omit<GridUnit, 'geometry'>[]>
  features(): AsyncIterable<readonly GridUnit[]>
}

export type GridOptions = ShapefileOptions

/** Throws `legacy/grid-…`, with a finding for each thing that makes the grid unreadable. */
export async function openGrid(entries: Entries, given?: GridOptions): Promise<Grid> {
  const options = checkOptions('openGrid()', given, shapefileChecks)
  const named = entries.facts(planningGrid.role)?.metadata?.idAttribute
  const unitIds: ReadUnitIds = async () =>
    entries.paths.includes('pu.dat')
      ? (await tableIds(entries, 'pu.dat', options.signal)).index
      : new IdIndex()
  const shapefile = await openShapefile(
    entries,
    planningGrid,
    (table) => idAttribute(planningGrid, table, named, unitIds),
    options,
  )
  return {
    layer: shapefile.name,
    crs: shapefile.crs,
    ...(shapefile.wkt !== undefined && { wkt: shapefile.wkt }),
    idAttribute: shapefile.attributes.field.name,
    records: shapefile.records,
    findings: shapefile.findings,
    ids: async function* () {
      for await (const rows of shapefile.rows())
        yield rows.map(({ record, row: { id, text } }) => ({ record, id, text }))
    },
    features: async function* () {
      for await (const units of shapefile.features())
        yield units.map(({ record, row: { id, text }, geometry }) => ({ record, id, text, geometry }))
    },
  }
}
