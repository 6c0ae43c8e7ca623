import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Piecework } from '@piecework/core'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { type Measure, median } from '../measure.js'
import { planningPacks, principal, withHost } from '../planning/host.js'
import type { MarxanFolder } from './folder.js'
import type { Place } from './place.js'

/** Running pieces are to be aborted within this many seconds. */
const limitSeconds = 1

/**
 * How long running pieces go on after a cancel that comes at `moments` moments, spread evenly over an import
 * of `seconds`.
 */
export async function cancelMeasure(
  place: Place,
  { files, units }: MarxanFolder,
  folder: string,
  { seconds, moments }: { readonly seconds: number; readonly moments: number },
): Promise<Measure> {
  const artifacts = join(folder, 'cancelled')
  const waits: number[] = []
  const latest: string[] = []
  for (let moment = 1; moment <= moments; moment++) {
    const after = (seconds * moment) / (moments + 1)
    await place.withDatabase(async (url) => {
      const packs = [...planningPacks, legacyMarxanPack()]
      const found = await withHost(url, artifacts, (piecework) => cancelled(piecework, files, after), packs)
      // It had ended before, as on a machine that has become quieter.
      if (!found) return
      waits.push(found.seconds)
      latest.push(`${found.last} ${found.seconds.toFixed(2)}`)
    })
    await rm(artifacts, { recursive: true, force: true })
  }
  const worst = Math.max(0.001, ...waits)
  return {
    name: 'legacy/cancel',
    // Where no cancel came in time, nothing is known.
    ratio: waits.length === 0 ? 0 : Math.round((100 * limitSeconds) / worst) / 100,
    reach: 1,
    aim: 2,
    units,
    worstSeconds: worst,
    medianSeconds: waits.length === 0 ? undefined : median(waits),
    moments: waits.length,
    latest,
  }
}

/**
 * Seconds from the cancel to the end of the last attempt that ran, and its piece. Undefined if the import had
 * ended before.
 */
async function cancelled(
  piecework: Piecework,
  files: MarxanFolder['files'],
  afterSeconds: number,
): Promise<{ readonly seconds: number; readonly last: string } | undefined> {
  const uploads = Object.fromEntries(Object.entries(files).map(([role, file]) => [role, { file }]))
  let last = ''
  let endedAt = 0
  piecework.events.on('node:failed', ({ node }) => {
    last = node
    endedAt = performance.now()
  })
  const started = performance.now()
  const job = await piecework.import({ format: 'legacy-marxan', uploads, principal, name: 'Legacy' })
  await sleep(Math.max(0, 1000 * afterSeconds - (performance.now() - started)))
  const asked = performance.now()
  await job.cancel()
  const { job: ended } = await job.ended()
  if (ended.status !== 'cancelled') return undefined
  return { seconds: Math.max(0, endedAt - asked) / 1000, last: last.replace(/^(\S+) \S+ /, '$1 ') }
}
