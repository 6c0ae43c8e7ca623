import type { CsvRow, NewFinding } from '@piecework/core/piece'
import { dbfTextBytes } from '@piecework/vector-files'
import { locationsTable } from './people-tables.js'
import type { Shape, ShapeKind } from './shape-of.js'

type Unshaped = Exclude<Shape['kind'], ShapeKind>

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

/** What has no place in shapefiles, or not all of it. */
export class ShapeCounts {
  readonly #unshaped = new Map<Unshaped, number>()
  #cut = 0

  unshaped(kind: Unshaped): void {
    this.#unshaped.set(kind, (this.#unshaped.get(kind) ?? 0) + 1)
  }

  shaped({ type }: CsvRow): void {
    if (Buffer.byteLength(type ?? '') > dbfTextBytes) this.#cut++
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
