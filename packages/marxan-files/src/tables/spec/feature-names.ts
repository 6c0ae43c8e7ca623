import { type Entries, FindingCollector, memo } from '@piecework/core/piece'
import { tableIds } from '../table-ids.js'
import { readSpec } from './read.js'

/** Names of the features of spec.dat by id; empty for those that have none or whose row cannot be read. */
export type FeatureNames = ReadonlyMap<number, string>

/** An estimate: an entry of a map and a short name. */
const nameBytes = 100

/** Reports nothing: the validator of the file does. Shared by all who ask for the same entries. */
export const featureNames = (entries: Entries, signal?: AbortSignal): Promise<FeatureNames> =>
  memo(entries, 'spec.dat', 'names', async () => {
    const names = new Map<number, string>()
    const ids = await tableIds(entries, 'spec.dat', signal)
    for (let index = 0; index < ids.size; index += 1) names.set(ids.index.id(index), '')
    const options = { findings: new FindingCollector({ limit: 0 }), ...(signal && { signal }) }
    for await (const { length, columns } of readSpec(entries.open('spec.dat'), options))
      for (let row = 0; row < length; row += 1)
        names.set(columns.id[row] as number, columns.name[row] as string)
    return { value: names, bytes: names.size * nameBytes }
  })
