import { cpuUsage, memoryUsage } from 'node:process'

const megabyte = 1024 * 1024
const intervalMs = 5

/** What the process holds, and for how long it lets nothing else run. */
export function watchProcess() {
  let idle = held()
  let most = 0
  let longestBlockMs = 0
  let at = performance.now()
  let used = cpuUsage()
  const look = (): void => {
    most = Math.max(most, held() - idle)
  }
  const timer = setInterval(() => {
    const since = cpuUsage(used)
    // Other processes may hold the processor, too: what has not been computed was no block of ours.
    const computedMs = (since.user + since.system) / 1000
    const block = Math.min(performance.now() - at - intervalMs, computedMs)
    longestBlockMs = Math.max(longestBlockMs, block)
    at = performance.now()
    used = cpuUsage()
    look()
  }, intervalMs).unref()
  return {
    /** Of one mutant: jobs that have ended stay in a store in memory. */
    begin: () => {
      idle = held()
    },
    look,
    end: () => {
      clearInterval(timer)
      return { longestBlockMs: Math.round(longestBlockMs), memoryMb: Math.round(most) }
    },
  }
}

function held(): number {
  const { heapUsed, external, arrayBuffers } = memoryUsage()
  return (heapUsed + Math.max(external, arrayBuffers)) / megabyte
}
