#!/usr/bin/env node
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isPieceworkError, PieceworkError } from '@piecework/core'
import { Command } from 'commander'
import { Listr } from 'listr2'
import { addFindings, type DemoRun, newRun } from './demo-run.js'
import { openHost } from './host.js'
import { type DemoInput, openInput } from './input.js'
import { printRun, runDocument } from './print-run.js'
import { demoSteps } from './steps.js'

interface Arguments {
  readonly input?: string
  readonly idAttribute?: string
  readonly results: boolean
  readonly out: string
  readonly json?: true
  readonly seed: string
}

const program = new Command('npm run demo --')
  .description(
    'Imports a Marxan folder as a project, exports it to an archive, imports that again, clones the import, and compares all three.',
  )
  .argument('[folder]', 'a Marxan folder; without one, a sample made from real coastline')
  .option('--input <file>', 'the input.dat to use, when the folder holds several')
  .option('--id-attribute <name>', "the attribute of the shapefile that holds the planning units' ids")
  .option('--no-results', 'leave the results in the output folder out')
  .option('--out <folder>', 'where the archive is kept', 'build/demo')
  .option('--seed <number>', 'of the sample', '1')
  .option('--json', 'print one JSON document, and nothing else, on stdout')
  .addHelpText(
    'after',
    '\nDATABASE_URL=postgres://… runs in a database of its own on that server, dropped afterwards.',
  )
  .action(main)

await program.parseAsync()

async function main(folder: string | undefined, options: Arguments): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'piecework-demo-'))
  const run = newRun()
  const signal = abortOnSignals()
  let failure: unknown
  try {
    await mkdir(options.out, { recursive: true })
    run.input = await openInput(folder, join(work, 'input'), options)
    run.findings.push(...run.input.notes)
    await runSteps(run, run.input, work, options, signal)
  } catch (error) {
    failure = error
    if (isPieceworkError(error)) addFindings(run, error.findings)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  if (options.json) console.log(JSON.stringify(runDocument(run, failure), null, 2))
  else printRun(run, failure)
  if (failure) process.exitCode ??= 1
}

/** The first signal cancels what runs, so that everything is cleaned up; a second one ends the process. */
function abortOnSignals(): AbortSignal {
  const stop = new AbortController()
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
    process.once(signal, () => {
      process.exitCode = 128 + number
      stop.abort(new PieceworkError('cancelled', `Stopped by ${signal}.`))
    })
  }
  // A pipe may be closed early: `npm run demo | head`.
  process.stdout.on('error', () => stop.abort(new PieceworkError('cancelled', 'The output was closed.')))
  return stop.signal
}

async function runSteps(
  run: DemoRun,
  input: DemoInput,
  work: string,
  options: Arguments,
  signal: AbortSignal,
): Promise<void> {
  const archiveFile = join(resolve(options.out), `${input.name.replace(/[^A-Za-z0-9._-]+/g, '-')}.zip`)
  const host = await openHost(join(work, 'artifacts'), process.env.DATABASE_URL)
  host.piecework.events.on('node:failed', ({ error, cause }) => {
    if (error.code === 'internal') console.error(cause)
  })
  try {
    const steps = demoSteps(host, run, input, archiveFile, signal).map((step) => ({
      title: step.title,
      task: async (_: unknown, task: { title: string; output: string }) => {
        signal.throwIfAborted()
        const done = await step.run((text) => {
          task.output = text
        })
        task.title = `${step.title}: ${done}`
      },
    }))
    if (!options.json) console.log(`Running on ${host.where}.`)
    const renderer = options.json ? 'silent' : process.stdout.isTTY ? 'default' : 'simple'
    await new Listr(steps, { renderer, exitOnError: true, registerSignalListeners: false }).run()
  } finally {
    await host.close()
  }
}
