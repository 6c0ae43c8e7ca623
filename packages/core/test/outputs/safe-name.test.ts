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
    ['console.txt', 'console.txt'],
    ['LPT¹', '_LPT¹'],
    ['a\u0000b\nc\u202etxt.exe', 'abctxt.exe'],
    ['\ud800x', 'x'],
    [`${'é'.repeat(200)}.tif`, `${'é'.repeat(125)}.tif`],
  ]
  for (const [given, safe] of names) assert.equal(safeName(given), safe, JSON.stringify(given))
  assert.deepEqual(safePath('a/../b\\./c'), ['a', 'b', 'c'])
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
          assert.doesNotMatch(segment, /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i)
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
