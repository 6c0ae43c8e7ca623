import type { FindingCollector, Queryable } from '@piecework/core/piece'
import { GroupedRows, pluralize } from '@piecework/marxan-files'
import type { LayerLabels, PolygonGeometry, ShapeProblem } from '@piecework/vector-files'
import type { GeometryChecks, InvalidShape, RecordShape } from './geometry-checks.js'

const problems: Readonly<Record<ShapeProblem, string>> = {
  none: 'has no geometry',
  'no-ring': 'has no ring of at least three different points',
  'out-of-range': 'lies outside of the earth: its coordinates do not fit the .prj file',
}

interface PlacedRecord {
  readonly record: number
  readonly geometry: PolygonGeometry
}

export interface ShapeFindingsOptions {
  readonly labels: LayerLabels
  /** What each shape is: "planning unit". */
  readonly thing: string
  readonly checks: GeometryChecks
  readonly tx: Queryable
  readonly findings: FindingCollector
}

/** What is wrong with the shapes of a layer: an error for each that is of no use, one warning for all that are repaired in the same way. */
export class ShapeFindings {
  readonly #options: ShapeFindingsOptions
  readonly #openRings = new GroupedRows()
  readonly #repaired = new GroupedRows()
  readonly #untried = new GroupedRows()

  constructor(options: ShapeFindingsOptions) {
    this.#options = options
  }

  async add(batch: readonly PlacedRecord[]): Promise<void> {
    const { checks, tx } = this.#options
    const doubtful = this.#doubtful(batch)
    if (doubtful.length === 0) return
    for (const invalid of await checks.invalidShapes(doubtful, tx)) this.#invalid(invalid)
  }

  /** Shapes that only `checks` can tell to be valid. */
  #doubtful(batch: readonly PlacedRecord[]): readonly RecordShape[] {
    const { labels, thing, findings } = this.#options
    const doubtful: RecordShape[] = []
    for (const { record, geometry } of batch) {
      if ('problem' in geometry) {
        findings.error(
          `${labels.code}-shape-${geometry.problem}`,
          { file: labels.role, line: record },
          () => ({
            message: `The ${thing} of record ${record} ${problems[geometry.problem]}`,
          }),
        )
        continue
      }
      if (!geometry.convex) doubtful.push({ record, shape: geometry })
      if (geometry.repaired)
        this.#openRings.add(
          record,
          record,
          () => `The ${thing} of record ${record} has a ring that is open or without area; it is repaired`,
        )
    }
    return doubtful
  }

  #invalid({ record, reason, repairable }: InvalidShape): void {
    const { labels, thing, findings } = this.#options
    const what = `The ${thing} of record ${record} is invalid (${reason})`
    if (repairable === undefined)
      this.#untried.add(record, record, () => `${what}; without a database its repair could not be tried`)
    else if (repairable) this.#repaired.add(record, record, () => `${what}; it is repaired`)
    else
      findings.error(`${labels.code}-shape-invalid`, { file: labels.role, line: record }, () => ({
        message: `${what} and cannot be repaired`,
      }))
  }

  /** After the last batch. */
  report(): void {
    const { labels, thing, findings } = this.#options
    const place = { file: labels.role }
    this.#openRings.report(
      `${labels.code}-shape-repaired`,
      place,
      (count) => `${count} ${thing}s have a ring that is open or without area; they are repaired`,
      findings,
      { ids: 'records' },
    )
    this.#repaired.report(
      `${labels.code}-shape-repaired`,
      place,
      (count) => `${count} ${thing}s are invalid; they are repaired`,
      findings,
      { ids: 'records' },
    )
    this.#untried.report(
      `${labels.code}-shape-unrepaired`,
      place,
      (count) => `${count} ${thing}s are invalid; without a database their repair could not be tried`,
      findings,
      {
        ids: 'records',
        hint: 'The import repairs what has an area left and refuses the rest: try it with --database, or mend them in a GIS (in QGIS: Fix geometries).',
      },
    )
  }
}

/** Reports records that are marked as deleted, as an error if there are no others. */
export function reportDeleted(
  features: number,
  records: number,
  labels: LayerLabels,
  findings: FindingCollector,
): void {
  const file = labels.role
  if (features === 0)
    findings.error(`${labels.code}-empty`, { file }, () => ({
      message: `All records of ${labels.what} are marked as deleted: it has no features`,
    }))
  else if (features < records)
    findings.warning(`${labels.code}-deleted`, { file }, () => ({
      message: `${pluralize(records - features, 'record was', 'records were')} skipped: marked as deleted in ${labels.what}`,
      count: records - features,
    }))
}
