import { Command } from 'commander'
import { busyBench } from './busy.js'
import { deliveryBench } from './delivery/delivery.js'
import { imageryBench, largeImageryBench } from './imagery/imagery.js'
import { legacyBench } from './legacy/legacy.js'
import type { Bench, Measure } from './measure.js'
import { memoryBench } from './memory.js'
import { momentBench } from './moment/moment.js'
import { overheadBench } from './overhead/overhead.js'
import { partFilesBench } from './overhead/part-files.js'
import { partsBench } from './overhead/parts.js'
import { pageBench } from './page/page.js'
import { planningBench } from './planning/planning.js'
import { resourcesBench } from './resources.js'
import { resultsBench } from './results/results.js'
import { linksBench, serverBench } from './server/server.js'
import { tablePartsBench, workersBench } from './table-parts/table-parts.js'
import { keysBench, tablePieceBench } from './table-piece.js'
import { tenureBench } from './tenure/tenure.js'

const benches: Readonly<Record<string, Bench>> = {
  'table-piece': tablePieceBench,
  keys: keysBench,
  memory: memoryBench,
  planning: planningBench,
  legacy: legacyBench,
  results: resultsBench,
  overhead: overheadBench,
  parts: partsBench,
  'part-files': partFilesBench,
  'table-parts': tablePartsBench,
  workers: workersBench,
  resources: resourcesBench,
  moment: momentBench,
  busy: busyBench,
  server: serverBench,
  links: linksBench,
  delivery: deliveryBench,
  tenure: tenureBench,
  page: pageBench,
  imagery: imageryBench,
  'imagery-large': largeImageryBench,
}

interface Arguments {
  readonly rows: string
  readonly units: string
  readonly runs: string
  readonly jobs: string
  readonly json?: true
}

await new Command('npm run bench --')
  .description(
    'Measures ratios to a peer in the same run, on a real server. Exit code 1: a measure falls short of its reach.',
  )
  .argument('[names...]', `which: ${Object.keys(benches).join(', ')}; all without a name`)
  .option(
    '--rows <number>',
    'rows of the large table; memory is measured at a tenth and at twice as many',
    '1000000',
  )
  .option(
    '--units <number>',
    'planning units of the planning and the legacy project, with 10 amounts each',
    '20000',
  )
  .option('--runs <number>', 'counted runs after one that warms up', '3')
  .option('--jobs <number>', 'jobs that come at once', '5000')
  .option('--json', 'print one JSON object per measure, and nothing else, on stdout')
  .action(main)
  .parseAsync()

async function main(names: readonly string[], { rows, units, runs, jobs, json }: Arguments): Promise<void> {
  const url = process.env.DATABASE_URL
  if (!url) throw new Error('The benchmarks need a PostgreSQL server: install one, or set DATABASE_URL.')
  for (const name of names.length > 0
    ? names
    : Object.keys(benches).filter((one) => one !== 'imagery-large')) {
    const bench = benches[name]
    if (!bench)
      throw new Error(`There is no benchmark "${name}"; there are ${Object.keys(benches).join(', ')}.`)
    const log = (text: string) => console.error(`${name}: ${text}`)
    const options = {
      rows: Number(rows),
      units: Number(units),
      runs: Number(runs),
      jobs: Number(jobs),
      url,
      log,
    }
    for (const measure of await bench(options)) {
      console.log(json ? JSON.stringify(measure) : sentence(measure))
      if (!(measure.ratio >= measure.reach)) process.exitCode = 1
    }
  }
}

function sentence({ name, ratio, reach, aim, ...facts }: Measure): string {
  const verdict = ratio >= aim ? 'reaches its aim' : ratio >= reach ? 'reaches' : 'FALLS SHORT'
  return `${name.padEnd(22)} ${ratio.toFixed(2)}  (reach ${reach}, aim ${aim}: ${verdict})  ${JSON.stringify(facts)}`
}
