import { Command, InvalidArgumentError } from 'commander'
import { fuzz, NotSetUp } from './fuzz.js'

interface Arguments {
  readonly mutants: number
  readonly seed: number
  readonly only?: string
  readonly json?: true
}

const aimedBlockMs = 50

const program = new Command('npm run fuzz --')
  .description(
    'Imports hostile archives into a host in memory and, one of twenty, into tables of PostgreSQL; one of twenty is a folder of Marxan files, which is validated or imported. After each there must be an error or what the archive holds, and nothing left. Exit code 1: there was something else.',
  )
  .option('--mutants <number>', 'how many archives, each kind in turn', count, 5000)
  .option(
    '--seed <number>',
    'of the first; a problem is told with its own, which repeats it with --mutants 1 and --only',
    count,
    1,
  )
  .option('--only <text>', 'only kinds of mutants whose name holds this text')
  .option('--json', 'print one JSON document, and nothing else, on stdout')
  .action(main)

await program.parseAsync()

async function main({ mutants, seed, only, json }: Arguments): Promise<void> {
  const url = process.env.DATABASE_URL
  if (!url) return program.error('The fuzzer needs a PostgreSQL server: install one, or set DATABASE_URL.')
  const stop = new AbortController()
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
  const result = await fuzz({
    mutants,
    seed,
    url,
    ...(only !== undefined && { only }),
    signal: stop.signal,
    log: (text) => console.error(text),
  }).catch((error: unknown) => {
    if (!(error instanceof NotSetUp)) throw error
    return program.error(`The fuzzer cannot begin: ${error.message}`)
  })
  const { problems, outcomes, longestBlock, memory } = result
  if (json) console.log(JSON.stringify({ ok: problems.length === 0, ...result }, null, 2))
  else {
    for (const { seed: own, kind, text } of problems) console.log(`seed ${own}, ${kind}: ${text}`)
    for (const [outcome, times] of Object.entries(outcomes)) console.log(`${outcome.padEnd(24)} ${times}`)
    for (const { ms, kind, seed: own } of result.blocks)
      if (ms > aimedBlockMs) console.log(`a block of ${ms} ms: ${kind} (seed ${own})`)
    console.log(
      `${result.mutants} mutants (seed ${seed}): ${problems.length} problems; longest block ${longestBlock.ms} ms (aim ${aimedBlockMs}; seed ${longestBlock.seed}, ${longestBlock.kind}), ${memory.mb} MB above idle (aim 150; seed ${memory.seed}, ${memory.kind}).`,
    )
  }
  if (problems.length > 0 || result.mutants === 0) process.exitCode = 1
}

function count(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.')
  return number
}
