import { setTimeout as sleep } from 'node:timers/promises'
import { isTerminal, type JobReport } from '@piecework/core'
import type { Scene } from './scene.js'
import { watcher } from './watcher.js'

/** When the job and what follows it have ended. Undefined if they do not within the limit. */
export async function ended(
  { host }: Pick<Scene, 'host'>,
  id: string,
  limitMs: number,
): Promise<JobReport | undefined> {
  for (const end = Date.now() + limitMs; ; await sleep(50)) {
    const report = await host.piecework.job(id, watcher)
    const open = report.followUps.some(({ status }) => status === 'waiting' || status === 'running')
    if (isTerminal(report.job.status) && !open) return report
    if (Date.now() >= end) return undefined
  }
}
