import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import { command } from './support/command.js'
import { compile } from './support/compile.js'
import { type Consumer, consumers } from './support/consumer.js'
import { type Host, installedDeclarations, installHosts } from './support/install.js'
import { nodePath } from './support/node-path.js'
import { packPackages, repository } from './support/packages.js'

/** The least that is supported, and the lines after it. */
const nodes = ['20.19.0', '22', '24']

const libraries = {
  '@types/pg': '8.23.1',
  esbuild: '0.28.2',
  ioredis: '6.0.0',
  knex: '3.3.0',
  pg: '8.23.1',
  'reflect-metadata': '0.2.2',
  tsyringe: '4.10.0',
  zod: '4.6.7',
}
const plain: Host = {
  name: 'plain',
  type: 'commonjs',
  dependencies: {},
  files: ['plain.cjs', 'import.mjs', 'require.cjs'],
}
const jest: Host = {
  name: 'ts-jest',
  type: 'commonjs',
  dependencies: {
    '@types/jest': '30.0.0',
    '@types/node': '20.19.9',
    jest: '30.5.2',
    'ts-jest': '29.4.15',
    typescript: '5.4.5',
  },
  files: ['host.ts', 'host.test.ts', 'jest.config.cjs', 'tsconfig.json'],
}
const typed = consumers.map(
  ({ name, type, typescript, node, files }): Host => ({
    name,
    type,
    dependencies: { typescript, '@types/node': node },
    files,
  }),
)

const folder = await mkdtemp(join(tmpdir(), 'piecework-consumers-'))
const homeOf = (name: string): string => join(folder, 'hosts', name)
const tarballs = join(folder, 'tarballs')
await mkdir(tarballs)
const packages = await packPackages(tarballs)
const entries = packages.flatMap((found) => found.entries)
await installHosts(folder, packages, libraries, [plain, jest, ...typed])

const test = suite('consumers')
test.after(() => rm(folder, { recursive: true, force: true }))

for (const consumer of consumers) {
  const { name, typescript } = consumer
  test(`${name}: TypeScript ${typescript} accepts the host, and our declarations without skipLibCheck`, async () => {
    // What the entry points lead to each time; the rest, which depends on no resolution, once with each TypeScript.
    const isFirst = consumers.find((one) => one.typescript === typescript) === consumer
    const declarations = isFirst ? await installedDeclarations(folder, packages) : []
    assert.equal(declarations.length > 0, isFirst)
    assert.deepEqual(await compile(homeOf(name), consumer, entries, declarations), [])
  })
}

test('bundler-latest: esbuild makes one file', async () => {
  const options = ['--bundle', '--platform=node', '--format=cjs', '--outfile=out/bundle.cjs']
  const esbuild = join(folder, 'node_modules/.bin/esbuild')
  const { code, output } = await command(esbuild, ['main.ts', ...options], homeOf('bundler-latest'))
  assert.equal(code, 0, output)
})

for (const version of nodes) {
  test(`every entry point and every compiled host runs on Node ${version}`, async () => {
    const node = await nodePath(version, folder)
    const compiled = (wanted: Consumer['type'], option: string) =>
      consumers
        .filter(({ name, type }) => type === wanted && !name.startsWith('bundler'))
        .flatMap(({ name }) => [option, join(homeOf(name), 'out/main.js')])
    // The hosts of one module system in one process: most of what each takes is to load the packages.
    const runs: readonly (readonly [host: string, ...args: string[]])[] = [
      ['plain', ...compiled('commonjs', '--require'), 'require.cjs', ...entries],
      ['plain', ...compiled('module', '--import'), 'import.mjs', ...entries],
      ['bundler-latest', 'out/bundle.cjs'],
    ]
    const outcomes = await Promise.all(
      runs.map(async ([host, ...args]) => {
        const { code, output } = await command(node, args, homeOf(host))
        const hosts = args.filter((arg) => /^--(?:require|import)$/.test(arg)).length + 1
        const right = output.split('\n').filter((line) => line === '2 rows').length
        return code === 0 && right === hosts ? [] : [`${host} ${args[0]}: ${right} of ${hosts}: ${output}`]
      }),
    )
    assert.deepEqual(outcomes.flat(), [])
  })
}

test('ts-jest compiles what Jest cannot require, as docs/installing.md says', async () => {
  const settings = await readFile(join(homeOf('ts-jest'), 'jest.config.cjs'), 'utf8')
  const page = await readFile(join(repository, 'docs/installing.md'), 'utf8')
  assert.ok(page.includes(settings.slice(settings.indexOf('module.exports'))))
  const { code, output } = await command(join(folder, 'node_modules/.bin/jest'), ['--ci'], homeOf('ts-jest'))
  assert.equal(code, 0, output)
  assert.match(output, /Tests: +1 passed/)
})

test('a host with a server installs less than 45 MB, without the embedded database', async () => {
  const { code, output } = await command(process.execPath, ['scripts/install-size.mjs', tarballs], repository)
  assert.equal(code, 0, output)
})

test.run()
