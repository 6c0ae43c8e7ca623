import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { suite } from 'uvu'

const execute = promisify(execFile)
const repository = fileURLToPath(new URL('../../../../', import.meta.url))

type Files = Readonly<Record<string, string | object>>

/** Runs a program in a repository of these files; resolves to all that it printed. */
async function inRepository(files: Files, program: string, ...args: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'piecework-check-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
    }
    const { stdout, stderr } = await execute(program, args, { cwd: root }).catch((error) => error)
    return `${stdout}${stderr}`
  } finally {
    await rm(root, { recursive: true })
  }
}

/** What one of the checks of scripts/check says of a repository of these files. */
function check(name: string, files: Files): Promise<string> {
  const module = pathToFileURL(join(repository, 'scripts/check', `${name}.mjs`)).href
  const code = `(await import(${JSON.stringify(module)})).${name}().then(console.log, ({ message }) => console.log(message))`
  return inRepository(files, process.execPath, '--input-type=module', '-e', code)
}

const sibling = (name: string, dependencies: Readonly<Record<string, string>> = {}) => ({
  [`packages/${name}/package.json`]: { name: `@piecework/${name}`, version: '0.1.0', dependencies },
})
const core = { ...sibling('core'), 'packages/core/src/index.ts': 'export const a = 1\n' }

const test = suite('the check script')

test('arrows that point one way, types included, are counted', async () => {
  const output = await check('arrows', {
    ...core,
    ...sibling('pieces-a', { '@piecework/core': '^0.1.0' }),
    'packages/pieces-a/src/index.ts': `import type { Piece } from '@piecework/core/piece'\nexport type A = Piece\n`,
  })
  assert.equal(output, '2 workspaces, 2 source files, 1 arrows\n')
})

test('packages that import each other are a circle', async () => {
  const output = await check('arrows', {
    ...sibling('a', { '@piecework/b': '^0.1.0' }),
    ...sibling('b', { '@piecework/a': '^0.1.0' }),
    'packages/a/src/index.ts': `export * from '@piecework/b'\n`,
    'packages/b/src/index.ts': `import type { B } from '@piecework/a'\nexport type A = B\n`,
  })
  assert.match(output, /^Packages in a circle: a → b → a\.$/m)
})

const arrows: readonly (readonly [from: string, to: string, why: RegExp])[] = [
  ['core', 'postgres', /core imports no sibling/],
  ['runtime-a', 'pieces-a', /a runtime imports core alone/],
  ['pieces-a', 'runtime-a', /a pack imports no runtime/],
  ['vector-files', 'postgres', /know no database/],
  ['postgres', 'bench', /above all packages/],
]
for (const [from, to, why] of arrows) {
  test(`an arrow from ${from} to ${to} is refused`, async () => {
    const output = await check('arrows', {
      ...sibling(from, { [`@piecework/${to}`]: '^0.1.0' }),
      [`packages/${from}/src/index.ts`]: `export * from '@piecework/${to}'\n`,
    })
    assert.match(output, why)
  })
}

test('what is imported is listed, and what is listed is imported', async () => {
  const output = await check('arrows', {
    ...core,
    ...sibling('a', { '@piecework/postgres': '^0.1.0' }),
    'packages/a/src/index.ts': `export * from '@piecework/core'\n`,
  })
  assert.match(output, /imports @piecework\/core, which packages\/a\/package.json does not list/)
  assert.match(output, /lists @piecework\/postgres, which no file of packages\/a\/src imports/)
})

const drawn = (...lines: readonly string[]) => ({
  'docs/architecture.md': ['# Map', '', '```mermaid', 'flowchart TD', ...lines, '```', ''].join('\n'),
})
const below = { '@piecework/core': '^0.1.0' }
const packages = {
  ...sibling('core'),
  ...sibling('postgres', below),
  ...sibling('pieces-a', { ...below, '@piecework/postgres': '^0.1.0' }),
  ...sibling('pieces-b', { '@piecework/pieces-a': '^0.1.0', '@piecework/postgres': '^0.1.0' }),
}
const wholeDrawing = [
  '  host["host application"] --> packs',
  '  subgraph packs["packs"]',
  '    b["pieces-b"] --> a["pieces-a"]',
  '  end',
  '  packs --> postgres --> core',
]

test('a drawing shows what packages depend on: arrows that follow from others are left out, a subgraph is its members', async () => {
  const output = await check('drawing', { ...packages, ...drawn(...wholeDrawing) })
  assert.equal(output, '4 packages, 4 arrows\n')
})

