// `npm run simulate [-- --seeds=<count> …]`: hosts, queue and store in virtual time, see `help`.
import { readArguments } from './test/read-arguments.mjs'

const help = `Usage: npm run simulate [-- [--seeds=<count>] [--first=<seed>] [--seed=<seed>] [memory|postgres]]

Lets several processes work on jobs in virtual time while they freeze, die and come back, tasks and answers are lost and clocks
jump, and looks at what they leave. A seed decides all that happens. Exit code 1 if one breaks a law; the first that does is
made as small as it goes, and printed.

  --seeds=<count>  how many are tried (default 1000)
  --first=<seed>   the first of them (default 1)
  --seed=<seed>    this one alone, with all that happens
  memory           the store in memory, with transactions side by side (default)
  postgres         the store on PostgreSQL, with transactions one after the other: on the server of DATABASE_URL in
                   a database of its own, or embedded
  --help           print this

npm run simulate -- --seeds 10000
npm run simulate -- --seed 17
`

const numbers = { seeds: 1000, first: 1, seed: Number.MAX_SAFE_INTEGER }
const { seeds, first, seed, filters } = readArguments({ numbers, help })
const store = filters[0] ?? 'memory'
const servers = {
  memory: async () => ({
    make: (await import('../packages/testkit/build/test/simulation/memory-server.js')).memoryServer(),
  }),
  postgres: async () =>
    (await import('../packages/testkit/build/test/simulation/postgres-server.js')).postgresServer(
      process.env.DATABASE_URL,
    ),
}
if (filters.length > 1 || !Object.hasOwn(servers, store)) {
  process.stderr.write(`"${filters.join(' ')}" is no store.\n\n${help}`)
  process.exit(1)
}
const { simulate, planOf, explained } = await import('../packages/testkit/dist/index.js')
const { make, close } = await servers[store]()
const one = seed !== numbers.seed
const total = { seeds: 0, faults: 0, violations: 0 }
const outcomes = new Map()
const began = performance.now()
let shownAt = began
try {
  for (let at = one ? seed : first; at < (one ? seed + 1 : first + seeds); at++) await tryOne(at)
} finally {
  await close?.()
}
report()

async function tryOne(at) {
  const result = await simulate({ make }, planOf(at))
  total.seeds += 1
  total.faults += result.faults
  for (const [what, count] of result.outcomes) outcomes.set(what, (outcomes.get(what) ?? 0) + count)
  if (one)
    console.log(
      `${JSON.stringify(result.plan, undefined, 2)}\n${result.trace.join('\n')}\ntrace ${result.hash}`,
    )
  if (result.violations.length > 0) {
    total.violations += 1
    process.exitCode = 1
    // To make one small takes as long as many seeds.
    if (total.violations === 1 && !one) console.log(await explained({ make }, result))
    else console.log([`Seed ${at} breaks a law:`, ...result.violations].join('\n  '))
  }
  if (performance.now() - shownAt < 10_000) return
  shownAt = performance.now()
  console.error(summary())
}

function report() {
  for (const [what, count] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${String(count).padStart(8)}  ${what}`)
  console.log(summary())
}

function summary() {
  const seconds = (performance.now() - began) / 1000
  const pace = `${(total.seeds / seconds).toFixed(1)} seeds/s`
  return `${total.seeds} seeds, ${total.faults} faults, ${total.violations} seeds break a law, ${pace}`
}
