/** One way in which hosts use TypeScript, and what of `consumers/hosts` is compiled with it. */
export interface Consumer {
  readonly name: string
  readonly type: 'commonjs' | 'module'
  readonly typescript: string
  /** Version of @types/node. */
  readonly node: string
  readonly compilerOptions: Readonly<Record<string, string>>
  readonly files: readonly string[]
}

const latest = { typescript: '7.0.2', node: '24.10.1' }
const older = { typescript: '5.4.5', node: '20.19.9' }
const oldest = { typescript: '4.7.4', node: '18.11.9' }

const runs = ['host.ts', 'main.ts']
const all = [...runs, 'libraries.ts', 'schemas.ts']
const esm = { module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022' }
const bundler = { module: 'esnext', moduleResolution: 'bundler', target: 'es2022' }
/** Resolution that knows no `exports`. */
const classic = { module: 'commonjs', moduleResolution: 'node' }

export const consumers: readonly Consumer[] = [
  { name: 'esm-nodenext-older', type: 'module', ...older, compilerOptions: esm, files: all },
  { name: 'esm-nodenext-latest', type: 'module', ...latest, compilerOptions: esm, files: all },
  { name: 'bundler-latest', type: 'module', ...latest, compilerOptions: bundler, files: all },
  {
    name: 'commonjs-classic-oldest',
    type: 'commonjs',
    ...oldest,
    compilerOptions: { ...classic, target: 'es2019' },
    // The declarations of zod 4 need TypeScript 5.
    files: [...runs, 'libraries.ts'],
  },
  {
    name: 'commonjs-classic-older',
    type: 'commonjs',
    ...older,
    compilerOptions: { ...classic, target: 'es2021' },
    files: all,
  },
  // TypeScript lets CommonJS require ES modules from 5.8 on.
  { name: 'commonjs-nodenext-latest', type: 'commonjs', ...latest, compilerOptions: esm, files: all },
]
