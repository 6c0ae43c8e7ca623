// `npm run check`: everything but the tests. Changes nothing. Runs all checks, then fails where one has failed.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pnpm } from './bootstrap.mjs'

const run = promisify(execFile)
const publicOnly = ['--recursive', '--filter', './packages/*']
const packed = await mkdtemp(join(tmpdir(), 'piecework-check-'))
const checks = [
  ['types', () => tool('tsc', '-b')],
  [
    'format and lint',
    () => tool('biome', 'ci', '--colors=off', '--diagnostic-level=warn', '--error-on-warnings'),
  ],
  ['unused code and dependencies', () => tool('knip', '--no-progress', '--no-config-hints')],
  ['readme of each package', readmes],
  ['lock file', lockFile],
  ['pack', () => run('npx', ['--yes', pnpm, ...publicOnly, 'pack', '--pack-destination', packed])],
  ['published files', () => eachPacked((file) => tool('publint', 'run', file, '--strict'))],
  ['published types', () => eachPacked((file) => tool('attw', file, '--profile', 'esm-only', '--no-emoji'))],
]

let failures = 0
try {
  for (const [name, check] of checks) {
    try {
      await check()
      console.log(`ok      ${name}`)
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

/** Addresses of tarballs would bind everybody to the registry of whoever wrote the lock file. */
async function lockFile() {
  const lines = (await readFile('pnpm-lock.yaml', 'utf8')).split('\n')
  const bound = lines.filter((line) => /tarball:|https?:\/\//.test(line))
  if (bound.length > 0) throw new Error(`pnpm-lock.yaml holds addresses:\n${bound.join('\n')}`)
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
