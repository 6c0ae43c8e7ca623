import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'

/** Every hint in the sources is followed by a test: what it says is done there, and what it is about is mended. */
const test = suite('hints: each is followed')

const packages = join(import.meta.dirname, '../../..')
const sources = ['marxan-files', 'pieces-legacy', 'vector-files']
/** Tests that follow hints; they quote them. */
const following = [
  'pieces-legacy/test/torture/hints.test.ts',
  'pieces-legacy/test/grid/hints.test.ts',
  'pieces-legacy/test/output/hints.test.ts',
  'pieces-legacy/test/preparation/folder-hints.test.ts',
  'marxan-files/test/tables/number-hints.test.ts',
  'marxan-check/test/mended-folders.test.ts',
  'marxan-check/test/no-input.test.ts',
]

interface Literal {
  readonly file: string
  readonly text: string
}

/** String literals that are a `hint`, or a sentence with a full stop: only hints have one. */
function hintsOf(file: string): readonly Literal[] {
  const source = readFileSync(join(packages, file), 'utf8').replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
  return [...source.matchAll(/'((?:[^'\\\n]|\\.)+)'|`((?:[^`\\]|\\.)+)`/g)].flatMap((match) => {
    const text = match[1] ?? match[2] ?? ''
    const isHint = /\bhint[:?]\s*$/.test(source.slice(0, match.index))
    return isHint || /^(?:[A-Z]|-1 ).* .*[.?]$/s.test(text) ? [{ file, text }] : []
  })
}

/** Sentences that are no hints, and a hint that asks for nothing. */
const others = [
  /^Amounts, targets and results do not need it/,
  /^A cell of the column/,
  /^A geometry of the database/,
  /would have more than .* bytes; ask for GeoJSON instead\.$/,
  /^Coordinates are longitude and latitude/,
  /are proportions meant\?$/,
  /another project's output\?$/,
]

/** Whether some words of it, in their order, are quoted. */
function isQuoted(text: string, quotes: string): boolean {
  const segments = text
    .replaceAll(/[()](?![^{]*\})/g, '')
    .split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/)
    .map((segment) => segment.trim().split(/\s+/))
  const most = Math.min(3, Math.max(...segments.map(({ length }) => length)))
  return segments.some((words) =>
    words.some((_, at) => at + most <= words.length && quotes.includes(words.slice(at, at + most).join(' '))),
  )
}

test('no hint is without a test that follows it', () => {
  const files = sources.flatMap((name) =>
    readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => join(name, 'src', path)),
  )
  const literals = files.flatMap(hintsOf).filter(({ text }) => !others.some((other) => other.test(text)))
  assert.ok(literals.length > 80, `${literals.length} hints are found`)
  const quotes = following
    .map((file) => readFileSync(join(packages, file), 'utf8').replaceAll(/[\\()]/g, ''))
    .join('\n')
  assert.deepEqual(
    literals.filter(({ text }) => !isQuoted(text, quotes)).map(({ file, text }) => `${file}: ${text}`),
    [],
  )
})

test.run()
