import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { tableOf } from './table-of.js'

const test = suite('numbers that are none: what they are, and what to write')

const finding = async (value: string | Buffer) => {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  const { findings, rows } = await tableOf('id\tamount\n1\t', bytes, '\n')
  assert.deepEqual(rows, [])
  const [error, ...others] = findings
  assert.ok(error)
  assert.deepEqual(others, [])
  assert.deepEqual([error.severity, error.line, error.column], ['error', 2, 'amount'])
  return error
}

/** Numbers that mean one thing only, and how to write them. */
const one: Readonly<Record<string, number>> = {
  '10,5': 10.5,
  '-,5': -0.5,
  '0,500': 0.5,
  '2,5001': 2.5001,
  '1234,567': 1234.567,
  '1,5E3': 1500,
  '1.234,5': 1234.5,
  '1.234.567': 1234567,
  '1,234.5': 1234.5,
  '1,234,567': 1234567,
  '12,34,567': 1234567,
  '1 000': 1000,
  '1 000 000,25': 1000000.25,
  "1'000.5": 1000.5,
  '1\u2019000': 1000,
  '1\u00a0000': 1000,
  '1\u202f000,5': 1000.5,
  '1_000': 1000,
  '5\u00a0': 5,
  '\u200b5': 5,
  '5\u001a': 5,
  '\ufeff5': 5,
  '\u22125': -5,
}

for (const [text, value] of Object.entries(one))
  test(`${JSON.stringify(text)} is to be written as ${value}, and is read so`, async () => {
    const { hint = '', message } = await finding(text)
    const [written = ''] = /(?<= as )-?[\d.eE+-]*\d(?=[,.])/.exec(hint) ?? assert.fail(`${message} ${hint}`)
    const { rows, told } = await tableOf(`id\tamount\n1\t${written}\n`)
    assert.deepEqual(told, [])
    assert.deepEqual(rows, [[2, 1, value, '']])
  })

for (const [text, ...values] of [
  ['2,500', '2.5', '2500'],
  ['-12,345', '-12.345', '-12345'],
  ['1,000', '1', '1000'],
  ['999,999e2', '999.999e2', '999999e2'],
] as const)
  test(`${text} has two readings: both are named, neither is advised`, async () => {
    const { message, hint, code } = await finding(text)
    assert.equal(code, 'legacy/decimal-comma')
    assert.equal(message, `amount is "${text}", which may mean ${values.join(' or ')}`)
    assert.match(hint ?? '', new RegExp(`^Write the one that is meant, ${values.join(' or ')}:`))
  })

test('where points separate thousands, the others of the file are told too: 1.500 would be read as 1.5', async () => {
  assert.match((await finding('1.234,5')).hint ?? '', /1\.500 means 1500, and would be read as 1\.5/)
  assert.doesNotMatch((await finding('10,5')).hint ?? '', /1\.500/)
})

test('blanks may stand between two numbers', async () => {
  assert.match((await finding('1 000')).hint ?? '', /^If it is one number, write it as 1000,/)
  assert.equal((await finding('1 2')).hint, undefined)
})

for (const [text, what] of [
  ['2-May', /looks like a date$/],
  ['02.05.2020', /looks like a date$/],
  ['Mai 05', /looks like a date$/],
  ['5/2', /looks like a date$/],
  ['12:30', /a time of day$/],
  ['#REF!', /an error of a spreadsheet$/],
  ['#N/A', /an error of a spreadsheet$/],
  ['#####', /too narrow$/],
  ['NA', /a missing value$/],
  ['-', /a missing value$/],
  ['-Inf', /not a finite number$/],
  ['50 %', /a percentage$/],
  ['1.5D+03', /as in Fortran$/],
  ['many', /not a number$/],
] as const)
  test(`${text} is named as what it is`, async () => {
    const { message, code } = await finding(text)
    assert.match(message, what)
    assert.equal(code, 'legacy/number-invalid')
  })

for (const text of ['NA', 'null', '-', 'NaN'])
  test(`${text} is not to be taken as 0`, async () => {
    assert.match((await finding(text)).hint ?? '', /^Write the number that is meant: /)
  })

