import type { Entries } from '@piecework/core/piece'
import type { PolygonGeometry, ShapefileFinding } from '@piecework/vector-files'
import { openShapefile, type ShapefileOptions } from '@piecework/vector-files'
import { IdIndex } from '../tables/id-index.js'
import { readIds } from '../tables/ids.js'
import { planningGrid } from './grid-problem.js'
import { type IdText, idAttribute, type UnitIds } from './id-attribute.js'

/** One planning unit as the shapefile has it; what is wrong with it is told in `id` and `geometry`. */
export interface GridUnit extends IdText {
  /** From 1; deleted records are counted. */
  readonly record: number
  readonly geometry: PolygonGeometry
}

/** The planning grid of an upload. Nothing is put on disk: parts are inflated from range reads while they are read. */
export interface Grid {
  /** Name of the shapefile's layer. */
  readonly layer: string
  readonly crs: string
  /** Spelling of the id attribute. */
  readonly idAttribute: string
  /** Records, deleted ones too. */
  readonly records: number
  /** Warnings about the grid as a whole. */
  readonly findings: readonly ShapefileFinding[]
  /** Reads the attribute table only. Deleted records are left out. */
  ids(): AsyncIterable<readonly Omit<GridUnit, 'geometry'>[]>
  features(): AsyncIterable<readonly GridUnit[]>
  close(): void
}

export type GridOptions = ShapefileOptions

/** Throws `legacy/grid-…`, with a finding for each thing that makes the grid unreadable. Close what it resolves to. */
export async function openGrid(entries: Entries, options: GridOptions = {}): Promise<Grid> {
  const named = entries.facts(planningGrid.role)?.metadata?.idAttribute
  const unitIds: UnitIds = async () =>
    entries.paths.includes('pu.dat')
      ? (await readIds(entries.open('pu.dat'), options.signal)).index
      : new IdIndex()
  const shapefile = await openShapefile(
    entries,
    planningGrid,
    (file, header) => idAttribute(planningGrid, file, header, named, unitIds),
    options,
  )
  return {
    layer: shapefile.layer,
    crs: shapefile.crs,
    idAttribute: shapefile.attributes.field.name,
    records: shapefile.records,
    findings: shapefile.findings,
    ids: async function* () {
      for await (const rows of shapefile.rows()) yield rows.map(({ record, row }) => ({ record, ...row }))
    },
    features: async function* () {
      for await (const units of shapefile.features())
        yield units.map(({ record, row, geometry }) => ({ record, ...row, geometry }))
    },
    close: () => shapefile.close(),
  }
}
