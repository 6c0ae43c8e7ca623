import type { MeterReading, Meters } from '../contracts/meters.js'
import { storeDefaults } from '../defaults.js'
import type { MemoryState } from './state.js'

const minuteMs = 60_000

export function memoryMeters({ readings, environment }: MemoryState): Meters {
  return {
    take: async (principal, usage, limits) => {
      const now = environment.now()
      const minute = new Date(now - (now % minuteMs))
      const name = nameOf({ principal, minute })
      const known = readings.get(name) ?? { principal, minute, requests: 0, downloads: 0, bytes: 0 }
      const isFull =
        (limits.bytes !== undefined && known.bytes >= limits.bytes) ||
        (limits.requests !== undefined && known.requests + usage.requests > limits.requests)
      if (isFull) return minuteMs - (now % minuteMs)
      readings.set(name, {
        principal,
        minute,
        requests: known.requests + usage.requests,
        downloads: known.downloads + usage.downloads,
        bytes: known.bytes + usage.bytes,
      })
      return undefined
    },
    list: async ({ principal, from, to, after, limit = storeDefaults.listedReadings }) =>
      [...readings.values()]
        .filter((one) => principal === undefined || one.principal === principal)
        .filter(({ minute }) => !((from && minute < from) || (to && minute >= to)))
        .sort(newestFirst)
        .filter((one) => !after || newestFirst(after, one) < 0)
        .slice(0, limit),
    sweep: async (before, limit) => {
      const old = [...readings.values()].filter(({ minute }) => minute < before).slice(0, limit)
      for (const one of old) readings.delete(nameOf(one))
      return old.length
    },
  }
}

type Place = Pick<MeterReading, 'principal' | 'minute'>

const nameOf = ({ principal, minute }: Place): string => `${minute.getTime()} ${principal}`

function newestFirst(a: Place, b: Place): number {
  if (a.minute.getTime() !== b.minute.getTime()) return b.minute.getTime() - a.minute.getTime()
  if (a.principal === b.principal) return 0
  return a.principal < b.principal ? -1 : 1
}
