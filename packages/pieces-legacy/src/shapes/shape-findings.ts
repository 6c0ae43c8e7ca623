import type { Queryable } from '@piecework/core/piece'
import type { FindingCollector } from '@piecework/marxan-files'
import { pluralize } from '@piecework/marxan-files'
import type { PolygonGeometry, ShapefileLabels, ShapeProblem } from '@piecework/vector-files'
import { invalidShapes } from './invalid-shapes.js'

const problems: Readonly<Record<ShapeProblem, string>> = {
  none: 'has no geometry',
  'no-ring': 'has no ring of at least three different points',
  'out-of-range': 'lies outside of the earth: its coordinates do not fit the .prj file',
}

/** What is wrong with the shapes of a batch, and whether the database can repair it. `thing` is what each of them is: "planning unit". */
export async function tellShapes(
  batch: readonly { readonly record: number; readonly geometry: PolygonGeometry }[],
  words: ShapefileLabels,
  thing: string,
  tx: Queryable,
  findings: FindingCollector,
): Promise<void> {
  const placeOf = (record: number) => ({ file: words.role, line: record })
  const shaped: { record: number; ewkb: string }[] = []
  for (const { record, geometry } of batch) {
    if ('problem' in geometry) {
      findings.error(`${words.code}-shape-${geometry.problem}`, placeOf(record), () => ({
        message: `The ${thing} of record ${record} ${problems[geometry.problem]}`,
      }))
      continue
    }
    if (!geometry.convex) shaped.push({ record, ewkb: geometry.ewkb })
    if (geometry.mended)
      findings.warning(`${words.code}-shape-repaired`, placeOf(record), () => ({
        message: `The ${thing} of record ${record} has a ring that is open or without area; it is repaired`,
      }))
  }
  for (const { record, reason, repairable } of await invalidShapes(shaped, tx)) {
    const place = placeOf(record)
    const what = `The ${thing} of record ${record} is invalid (${reason})`
    if (repairable === undefined)
      findings.warning(`${words.code}-shape-unrepaired`, place, () => ({
        message: `${what}; without a database nobody could try to repair it`,
        hint: 'The import repairs it where an area is left.',
      }))
    else if (repairable)
      findings.warning(`${words.code}-shape-repaired`, place, () => ({ message: `${what}; it is repaired` }))
    else
      findings.error(`${words.code}-shape-invalid`, place, () => ({
        message: `${what} and cannot be repaired`,
      }))
  }
}

/** Records that are marked as deleted, and what has no others. */
export function tellDeleted(
  features: number,
  records: number,
  words: ShapefileLabels,
  findings: FindingCollector,
): void {
  const file = words.role
  if (features === 0)
    findings.error(`${words.code}-empty`, { file }, () => ({
      message: `All records of ${words.what} are marked as deleted: it has no features`,
    }))
  else if (features < records)
    findings.warning(`${words.code}-deleted`, { file }, () => ({
      message: `${pluralize(records - features, 'record was', 'records were')} skipped: marked as deleted in ${words.what}`,
      count: records - features,
    }))
}
