import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import { FileNames } from '#internal/outputs/file-names.js'
import { safeName, safePath } from '#internal/outputs/safe-name.js'

const test = suite('outputs: names that every disk takes')

test('a name stays as it was, unless a disk refuses it', () => {
  const names: readonly (readonly [given: string, safe: string])[] = [
    ['Größe – Übersicht.tif', 'Größe – Übersicht.tif'],
    ['.config', '.config'],
    ['../../etc/passwd', 'passwd'],
    ['/etc/passwd', 'passwd'],
    ['C:\\Windows\\win.ini', 'win.ini'],
    ['a:b', 'a_b'],
    ['..', 'file'],
    ['', 'file'],
    [' . ', 'file'],
    ['map.tif. . ', 'map.tif'],
    ['con', '_con'],
    ['Com1.tar.gz', '_Com1.tar.gz'],
    ['con .txt', '_con .txt'],
    ['NUL  .tar', '_NUL  .tar'],
    ['console.txt', 'console.txt'],
    [`${'a'.repeat(254)} ${'b'.repeat(9)}`, 'a'.repeat(254)],
    [`${'a'.repeat(254)}.${'b'.repeat(40)}`, 'a'.repeat(254)],
    [`${'a'.repeat(250)} .txt`, `${'a'.repeat(250)} .txt`],
    ['LPT¹', '_LPT¹'],
    ['a\u0000b\nc\u202etxt.exe', 'abctxt.exe'],
    ['\ud800x', 'x'],
    [`${'é'.repeat(200)}.tif`, `${'é'.repeat(125)}.tif`],
  ]
  for (const [given, safe] of names) assert.equal(safeName(given), safe, JSON.stringify(given))
  assert.deepEqual(safePath('a/../b\\./c'), ['a', 'b', 'c'])
})

test('of a long path the file and the folders next to it are kept', () => {
  for (const path of [
    'a/'.repeat(40_000),
    `${'é'.repeat(100)}/`.repeat(300),
    `${'a'.repeat(300)}/`.repeat(9),
  ]) {
    const names = new FileNames()
    const taken = [names.take(`${path}b.tif`), names.take(`${path}b.tif`)]
    for (const name of taken) assert.ok(Buffer.byteLength(name) <= 1024, `${Buffer.byteLength(name)}`)
    assert.deepEqual(
      taken.map((name) => name.split('/').at(-1)),
      ['b.tif', 'b (2).tif'],
    )
  }
  assert.deepEqual(
    safePath(`${'x'.repeat(255)}/${'y'.repeat(255)}/${'z'.repeat(255)}/${'w'.repeat(300)}`).length,
    4,
  )
})

test('thousands of files of one name are numbered in one look each', () => {
  const names = new FileNames()
  const taken = new Set<string>()
  for (let at = 0; at < 20_000; at++) taken.add(names.take(at % 2 ? 'x/a.tif' : 'X/A.tif'))
  assert.equal(taken.size, 20_000)
  assert.ok(taken.has('x/a (20000).tif') || taken.has('X/A (20000).tif'), [...taken].at(-1) ?? '')
})

test('no two names are the same on any disk, and a file is no folder', () => {
  const names = new FileNames()
  const given = [
    'Map.tif',
    'map.tif',
    'MAP.TIF',
    'é.txt',
    'e\u0301.txt',
    'a',
    'a/b',
    'A/B',
    'a/c/../b',
    'x/y',
    'x',
  ]
  assert.deepEqual(
    given.map((name) => names.take(name)),
    [
      'Map.tif',
      'map (2).tif',
      'MAP (3).TIF',
      'é.txt',
      'e\u0301 (2).txt',
      'a',
      'a (2)/b',
      'A (2)/B (2)',
      'a (2)/c/b',
      'x/y',
      'x (2)',
    ],
  )
})

test('whatever the names are, the files lie below the folder and do not hide each other', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '',
      'a',
      'A',
      'nul',
      'NUL.txt',
      'a ',
      'a.',
      'a (2)',
      '/',
      '\\',
      'C:',
      'x'.repeat(300),
      `${'x'.repeat(254)} y`,
      `${'x'.repeat(254)}.${'y'.repeat(40)}`,
      'nul .txt',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  )
  const name = fc.array(part, { maxLength: 4 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(fc.array(name, { maxLength: 12 }), (given) => {
      const names = new FileNames()
      const taken = given.map((one) => names.take(one))
      const seen = new Set<string>()
      for (const one of taken) {
        for (const segment of one.split('/')) {
          assert.match(segment, /^[^\p{Cc}\p{Cs}<>:"|?*\\]*[^\p{Cc}\p{Cs}<>:"|?*\\. ]$/u)
          assert.doesNotMatch(segment, /^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/i)
          assert.ok(Buffer.byteLength(segment) <= 255)
        }
        seen.add(one.normalize('NFC').toLowerCase())
      }
      assert.equal(seen.size, taken.length)
      for (const one of seen)
        for (const other of seen) assert.ok(!other.startsWith(`${one}/`), `${one} hides ${other}`)
    }),
    { numRuns: 300 },
  )
})

test.run()
