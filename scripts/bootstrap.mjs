import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compileMigrations } from './migrations.mjs'
import { compilePage } from './page.mjs'
import { removeStale } from './stale.mjs'

export const pnpm = 'pnpm@10.34.9'
export const root = fileURLToPath(new URL('..', import.meta.url))

const steps = {
  build: undefined,
  demo: 'examples/build/src/demo/main.js',
  'example:planning': 'examples/build/src/planning-server/main.js',
  'example:express': 'examples/build/src/express-albums.js',
  'example:tenure': 'examples/build/src/tenure/main.js',
  'example:imagery': 'examples/build/src/imagery/main.js',
  'example:nest': 'examples/nest-host/build/main.js',
  test: 'scripts/test.mjs',
  check: 'scripts/check.mjs',
  size: 'scripts/install-size.mjs',
  bench: 'scripts/bench.mjs',
  soak: 'scripts/soak.mjs',
  fuzz: 'scripts/fuzz.mjs',
  simulate: 'scripts/simulate.mjs',
  docs: 'scripts/docs.mjs',
  broken: 'scripts/broken.mjs',
}

/**
 * Installs where the lock file asks for it, compiles, then runs the step in this process. Says nothing when all is well,
 * and writes to stderr only: stdout belongs to the step.
 */
export async function bootstrap(step, args) {
  if (!Object.hasOwn(steps, step)) {
    console.error(`"${step}" is none of: ${Object.keys(steps).join(', ')}.`)
    process.exitCode = 1
    return
  }
  process.chdir(root)
  if (!installed()) {
    console.error('Installing dependencies …')
    // Purging: a node_modules that npm made is replaced without a question.
    const options = ['--frozen-lockfile', '--config.confirmModulesPurge=false']
    if (!quietly('npx', ['--yes', pnpm, 'install', ...options])) return
  }
  if (step !== 'check') compileMigrations()
  compilePage()
  // The check compiles by itself, and goes on where that fails.
  if (step !== 'check' && !quietly(process.execPath, ['node_modules/typescript/bin/tsc', '-b'])) return
  await removeStale()
  const script = steps[step]
  if (script === undefined) return
  if (!existsSync(script)) {
    console.error(`There is no ${step} yet: ${script} is missing.`)
    process.exitCode = 1
    return
  }
  process.setSourceMapsEnabled(true)
  process.argv.splice(1, process.argv.length, script, ...args)
  await import(pathToFileURL(script).href)
}

/** pnpm keeps a copy of the lock file that it has installed from. */
function installed() {
  const copy = 'node_modules/.pnpm/lock.yaml'
  return existsSync(copy) && readFileSync(copy).equals(readFileSync('pnpm-lock.yaml'))
}

/** Whether the command succeeded. What it printed is shown only where it did not. */
function quietly(command, args) {
  const shell = process.platform === 'win32' && command === 'npx'
  // `npm run --silent` would silence pnpm's errors too.
  const env = { ...process.env, npm_config_loglevel: 'warn' }
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env, shell })
  if (status === 0) return true
  console.error(`${stdout ?? ''}${stderr ?? ''}${error === undefined ? '' : `${error.message}\n`}`)
  console.error(`Failed: ${command === process.execPath ? 'node' : command} ${args.join(' ')}`)
  process.exitCode = 1
  return false
}
