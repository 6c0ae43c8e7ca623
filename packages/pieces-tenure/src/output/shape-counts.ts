import type { CsvRow, NewFinding } from '@piecework/core/piece'
import { dbfTextBytes } from '@piecework/vector-files'
import { readEwkb } from './ewkb.js'
import { locationsTable } from './people-tables.js'
import { type ShapeKind, shapeOf } from './shape-of.js'

type Unshaped = 'empty' | 'collection' | 'unsupported'

const reasons: Readonly<Record<Unshaped, readonly [code: string, what: string]>> = {
  empty: ['tenure/no-geometry', 'locations have no geometry'],
  collection: [
    'tenure/geometry-collection',
    'locations are geometry collections, which a shapefile does not hold',
  ],
  unsupported: [
    'tenure/geometry-unsupported',
    'locations are curves, surfaces or not finite, which a shapefile does not hold',
  ],
}

/** Which shapefiles the locations make, and what has no place in them. */
export class ShapeCounts {
  /** By kind: bytes of the longest id and of the longest type. */
  readonly widths = new Map<ShapeKind, { id: number; type: number }>()
  readonly #unshaped = new Map<Unshaped, number>()
  #cut = 0

  see({ id, type, geom }: CsvRow): void {
    const kind = geom ? shapeOf(readEwkb(geom)).kind : 'empty'
    if (kind === 'empty' || kind === 'collection' || kind === 'unsupported') {
      this.#unshaped.set(kind, (this.#unshaped.get(kind) ?? 0) + 1)
      return
    }
    const width = this.widths.get(kind) ?? { id: 0, type: 0 }
    const bytes = Buffer.byteLength(type ?? '')
    if (bytes > dbfTextBytes) this.#cut++
    this.widths.set(kind, {
      id: Math.max(width.id, Buffer.byteLength(id ?? '')),
      type: Math.max(width.type, bytes),
    })
  }

  *findings(): Generator<NewFinding> {
    const hint = `They are in ${locationsTable.file}.`
    for (const kind of Object.keys(reasons) as Unshaped[]) {
      const count = this.#unshaped.get(kind)
      if (count === undefined) continue
      const [code, what] = reasons[kind]
      yield { severity: 'warning', code, count, message: `${count} ${what}.`, hint }
    }
    if (this.#cut > 0)
      yield {
        severity: 'warning',
        code: 'tenure/type-cut',
        column: 'type',
        count: this.#cut,
        message: `A shapefile holds ${dbfTextBytes} bytes of a text; longer types are cut.`,
        hint: `${locationsTable.file} has all of them.`,
      }
  }
}
