import { readFileSync } from 'node:fs'
import { PerformanceObserver } from 'node:perf_hooks'
import { cpuUsage, pid } from 'node:process'
import { getHeapStatistics } from 'node:v8'

const megabyte = 1024 * 1024
const intervalMs = 5

/** What one mutant took of the process. */
export interface Taken {
  /** Longest time for which nothing else could run in it, without the collection of garbage. */
  readonly blockMs: number
  /** Most that was held beyond what was held before. */
  readonly memoryMb: number
}

interface Block {
  readonly from: number
  readonly to: number
  ms: number
}

/** What the process holds, and for how long it lets nothing else run. */
export function watchProcess() {
  let idle = held()
  let most = 0
  let blocks: Block[] = []
  let at = performance.now()
  let used = computedMs()
  const look = (): void => {
    most = Math.max(most, held() - idle)
  }
  const tick = (): void => {
    const [now, computed] = [performance.now(), computedMs()]
    // Other processes may hold the processor, too: what has not been computed was no block of ours.
    const ms = Math.min(now - at - intervalMs, computed - used)
    if (ms > intervalMs) blocks.push({ from: at, to: now, ms })
    at = now
    used = computed
    look()
  }
  const timer = setInterval(tick, intervalMs).unref()
  const collections = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      for (const block of blocks) if (startTime >= block.from && startTime < block.to) block.ms -= duration
  })
  collections.observe({ entryTypes: ['gc'] })
  return {
    /** Of one mutant: jobs that have ended stay in a store in memory. */
    begin: (): void => {
      tick()
      blocks = []
      most = 0
      idle = held()
    },
    /** Once its collections of garbage are told. */
    taken: async (): Promise<Taken> => {
      tick()
      await new Promise((resolve) => setImmediate(resolve))
      return { blockMs: Math.max(0, ...blocks.map(({ ms }) => ms)), memoryMb: most }
    },
    end: (): void => {
      clearInterval(timer)
      collections.disconnect()
    },
  }
}

function held(): number {
  // What `memoryUsage` tells of them, without a look at the operating system each time.
  const { used_heap_size, external_memory } = getHeapStatistics()
  return (used_heap_size + external_memory) / megabyte
}

/** By the main thread, where Linux tells it; by all threads elsewhere. */
function computedMs(): number {
  try {
    const [onProcessor = ''] = readFileSync(`/proc/self/task/${pid}/schedstat`, 'utf8').split(' ')
    return Number(onProcessor) / 1_000_000
  } catch {
    const { user, system } = cpuUsage()
    return (user + system) / 1000
  }
}
