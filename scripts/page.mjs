import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const home = fileURLToPath(new URL('../packages/page/', import.meta.url))
const target = join(home, 'src/ui-files.generated.ts')

/** Libraries that the page brings along, as they are published, by the names that its modules import. */
const vendored = {
  preact: { file: 'preact.js', path: 'preact/dist/preact.mjs' },
  'preact/hooks': { file: 'preact-hooks.js', path: 'preact/hooks/dist/hooks.mjs' },
  htm: { file: 'htm.js', path: 'htm/dist/htm.mjs' },
}

/**
 * Compiles what browsers load, packages/page/ui, file by file into one module of texts, so that the package reads no
 * files at run time: plain modules that import each other, types and comments gone, nothing bundled. Not committed.
 */
export function compilePage() {
  const require = createRequire(join(home, 'package.json'))
  const { transformSync } = require('esbuild')
  const files = {}
  for (const { file, path } of Object.values(vendored)) {
    const [, name, rest] = /^([^/]+)\/(.*)$/.exec(path)
    const text = readFileSync(join(packageFolder(require, name), rest), 'utf8')
    files[file] = linked(text.replace(/\n?\/\/# sourceMappingURL=.*$/m, ''))
  }
  for (const name of readdirSync(join(home, 'ui')).sort()) {
    const text = readFileSync(join(home, 'ui', name), 'utf8').replaceAll('\r\n', '\n')
    if (/(?<!\.d)\.ts$/.test(name)) {
      const { code } = transformSync(text, { loader: 'ts', minify: true, target: 'es2022', format: 'esm' })
      files[name.replace(/\.ts$/, '.js')] = linked(code)
    }
    if (!name.endsWith('.css')) continue
    const { code } = transformSync(text, { loader: 'css', minify: true, target: 'chrome109' })
    // All but those of the page itself are adopted by the element.
    if (name === 'page.css') files[name] = code
    else files[name.replace(/css$/, 'js')] = `export const styles=${JSON.stringify(code.trim())}\n`
  }
  const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12)
  const module = [
    '// Compiled from ui/ by `npm run build`.',
    `export const version = '${version}'`,
    `export const uiFiles: Readonly<Record<string, string>> = ${JSON.stringify(files, null, 2)}`,
    '',
  ].join('\n')
  if (!existsSync(target) || readFileSync(target, 'utf8') !== module) writeFileSync(target, module)
}

function packageFolder(require, name) {
  let folder = dirname(require.resolve(name))
  while (!existsSync(join(folder, 'package.json')) || !folder.endsWith(name)) folder = dirname(folder)
  return folder
}

/** Imports of libraries lead to the files beside. */
function linked(code) {
  return code.replace(
    /\b(from|import)\s*(["'])(preact\/hooks|preact|htm)\2/g,
    (_, word, quote, name) => `${word}${quote}./${vendored[name].file}${quote}`,
  )
}
