import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import { jsonSteps } from '#internal/archive/json-steps.js'
import { atOnce } from '#internal/archive/steps.js'

const test = suite('json in steps')

/** More than one slice of it. */
const long = 70_000

function parsed(text: string | Buffer): unknown {
  return atOnce(jsonSteps('x.json', Buffer.from(text)))
}

/** The same as `JSON.parse`, or refused like it. */
function same(text: string): void {
  let expected: unknown
  try {
    expected = JSON.parse(text)
  } catch {
    assert.throws(() => parsed(text), /^PieceworkError: x.json is not JSON in UTF-8$/, text.slice(0, 100))
    return
  }
  assert.equal(JSON.stringify(parsed(text)), JSON.stringify(expected))
}

const words = ['', ' ', '"', '\\', '{', '}', '[', ']', ',', ':', '1', '-0.5e9', 'null', 'é', '\u2028', 'x']
const pads = [' '.repeat(long), `"${'y'.repeat(long)}"`, `"${'\\"]},'.repeat(long / 5)}"`]

test('hostile archives: what is long is read as JSON.parse reads it, whatever it holds', () => {
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
      fc.array(tie('json'), { maxLength: 5 }),
      fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('json'), { maxKeys: 5 }),
    ),
  }))
  const indent = fc.constantFrom(undefined, 2)
  const place = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(
      json,
      indent,
      place,
      fc.constantFrom(...pads),
      fc.constantFrom(...words),
      (value, by, at, pad, word) => {
        const padded = JSON.stringify(
          [value, 0, { a: value, b: [value, value] }, value],
          undefined,
          by,
        ).replaceAll(/\b0\b/g, pad.trim() === '' ? `${pad}0` : pad)
        same(padded)
        const cut = Math.floor(at * padded.length)
        same(padded.slice(0, cut) + word + padded.slice(cut))
        same(padded.slice(0, cut) + padded.slice(cut + 1))
      },
    ),
    { numRuns: 60 },
  )
})

for (const text of [
  `[${' '.repeat(long)}]`,
  `{${' '.repeat(long)}}`,
  `[1,${' '.repeat(long)}]`,
  `{"a":1,${' '.repeat(long)}}`,
  `[${'1,'.repeat(long)}1]`,
  `[${'1,'.repeat(long)}]`,
  `[${'1,'.repeat(long)},1]`,
  `[${'1,'.repeat(long)}1 1]`,
  `[${'1,'.repeat(long)}1}`,
  `[${'1,'.repeat(long)}1`,
  `{${Array.from({ length: 9000 }, (_, at) => `"k${at % 8000}":${at}`).join()}}`,
  `{"a" ${' '.repeat(long)} 1}`,
  `[${' '.repeat(long)}1]]`,
  `\ufeff[${' '.repeat(long)}1]`,
  `["${'\\'.repeat(long)}"]`,
  `["${'\\'.repeat(long + 1)}"]`,
])
  test(`hostile archives: ${text.slice(0, 10)} … ${text.slice(-10)} is read as JSON.parse reads it`, () =>
    same(text))

test('bytes that are no UTF-8 are refused wherever they stand', () => {
  const text = Buffer.from(JSON.stringify({ a: ['x'.repeat(long), 'y'], b: 'z' }))
  for (const at of [7, text.length - 3, text.indexOf('y')]) {
    const broken = Buffer.from(text)
    broken[at] = 0xff
    assert.throws(() => parsed(broken), /is not JSON in UTF-8/)
  }
})

test('the process does other work after every slice', () => {
  const steps = jsonSteps(
    'x.json',
    Buffer.from(JSON.stringify(Array.from({ length: 100_000 }, (_, at) => ({ at })))),
  )
  let count = 0
  while (!steps.next().done) count += 1
  assert.ok(count > 15, String(count))
})

test.run()
