#!/usr/bin/env node
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Finding, isPieceworkError, PieceworkError } from '@piecework/core'
import { Command } from 'commander'
import { Listr } from 'listr2'
import { openHost } from './host.js'
import { type DemoInput, openInput } from './input.js'
import { type DemoRun, demoSteps, isKnown } from './steps.js'
import { rowsPerSecond, summaryText, textTable } from './summary.js'

interface Arguments {
  readonly input?: string
  readonly idAttribute?: string
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
  const run: Partial<DemoRun> & Pick<DemoRun, 'summary' | 'findings' | 'comparisons'> = {
    summary: [],
    findings: [],
    comparisons: [],
  }
  const stop = stopOnSignals()
  let failure: unknown
  try {
    await mkdir(options.out, { recursive: true })
    const input = await openInput(folder, join(work, 'input'), options)
    Object.assign(run, { input })
    for (const note of input.notes) run.findings.push(note)
    await play(run as DemoRun & { input: DemoInput }, work, options, stop)
  } catch (error) {
    failure = error
    if (isPieceworkError(error))
      run.findings.push(...error.findings.filter((one) => !isKnown(run.findings, one)))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  if (options.json) console.log(JSON.stringify(documentOf(run, failure), null, 2))
  else tellPeople(run, failure)
  if (failure) process.exitCode ??= 1
}

/** The first signal cancels what runs, so that everything is cleaned up; a second one ends the process. */
function stopOnSignals(): AbortSignal {
  const stop = new AbortController()
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
    process.once(signal, () => {
      process.exitCode = 128 + number
      stop.abort(new PieceworkError('cancelled', `Stopped by ${signal}.`))
    })
  }
  // Whoever reads the output may go away: `npm run demo | head`.
  process.stdout.on('error', () => stop.abort(new PieceworkError('cancelled', 'Nobody reads the output.')))
  return stop.signal
}

async function play(run: DemoRun, work: string, options: Arguments, stop: AbortSignal): Promise<void> {
  const artifacts = join(work, 'artifacts')
  const archiveFile = join(resolve(options.out), `${run.input.name.replace(/[^A-Za-z0-9._-]+/g, '-')}.zip`)
  const host = await openHost(artifacts, process.env.DATABASE_URL)
  host.piecework.events.on('node:failed', ({ error, cause }) => {
    if (error.code === 'internal') console.error(cause)
  })
  try {
    const live = process.stdout.isTTY === true
    const steps = demoSteps(host, run, archiveFile, stop).map((step) => ({
      title: step.title,
      task: async (_: unknown, task: { title: string; output: string }) => {
        stop.throwIfAborted()
        const said = await step.run((text) => {
          task.output = text
        })
        task.title = `${step.title}: ${said}`
      },
    }))
    if (!options.json) console.log(`Running on ${host.where}.`)
    const renderer = options.json ? 'silent' : live ? 'default' : 'simple'
    await new Listr(steps, { renderer, exitOnError: true, registerSignalListeners: false }).run()
  } finally {
    await host.close()
  }
}

function documentOf(run: Partial<DemoRun>, failure: unknown) {
  const code = isPieceworkError(failure) ? failure.code : 'internal'
  const message = failure instanceof Error ? failure.message : String(failure)
  const { summary, comparisons, findings, archive } = run
  return {
    ok: failure === undefined,
    ...(failure !== undefined && { error: { code, message } }),
    ...(run.input && { input: { name: run.input.name, folder: run.input.folder, files: run.input.files } }),
    archive,
    summary: summary?.map((row) => ({ ...row, rowsPerSecond: rowsPerSecond(row) })),
    comparisons,
    findings,
  }
}

function tellPeople(
  run: Partial<DemoRun> & Pick<DemoRun, 'summary' | 'findings' | 'comparisons'>,
  failure: unknown,
): void {
  if (run.findings.length > 0) console.log(`\n${findingsText(run.findings)}`)
  const [first] = run.comparisons
  if (first) {
    const differences = (table: string) =>
      run.comparisons.reduce(
        (sum, one) => sum + (one.tables.find((t) => t.table === table)?.differences ?? 0),
        0,
      )
    const cells = first.tables.map(({ table, rows }) => [
      table,
      rows.toLocaleString('en-US'),
      String(differences(table)),
    ])
    console.log(`\n${textTable(['table', 'rows', 'differences'], cells)}`)
  }
  if (run.summary.length > 0) console.log(`\n${summaryText(run.summary)}`)
  if (run.archive) console.log(`\nThe archive: ${run.archive.path}`)
  if (failure) console.error(`\n${failure instanceof Error ? failure.message : String(failure)}`)
}

/** One line for all of a kind in a file: the first of them, and how many there are. */
function findingsText(findings: readonly Finding[]): string {
  const kinds = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.code} ${finding.file}`
    kinds.set(key, [...(kinds.get(key) ?? []), finding])
  }
  return [...kinds.values()].map(kindText).join('\n')
}

function kindText(findings: readonly Finding[]): string {
  const [first] = findings
  if (!first) return ''
  const { severity, file, line, message, hint } = first
  const where = file === undefined ? '' : ` ${file}${line === undefined ? '' : `:${line}`}`
  const count = Math.max(findings.length, ...findings.map((one) => one.count ?? 1))
  const more = count > 1 ? ` (and ${(count - 1).toLocaleString('en-US')} more)` : ''
  return `${severity}${where}: ${message}${more}${hint ? ` ${hint}` : ''}`
}