for (const [id, hint] of [
  ['PU1', /^Give each a whole number as its id/],
  ['unit_12', /^Give each a whole number as its id/],
  ['-9999', /^GIS programs write such a number where there is no value/],
  ['-3', /^$/],
  ['reef', /^Give each a whole number as its id/],
] as const)
  test(`the id ${id} ${hint.source === '^$' ? 'has no hint' : 'has a hint'}`, async () => {
    const { findings } = await tableOf(`id,amount\n${id},1\n`)
    assert.match(findings[0]?.hint ?? '', hint)
  })

test('ids that are labels are one error with a count, of each column', async () => {
  const labels = Array.from({ length: 40 }, (_, at) => `PU${at},1`).join('\n')
  const { rows, told, findings } = await tableOf(`id,amount\n7,1\n${labels}\nreef,1\n`)
  assert.equal(rows.length, 1)
  assert.deepEqual(told, ['! number-invalid 3 id'])
  const [label] = findings
  assert.equal(label?.count, 41)
  assert.match(
    label?.message ?? '',
    /^id is not a number in 41 rows, "PU0" on line 3 .*: lines 3, 4, .* and more$/,
  )
  assert.match(label?.hint ?? '', /^Give each a whole number as its id/)
})

for (const [line, what] of [
  ['<!DOCTYPE html>', /it is a web page$/],
  ['<html lang="en">', /it is a web page$/],
  ['<?xml version="1.0"?>', /it is XML$/],
  ['version https://git-lfs.github.com/spec/v1', /it is a pointer of Git LFS/],
  ['{\\rtf1\\ansi', /it is a formatted document/],
  ['{"type":"FeatureCollection"}', /it is JSON$/],
] as const)
  test(`a file that begins with ${line} is no table, and named as what it is`, async () => {
    const { findings, told } = await tableOf(`${line}\n1,2\n`)
    assert.deepEqual(told, ['! not-a-table 1'])
    assert.match(findings[0]?.message ?? '', what)
  })

for (const one of ['|', ':', '~'])
  test(`${one} between columns is told as the reason`, async () => {
    const { findings } = await tableOf(`id${one}amount\n1${one}2\n`)
    const missing = findings.find(({ code }) => code === 'legacy/column-missing')
    assert.ok(missing?.hint?.startsWith(`Separate the columns by commas or tabs: ${one} does not`))
  })

for (const [value, named] of [
  ['5\u00a0', 'U+00A0 NO-BREAK SPACE'],
  [Buffer.from('5\xa0', 'latin1'), 'U+00A0 NO-BREAK SPACE'],
  ['\u200b5', 'U+200B ZERO WIDTH SPACE'],
  ['5\u001a', "U+001A SUBSTITUTE (Ctrl-Z, DOS's end of a file)"],
  ['\u201c5\u201d', 'U+201C LEFT DOUBLE QUOTATION MARK and U+201D RIGHT DOUBLE QUOTATION MARK'],
  ['\u22125', 'U+2212 MINUS SIGN'],
  ['\uff15', 'U+FF15 (a digit of another script)'],
  ['\u202e5', 'U+202E RIGHT-TO-LEFT OVERRIDE'],
  ['5\u2060', 'U+2060 WORD JOINER'],
] as const)
  test(`${named} is told by its name`, async () => {
    assert.ok((await finding(value)).message.endsWith(`which has ${named}`))
  })

test('a cell of invisible characters is empty', async () => {
  const { code, message } = await finding('\u00a0')
  assert.equal(code, 'legacy/value-empty')
  assert.equal(message, 'amount is empty but for U+00A0 NO-BREAK SPACE where a number is needed')
})

test('a line of invisible characters is passed over, with its name', async () => {
  const { findings, rows } = await tableOf('id,amount\n1,2\n\u001a\n')
  assert.deepEqual(rows, [[2, 1, 2, '']])
  assert.deepEqual(findings, [
    {
      severity: 'warning',
      code: 'legacy/invisible-characters',
      file: 't.dat',
      line: 3,
      message:
        "The line holds nothing but U+001A SUBSTITUTE (Ctrl-Z, DOS's end of a file); it is passed over",
      hint: 'Delete the line.',
    },
  ])
})

