import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { fileArtifacts } from '@piecework/core'
import type { Bench, Measure } from './measure.js'
import { fillWorld, type KeyType, openWorld, principal, survey } from './world.js'

const limitMb = 32

/** Peak memory of a process that exports, imports and clones, at 100 thousand and at 2 million rows. */
export const memoryBench: Bench = async (options) => [
  await growth('memory/growth', 'uuid', options),
  await growth('memory/integer-keys', 'integer', options),
]

async function growth(
  name: string,
  keys: KeyType,
  { url, log, rows }: Parameters<Bench>[0],
): Promise<Measure> {
  const [small, large] = [rows / 10, rows * 2]
  const peaks: number[] = []
  for (const count of [small, large]) {
    log(`${count.toLocaleString('en-US')} rows, keys ${keys}, in a process of their own`)
    peaks.push(await peakOf(count, keys, url))
  }
  const [smallMb = Number.NaN, largeMb = Number.NaN] = peaks
  const growthMb = Math.round((largeMb - smallMb) * 10) / 10
  return {
    name,
    // At least 1 while the growth stays under the limit.
    ratio: Math.round((growthMb <= 0 ? limitMb : limitMb / growthMb) * 100) / 100,
    reach: 1,
    aim: 2,
    growthMb,
    limitMb,
    peaksMb: { [small]: smallMb, [large]: largeMb },
  }
}

async function peakOf(rows: number, keys: KeyType, url: string): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), String(rows), keys], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`The process with ${rows} rows ended with ${code}.`)
  return Number(output)
}

/** In the child: prints the peak in MB. */
async function child(rows: number, keys: KeyType, url: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'piecework-bench-'))
  const world = await openWorld(url, fileArtifacts(dir), keys)
  try {
    await fillWorld(world, rows)
    const { archive } = await (await world.piecework.export({ resource: survey, principal })).result()
    if (!archive) throw new Error('no archive')
    await (await world.piecework.import({ archive, principal, name: 'again' })).result()
    await (await world.piecework.clone({ resource: survey, principal })).result()
  } finally {
    await world.close()
    await rm(dir, { recursive: true, force: true })
  }
  console.log(Math.round(process.resourceUsage().maxRSS / 102.4) / 10)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [rows, keys] = process.argv.slice(2)
  await child(Number(rows), keys === 'integer' ? 'integer' : 'uuid', process.env.DATABASE_URL ?? '')
}
