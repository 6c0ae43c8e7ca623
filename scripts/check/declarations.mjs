// What the emitted declarations say must be understood by hosts on TypeScript 4.7 that have the types of none of our libraries.
import { readFile } from 'node:fs/promises'
import { declarationsOf, readPublished } from '../packages.mjs'

/** Their types are too new for TypeScript 4.7, or must not be what a host has to install. */
const unnamed = /^(@electric-sql\/.*|@zip\.js\/.*|bullmq|ioredis|knex|pg|pg-.*|yauzl|zod)$/

/** Syntax and types that came after TypeScript 4.7 and @types/node 18. */
const tooNew = [
  [/\bexport type \*/, 'export type *'],
  [/\baccessor\s+[\w#]/, 'accessor'],
  [/<const\s+\w/, 'const type parameters'],
  [/\b(?:Uint8Array|Buffer|DataView)</, 'generic Uint8Array or Buffer'],
  [/\bNoInfer</, 'NoInfer'],
  [/\b(?:Async)?IteratorObject\b|\bBuiltinIterator\b/, 'IteratorObject'],
  [/\b(?:Async)?Disposable\b|\bSymbol\.(?:asyncD|d)ispose\b/, 'Disposable'],
  [/\bwith\s*\{\s*['"]?(?:resolution-mode|type)\b/, 'import attributes'],
  [/\bexport \* as\b.*\bwith\b|\busing\s+\w+\s*[:=]/, 'using'],
]

/** How many names a host's developer meets at `@piecework/core`; what authors, stores and readers of archives need stands behind its other entry points. */
const mostNames = 50

/** Throws with every problem; returns how many declarations there are. */
export async function declarations() {
  const problems = []
  let files = 0
  for (const workspace of await readPublished()) {
    for (const path of await declarationsOf(workspace)) {
      files += 1
      const text = await readFile(path, 'utf8')
      problems.push(...problemsOf(text, workspace.manifest).map((problem) => `${path} ${problem}.`))
    }
  }
  const names = exportedNames(await readFile('packages/core/dist/index.d.ts', 'utf8'))
  if (names > mostNames)
    problems.push(
      `@piecework/core exports ${names} names, more than ${mostNames}: ./piece, ./store or ./archive.`,
    )
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return `${files} declarations, ${names} names at @piecework/core`
}

function exportedNames(text) {
  return [...text.matchAll(/\bexport (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) =>
    list.split(',').filter((name) => name.trim() !== ''),
  ).length
}

function problemsOf(text, manifest) {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/(?! *<reference).*/g, '')
  const installed = { ...manifest.dependencies, ...manifest.peerDependencies }
  const specifiers = code.matchAll(/(?:\bfrom |\bimport |\bimport\(|\btypes=)['"]([^'"]+)['"]/g)
  const named = [...specifiers]
    .map(([, specifier]) => packageOf(specifier))
    .filter((name) => name !== undefined)
  return [
    ...named.filter((name) => unnamed.test(name)).map((name) => `names the types of ${name}`),
    ...named
      .filter((name) => !unnamed.test(name) && !Object.hasOwn(installed, name))
      .map((name) => `names ${name}, which is no dependency`),
    ...tooNew.filter(([pattern]) => pattern.test(code)).map(([, what]) => `has ${what}`),
  ]
}

/** Undefined for files of the package itself and what Node brings. */
function packageOf(specifier) {
  if (/^(\.|node:|node$)/.test(specifier)) return undefined
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
