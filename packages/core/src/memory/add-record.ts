import type { NewRecordEntry, RecordEntry } from '../contracts/records.js'
import { storeDefaults } from '../defaults.js'

const minute = 60_000

/** Adds an entry at `now`, in ms since epoch, or counts it as the last of the minute. Returns its id. */
export function addRecord(records: RecordEntry[], now: number, entry: NewRecordEntry): string {
  if (isBounded(entry)) {
    const recent = records.filter(
      (one) => isBounded(one) && one.principal === entry.principal && one.at.getTime() > now - minute,
    )
    const last = recent.at(-1)
    if (last && recent.length >= storeDefaults.refusedPerMinute) {
      records[records.indexOf(last)] = { ...last, times: (last.times ?? 1) + 1 }
      return last.id
    }
  }
  const id = String(Number(records.at(-1)?.id ?? 0) + 1)
  records.push({ ...entry, id, at: new Date(now) })
  return id
}

const isBounded = ({ outcome, bytes }: NewRecordEntry): boolean =>
  (outcome === 'refused' || outcome === 'failed') && bytes === undefined
