/** Imported before a command (`node --import`): writes what its process has used, as JSON, to the file that USAGE_AT_EXIT names. */
import { writeFileSync } from 'node:fs'

export interface Usage {
  readonly cpuSeconds: number
  readonly peakMb: number
}

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const usage: Usage = {
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMb: Math.round(maxRSS / 102.4) / 10,
  }
  writeFileSync(process.env.USAGE_AT_EXIT ?? '', JSON.stringify(usage))
})
