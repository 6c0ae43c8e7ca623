// `npm run check`: everything but the tests. Changes nothing. Runs all checks, then fails where one has failed.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pnpm } from './bootstrap.mjs'
import { arrows } from './check/arrows.mjs'
import { declarations } from './check/declarations.mjs'
import { drawing } from './check/drawing.mjs'
import { manifests } from './check/manifests.mjs'
import { rooms } from './check/rooms.mjs'
import { compileMigrations } from './migrations.mjs'
import { readPublished } from './packages.mjs'

const run = promisify(execFile)
const published = await readPublished()
const packed = await mkdtemp(join(tmpdir(), 'piecework-check-'))
const quiet = ['--no-progress', '--no-config-hints', '--no-tag-hints']
const checks = [
  ['types', () => tool('tsc', '-b')],
  [
    'format and lint',
    () => tool('biome', 'ci', '--colors=off', '--diagnostic-level=warn', '--error-on-warnings'),
  ],
  ['unused code and dependencies', () => tool('knip', ...quiet)],
  ['unused code without tests', () => tool('knip', ...quiet, '--production', '--strict')],
  ['arrows between packages', arrows],
  ['drawing of the arrows', drawing],
  ['rooms that the map names', rooms],
  ['package.json of each package', manifests],
  ['declarations', declarations],
  ['readme of each package', readmes],
  ['lock file', lockFile],
  ['compiled migrations', migrations],
  ['pack', pack],
  ['published files', () => eachPacked((file) => tool('publint', 'run', file, '--strict'))],
  ['published types', () => eachPacked((file) => tool('attw', file, '--profile', 'esm-only', '--no-emoji'))],
]

let failures = 0
try {
  for (const [name, check] of checks) {
    try {
      const counted = await check()
      console.log(`ok      ${name}${typeof counted === 'string' ? ` (${counted})` : ''}`)
    } catch (error) {
      failures += 1
      console.log(
        `FAILED  ${name}\n${[error.stdout, error.stderr].filter(Boolean).join('\n') || error.message}`,
      )
    }
  }
} finally {
  await rm(packed, { recursive: true })
}
process.exitCode = failures === 0 ? 0 : 1

function tool(name, ...args) {
  return run(join('node_modules', '.bin', name), args, { maxBuffer: 100_000_000 })
}

async function readmes() {
  const without = (await readdir('packages')).filter(
    (name) => !existsSync(join('packages', name, 'README.md')),
  )
  if (without.length > 0) throw new Error(`No README.md: ${without.join(', ')}`)
}

async function lockFile() {
  const text = await readFile('pnpm-lock.yaml', 'utf8')
  // An address of a tarball would bind every installation to the registry that the lock file was written with.
  const bound = text.split('\n').filter((line) => /tarball:|https?:\/\//.test(line))
  if (bound.length > 0) throw new Error(`pnpm-lock.yaml holds addresses:\n${bound.join('\n')}`)
  // `pnpm install` without optional dependencies leaves out the programs of the compiler and others.
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'])
    if (!text.includes(`@typescript/typescript-${platform}@`))
      throw new Error(`pnpm-lock.yaml lacks programs for ${platform}: install with optional dependencies.`)
}

async function migrations() {
  const stale = compileMigrations({ check: true })
  if (stale.length > 0) throw new Error(`\`npm run build\` and commit: ${stale.join(', ')}`)
}

async function pack() {
  const filters = published.flatMap(({ name }) => ['--filter', name])
  await run('npx', ['--yes', pnpm, '--recursive', ...filters, 'pack', '--pack-destination', packed])
}

async function eachPacked(check) {
  const files = (await readdir(packed)).filter((name) => name.endsWith('.tgz'))
  if (files.length === 0) throw new Error('Nothing was packed.')
  const said = []
  for (const file of files) {
    await check(join(packed, file)).catch((error) => said.push(`${file}\n${error.stdout}${error.stderr}`))
  }
  if (said.length > 0) throw new Error(said.join('\n'))
}
