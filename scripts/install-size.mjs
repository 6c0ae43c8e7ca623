// `npm run size [-- <folder of packed packages>]`: what a host with a server installs, in MB on disk, and how long that takes. Fails
// if it is more than `mostMb` or holds what such a host does not need.
import { execFile } from 'node:child_process'
import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { readPublished } from './packages.mjs'

const run = promisify(execFile)
const mostMb = 45
const unwanted = ['@electric-sql/pglite', 'jsts']
/** What it asks for, beside its own libraries. */
const asked = ['core', 'postgres', 'runtime-inprocess', 'pieces-project', 'pieces-scenario']
const libraries = { pg: '^8.23.1', 'reflect-metadata': '^0.2.2', tsyringe: '^4.10.0' }

const folder = await mkdtemp(join(tmpdir(), 'piecework-size-'))
try {
  const tarballs = await packed(process.argv[2])
  const ours = asked.map((name) => [`@piecework/${name}`, tarballs[`@piecework/${name}`]])
  const manifest = { dependencies: { ...Object.fromEntries(ours), ...libraries }, overrides: tarballs }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }))
  const started = performance.now()
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder })
  report((performance.now() - started) / 1000, await sizes(join(folder, 'node_modules')))
} finally {
  await rm(folder, { recursive: true })
}

/** Tarballs by the name of their package. */
async function packed(given) {
  const published = await readPublished()
  const destination = given === undefined ? folder : resolve(given)
  if (given === undefined) {
    const folders = published.map((one) => `./${one.folder}`)
    await run('npm', ['pack', ...folders, '--pack-destination', destination])
  }
  const entries = published.map(({ name, manifest: { version } }) => {
    const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
    return [name, `file:${join(destination, file)}`]
  })
  return Object.fromEntries(entries)
}

/** MB on disk by package, largest first. */
async function sizes(modules) {
  const found = []
  for (const name of await packagesIn(modules)) {
    const home = join(modules, name)
    let blocks = (await lstat(home)).blocks
    for (const entry of await readdir(home, { withFileTypes: true, recursive: true })) {
      blocks += (await lstat(join(entry.parentPath, entry.name))).blocks
    }
    found.push([name, (blocks * 512) / 1e6])
  }
  return found.sort((one, other) => other[1] - one[1])
}

async function packagesIn(modules) {
  const names = (await readdir(modules)).filter((name) => !name.startsWith('.'))
  const nested = names.map(async (name) =>
    name.startsWith('@') ? (await readdir(join(modules, name))).map((part) => `${name}/${part}`) : [name],
  )
  return (await Promise.all(nested)).flat()
}

function report(seconds, found) {
  const total = found.reduce((sum, [, mb]) => sum + mb, 0)
  for (const [name, mb] of found.slice(0, 10)) console.log(`${mb.toFixed(1).padStart(6)} MB  ${name}`)
  const rest = found.slice(10).reduce((sum, [, mb]) => sum + mb, 0)
  console.log(`${rest.toFixed(1).padStart(6)} MB  ${Math.max(found.length - 10, 0)} others`)
  console.log(`${total.toFixed(1).padStart(6)} MB  in all, installed in ${seconds.toFixed(1)} s`)
  const needless = unwanted.filter((name) => found.some(([one]) => one === name))
  if (needless.length > 0) console.error(`A host with a server needs no ${needless.join(', ')}.`)
  if (total > mostMb) console.error(`That is more than ${mostMb} MB.`)
  process.exitCode = needless.length > 0 || total > mostMb ? 1 : 0
}
