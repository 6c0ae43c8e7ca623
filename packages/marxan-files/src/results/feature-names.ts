import type { Entries } from '@piecework/core/piece'
import { FindingCollector } from '../findings.js'
import { readIds } from '../tables/read-ids.js'
import { readSpec } from '../tables/spec/read.js'

/** Names of the features of spec.dat by id; empty for those that have none or whose row cannot be read. */
export type FeatureNames = ReadonlyMap<number, string>

/** Tells nothing: the file's own reader does. */
export async function featureNames(entries: Entries, signal?: AbortSignal): Promise<FeatureNames> {
  const names = new Map<number, string>()
  const ids = await readIds(entries.open('spec.dat'), signal)
  for (let index = 0; index < ids.size; index += 1) names.set(ids.index.id(index), '')
  const options = { findings: new FindingCollector({ limit: 0 }), ...(signal && { signal }) }
  for await (const { length, columns } of readSpec(entries.open('spec.dat'), options))
    for (let row = 0; row < length; row += 1)
      names.set(columns.id[row] as number, columns.name[row] as string)
  return names
}
