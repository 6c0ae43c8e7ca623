import { Command, InvalidArgumentError } from 'commander'
import { faults } from './faults/faults.js'
import { liveLine } from './live-line.js'
import { jobKinds } from './place.js'
import { soak } from './soak.js'
import { tableOf } from './table.js'

interface Arguments {
  readonly faults: number
  readonly from: number
  readonly seconds?: number
  readonly seed: number
  readonly workers: number
  readonly limit: number
  readonly only?: string
  readonly jobs?: string
  readonly split?: true
  readonly json?: true
}

const program = new Command('npm run soak --')
  .description(
    'Runs exports, imports, clones and imports of Marxan folders in several processes, injects a fault into each at a random moment, and checks everything after each. Exit code 1: something was lost, doubled, left over or wrong.',
  )
  .option('--faults <number>', 'how many faults to inject, each kind in turn', count, 64)
  .option(
    '--from <number>',
    'number of the first: goes on where a run of this seed and these kinds has ended',
    count,
    1,
  )
  .option('--seconds <number>', 'inject no further fault after this time', count)
  .option('--seed <number>', 'of the moments and of what is hit', count, 1)
  .option('--limit <seconds>', 'a job that takes longer counts as lost', count, 120)
  .option('--workers <number>', 'worker processes', count, 3)
  .option('--only <texts>', 'only kinds of faults whose name holds one of these texts, separated by commas')
  .option('--jobs <kinds>', `only these of ${jobKinds.join(', ')}; separated by commas`)
  .option('--split', 'geometries and amounts are in a database of a second server, which is hit, too')
  .option('--json', 'print one JSON document, and nothing else, on stdout')
  .addHelpText(
    'after',
    `\nKinds of faults:\n${Object.keys(faults)
      .map((name) => `  ${name}\n`)
      .join('')}`,
  )
  .action(main)

await program.parseAsync()

async function main({
  faults: many,
  from,
  seconds,
  seed,
  workers,
  limit,
  only,
  jobs,
  split,
  json,
}: Arguments): Promise<void> {
  const { DATABASE_URL: url, POSTGRES_PROGRAMS: programs } = process.env
  if (!url && !programs)
    return program.error('The soak needs a PostgreSQL server: install one, or set DATABASE_URL.')
  const stop = new AbortController()
  for (const name of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
  const live = liveLine(process.stderr)
  const result = await soak({
    faults: many,
    from,
    ...(seconds !== undefined && { seconds }),
    ...(only !== undefined && { only }),
    ...(jobs !== undefined && { jobs }),
    seed,
    workers,
    split: split ?? false,
    url: url || undefined,
    programs,
    limitMs: limit * 1000,
    log: live.log,
    signal: stop.signal,
  }).finally(live.end)
  const { rounds, disk } = result
  const problems = rounds.flatMap(({ problems: found, ...round }) =>
    found.map((one) => ({ ...round, ...one })),
  )
  if (json) console.log(JSON.stringify({ ok: problems.length === 0, ...result }, null, 2))
  else {
    console.log(`${tableOf(rounds)}\n`)
    for (const [name, reason] of Object.entries(result.leftOut)) console.log(`left out: ${name}: ${reason}`)
    for (const { round, job, fault, what, text } of problems)
      console.log(`${what}: fault ${round}, ${job}, ${fault}: ${text}`)
    const total = Math.round(rounds.reduce((sum, one) => sum + one.seconds, 0))
    console.log(
      `${rounds.length} ${rounds.length === 1 ? 'fault' : 'faults'} injected (seed ${result.seed}, full disk by ${disk}) in ${total} s: ${problems.length === 0 ? 'nothing lost, doubled, left over or wrong' : `${problems.length} problems`}.`,
    )
  }
  if (problems.length > 0 || rounds.length === 0) process.exitCode = 1
}

function count(text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError('It must be a whole number from 1.')
}
