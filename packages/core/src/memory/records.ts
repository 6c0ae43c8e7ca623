import type { RecordEntry, RecordFilter, Records } from '../contracts/records.js'
import { storeDefaults } from '../defaults.js'
import { sameResource } from '../plan/tree.js'
import { addRecord } from './add-record.js'
import type { MemoryState } from './state.js'

export function memoryRecords({ records, environment }: MemoryState): Records {
  return {
    add: async (entry) => addRecord(records, environment.now(), entry),
    end: async (id, end) => {
      const at = records.findIndex((one) => one.id === id)
      const known = records[at]
      if (known) records[at] = { ...known, ...end }
    },
    list: async ({ limit = storeDefaults.listedRecords, ...filter }) =>
      records
        .filter((entry) => matches(entry, filter))
        .reverse()
        .slice(0, limit),
    sweep: async (before, limit) => {
      const old = records.filter(({ at }) => at < before).slice(0, limit)
      for (const entry of old) records.splice(records.indexOf(entry), 1)
      return old.length
    },
    eraseRecipient: async (recipient) => {
      let erased = 0
      for (const [at, entry] of records.entries()) {
        if (entry.recipient !== recipient) continue
        const { recipient: _, ...rest } = entry
        records[at] = rest
        erased += 1
      }
      return erased
    },
  }
}

function matches(entry: RecordEntry, { resource, principal, from, to, after }: RecordFilter): boolean {
  if (resource && !(entry.resource && sameResource(entry.resource, resource))) return false
  if (principal !== undefined && entry.principal !== principal) return false
  if ((from && entry.at < from) || (to && entry.at >= to)) return false
  return after === undefined || Number(entry.id) < Number(after)
}
