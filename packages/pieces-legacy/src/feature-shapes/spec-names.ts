import { type Entries, FindingCollector } from '@piecework/core/piece'
import { readSpec } from '@piecework/marxan-files'
import { nameKey } from '../shapes/name-key.js'

/** Keys of the names that spec.dat's features get. */
export async function specNames(entries: Entries, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  for await (const { length, columns } of readSpec(entries.open('spec.dat'), {
    findings: new FindingCollector({ limit: 0 }),
    signal,
  }))
    for (const name of columns.name.slice(0, length)) keys.add(nameKey(name))
  return keys
}
