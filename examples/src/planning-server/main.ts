#!/usr/bin/env node
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PieceworkError } from '@piecework/core'
import { Command, InvalidArgumentError } from 'commander'
import { makeSample } from '../sample/make-sample.js'
import { people } from './people.js'
import { type Serving, serve } from './serve.js'
import type { Settings } from './settings.js'
import { pageText } from './walk/page-text.js'
import { printWalk, runWalk } from './walk/run-walk.js'
import { walkSteps } from './walk/walk-steps.js'

interface Arguments {
  readonly port: number
  readonly data: string
  readonly units: number
  readonly walk?: true
  readonly json?: true
}

const program = new Command('npm run example:planning --')
  .description('Serves planning projects, with Piecework over HTTP, and prints what to try with curl.')
  .option('--port <number>', 'where it listens, on 127.0.0.1', wholeNumber(1, 65_535), 3000)
  .option('--data <folder>', 'of the sample, archives and uploads', 'build/planning-server')
  .option('--units <number>', 'planning units of the sample', wholeNumber(40, 20_000), 2000)
  .option('--walk', 'run what it prints, compare what comes, and end')
  .option('--json', 'print one JSON document: where it is, or with --walk what came')
  .addHelpText(
    'after',
    '\nWith DATABASE_URL and REDIS_URL three processes serve one port; otherwise one does, in memory.',
  )
  .action(main)

await program.parseAsync().catch((error: Error) => program.error(`error: ${error.message}`))

async function main(options: Arguments): Promise<void> {
  const stopped = stopOnSignals()
  const settings = await settingsOf(options)
  const serving = await serve(settings)
  try {
    if (options.walk) await walk(serving, settings, options, stopped)
    else await show(serving, settings, options, stopped)
  } finally {
    await serving.close()
  }
}

async function settingsOf({ port, data, units }: Arguments): Promise<Settings> {
  const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env
  if (Boolean(databaseUrl) !== Boolean(redisUrl))
    throw new PieceworkError('options-invalid', 'Several processes need both DATABASE_URL and REDIS_URL.')
  const folder = resolve(data)
  const sample = join(folder, 'sample')
  await mkdir(folder, { recursive: true })
  await makeSample(sample, { seed: 1, units })
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    files: join(folder, 'files'),
    sample,
    ...(databaseUrl && redisUrl && { servers: { databaseUrl, redisUrl } }),
  }
}

async function walk(serving: Serving, settings: Settings, { json }: Arguments, stopped: AbortSignal) {
  const log = json ? () => undefined : (text: string) => console.log(text)
  const result = await runWalk(walkSteps, { ...settings, database: serving.database, log, stopped })
  if (json) console.log(JSON.stringify({ url: settings.url, ...result }, null, 2))
  else printWalk(result)
  if (!result.ok) process.exitCode ??= 1
}

/** Until a signal. */
async function show(serving: Serving, settings: Settings, { json }: Arguments, stopped: AbortSignal) {
  const { url } = settings
  const tokens = people.map(({ id, rights }) => ({ token: id, rights }))
  if (json) console.log(JSON.stringify({ url, api: `${url}/api/v1`, pids: serving.pids(), tokens }))
  else console.log(pageText(walkSteps, settings, serving.pids().length))
  while (!stopped.aborted) await sleep(2 ** 30, undefined, { signal: stopped }).catch(() => undefined)
}

/** The first signal closes the server; a second one ends the process. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => stop.abort(new PieceworkError('cancelled', `Stopped by ${signal}.`)))
  return stop.signal
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`)
  }
}