test('a column whose name has what cannot be seen is an error: its values would get lost', async () => {
  for (const name of ['amount\u00a0', '\u200bamount', '\u201camount\u201d']) {
    const { findings, rows } = await tableOf(`id,${name}\n1,2\n`)
    assert.deepEqual(rows, [])
    assert.deepEqual(
      findings.map(({ severity, code, hint }) => [severity, code, hint]),
      [['error', 'legacy/column-misspelled', 'Type the name anew: amount']],
    )
    assert.match(findings[0]?.message ?? '', /^The name of the column amount has U\+/)
  }
})

test('a column that may be meant is named, unless the header has it', async () => {
  assert.equal(
    (await tableOf('id,amuont\n1,2\n')).findings[0]?.hint,
    'If the column amount is meant, name it so.',
  )
  assert.equal((await tableOf('id,amuont,amount\n1,2,3\n')).findings[0]?.hint, undefined)
})

for (const [what, bytes, said] of [
  ['UTF-16', Buffer.from('\ufeffid\tamount\n1\t2\n', 'utf16le'), /it is UTF-16 text/],
  ['UTF-16 without a byte order mark', Buffer.from('id\tamount\n1\t2\n', 'utf16le'), /it is UTF-16 text/],
  [
    'a zip',
    Buffer.from('PK\x03\x04\x14\0\0\0', 'latin1'),
    /it is a zip, as \.xlsx, \.ods and \.mxw files are$/,
  ],
  ['Excel', Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0', 'latin1'), /Microsoft Office$/],
  ['gzip', Buffer.from('\x1f\x8b\x08\0\0\0', 'latin1'), /compressed by gzip/],
  ['a PDF', '%PDF-1.7\nid amount\n', /it is a PDF$/],
  ['an image', Buffer.from('\x89PNG\r\n', 'latin1'), /it is an image$/],
  [
    'a zero byte',
    'id,amount\n1,2\n3,\0\n',
    /^t\.dat is not a text file: line 3 holds bytes .* U\+0000 NULL$/,
  ],
] as const)
  test(`${what} is named as what it is`, async () => {
    const { findings } = await tableOf(bytes)
    const [{ code, message } = { code: '', message: '' }] = findings
    assert.equal(code, 'legacy/binary')
    assert.match(message, said)
  })

test('whole numbers in another form are one warning with a count; what Marxan misreads is told', async () => {
  const fine = await tableOf(`id,amount\n${Array.from({ length: 50 }, (_, at) => `${at}.0,1\n`).join('')}`)
  assert.equal(fine.rows.length, 50)
  assert.deepEqual(fine.findings, [
    {
      severity: 'warning',
      code: 'legacy/integer-form',
      file: 't.dat',
      line: 2,
      column: 'id',
      message:
        '50 whole numbers are written in another form, id as 0.0 on line 2 for instance, and read exactly, as Marxan itself reads them: lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and more',
      count: 50,
    },
  ])
  const [misread] = (await tableOf('id\n1.0\n1e+05\n2E2\n')).findings
  assert.equal(misread?.line, 3)
  assert.equal(
    misread?.hint,
    'Write 100000: Marxan itself reads 1e+05 as 1, and 1 more of them wrongly too: lines 3, 4.',
  )
})

test('characters of a text that belong to no writing are told, and kept', async () => {
  const { findings, rows } = await tableOf(
    'id,name\n1,Re\u200bef\n2,c\u2019\u00e9tait\u00a0\u00ab b \u00bb\n3,Kelp\u001a',
  )
  assert.deepEqual(
    rows.map((row) => row[3]),
    ['Re\u200bef', 'c\u2019\u00e9tait\u00a0\u00ab b \u00bb', 'Kelp\u001a'],
  )
  assert.deepEqual(
    findings.map(({ code, line, column, count }) => [code, line, column, count]),
    [['legacy/invisible-characters', 2, 'name', 2]],
  )
  assert.match(
    findings[0]?.message ?? '',
    /name has U\+200B ZERO WIDTH SPACE on line 2 for instance: lines 2, 4$/,
  )
})

test('texts that are not UTF-8 are one warning with a count', async () => {
  const { findings } = await tableOf(Buffer.from('id,name\n1,caf\xe9\n2,b\n3,\xe9t\xe9\n', 'latin1'))
  assert.deepEqual(
    findings.map(({ code, line, count }) => [code, line, count]),
    [['legacy/text-encoding', 2, 2]],
  )
  assert.match(findings[0]?.message ?? '', /^2 texts .* name as café on line 2 .*: lines 2, 4$/)
})

test.run()
