import type { FindingCollector, Queryable } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import type { LayerLabels, PolygonGeometry, ShapeProblem } from '@piecework/vector-files'
import type { GeometryChecks, RecordShape } from './geometry-checks.js'

const problems: Readonly<Record<ShapeProblem, string>> = {
  none: 'has no geometry',
  'no-ring': 'has no ring of at least three different points',
  'out-of-range': 'lies outside of the earth: its coordinates do not fit the .prj file',
}

export interface ReportShapesOptions {
  readonly labels: LayerLabels
  /** What each shape is: "planning unit". */
  readonly thing: string
  readonly checks: GeometryChecks
  readonly tx: Queryable
  readonly findings: FindingCollector
}

/** Reports what is wrong with the shapes of a batch, and whether it can be repaired. */
export async function reportShapes(
  batch: readonly { readonly record: number; readonly geometry: PolygonGeometry }[],
  { labels, thing, checks, tx, findings }: ReportShapesOptions,
): Promise<void> {
  const locationOf = (record: number) => ({ file: labels.role, line: record })
  const doubtful: RecordShape[] = []
  for (const { record, geometry } of batch) {
    if ('problem' in geometry) {
      findings.error(`${labels.code}-shape-${geometry.problem}`, locationOf(record), () => ({
        message: `The ${thing} of record ${record} ${problems[geometry.problem]}`,
      }))
      continue
    }
    if (!geometry.convex) doubtful.push({ record, shape: geometry })
    if (geometry.repaired)
      findings.warning(`${labels.code}-shape-repaired`, locationOf(record), () => ({
        message: `The ${thing} of record ${record} has a ring that is open or without area; it is repaired`,
      }))
  }
  if (doubtful.length === 0) return
  for (const { record, reason, repairable } of await checks.invalidShapes(doubtful, tx)) {
    const location = locationOf(record)
    const what = `The ${thing} of record ${record} is invalid (${reason})`
    if (repairable === undefined)
      findings.warning(`${labels.code}-shape-unrepaired`, location, () => ({
        message: `${what}; without a database its repair could not be tried`,
        hint: 'The import repairs it if an area is left.',
      }))
    else if (repairable)
      findings.warning(`${labels.code}-shape-repaired`, location, () => ({
        message: `${what}; it is repaired`,
      }))
    else
      findings.error(`${labels.code}-shape-invalid`, location, () => ({
        message: `${what} and cannot be repaired`,
      }))
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