const drawings: readonly (readonly [what: string, lines: readonly string[], why: RegExp])[] = [
  [
    'an arrow too much',
    [...wholeDrawing, '  a --> b'],
    /from pieces-a to pieces-b: pieces-a does not depend on it/,
  ],
  [
    'an arrow too few',
    wholeDrawing.with(4, '  a --> postgres').concat('  b --> core'),
    /postgres depends on core: no arrows/,
  ],
  ['an arrow of a subgraph too much', [...wholeDrawing, '  postgres --> packs'], /from postgres to pieces-b/],
  ['a package too few', wholeDrawing.filter((line) => !line.includes('pieces-b')), /pieces-b is not drawn/],
  ['a package too much', [...wholeDrawing, '  old --> core'], /There is no package old/],
  ['another kind of arrow', [...wholeDrawing, '  a -.-> core'], /"a -\.-> core" is not understood/],
]
for (const [what, lines, why] of drawings) {
  test(`a drawing with ${what} is refused`, async () => {
    assert.match(await check('drawing', { ...packages, ...drawn(...lines) }), why)
  })
}

test('a map that names a file which is not there is refused', async () => {
  const named = (path: string) => ({ 'docs/architecture.md': `It is in \`${path}\`, not in \`a/b.ts\`.\n` })
  const files = { ...core, 'packages/core/src/plan/plan.ts': '' }
  assert.equal(await check('rooms', { ...files, ...named('plan/{plan,plan}.ts') }), '1 files and folders\n')
  assert.match(
    await check('rooms', { ...files, ...named('core/src/plan/{plan,tree}.ts') }),
    /names core\/src\/plan\/tree\.ts, which is not there/,
  )
})

test('declarations with foreign types or new syntax are refused', async () => {
  const declaration = [
    `import type { Pool } from 'pg'`,
    `import { Emitter } from 'nowhere'`,
    `export type * from './b.js'`,
    'export declare function f<const T>(t: T): Uint8Array<ArrayBuffer>',
    // Of these it says nothing.
    `export type Side = 'from' | 'to'`,
    '/** Takes a Buffer<T> and `export type *`. */',
    `import { once } from 'node:events'`,
  ]
  const output = await check('declarations', {
    ...core,
    'packages/core/dist/index.d.ts': declaration.join('\n'),
  })
  assert.deepEqual(output.trimEnd().split('\n'), [
    'packages/core/dist/index.d.ts names the types of pg.',
    'packages/core/dist/index.d.ts names nowhere, which is no dependency.',
    'packages/core/dist/index.d.ts has export type *.',
    'packages/core/dist/index.d.ts has const type parameters.',
    'packages/core/dist/index.d.ts has generic Uint8Array or Buffer.',
  ])
})

test('a package.json without what old resolution needs, or with what npm cannot install, is refused', async () => {
  const output = await check('manifests', {
    'package.json': { license: 'MIT', repository: { url: 'x' }, engines: { node: '>=20.19' } },
    'packages/core/package.json': {
      name: '@piecework/core',
      version: '0.1.0',
      exports: { '.': { types: './a.d.ts', default: './a.js' }, './piece': { types: './p.d.ts' } },
      dependencies: { '@piecework/core': 'workspace:*', zod: '4.6.7', '@electric-sql/pglite': '^0.5.8' },
    },
  })
  for (const field of ['license', 'type', 'engines', 'repository', 'main', 'types', 'typesVersions'])
    assert.match(output, new RegExp(`"${field}" should be`))
  assert.match(output, /npm pack leaves "workspace:" in/)
  assert.match(output, /zod should be a range/)
  assert.match(output, /pglite should be exactly one version/)
})

const circles: readonly (readonly [name: string, code: string])[] = [
  ['of imports', `import { b } from './b.js'\nexport const a = b\n`],
  ['of types', `import type { B } from './b.js'\nexport type A = B\n`],
  ['of re-exported types', `export type { B } from './b.js'\n`],
]
for (const [name, code] of circles) {
  test(`a circle ${name} between files is refused`, async () => {
    const output = await inRepository(
      {
        'biome.json': (await readFile(join(repository, 'biome.json'), 'utf8')).replace(/"vcs".*\n/, ''),
        'src/a.ts': code,
        'src/b.ts': `import type { A } from './a.js'\nexport type B = A\nexport const b = 1\n`,
      },
      join(repository, 'node_modules/.bin/biome'),
      'lint',
    )
    assert.match(output, /noImportCycles/)
  })
}

test.run()
