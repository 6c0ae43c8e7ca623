import assert from 'node:assert/strict'
import { told } from '@piecework/test-support/fixtures/told.js'
import { suite } from 'uvu'
import { type Content, findingsOf, good, type TableName, tableRows } from './support/project.js'

const test = suite('1. each of pu, spec, puvspr and bound')
const tables = ['pu.dat', 'spec.dat', 'puvspr.dat', 'bound.dat'] as const

/** Another way to write the same table, and what is told of it. */
const ways: Readonly<Record<string, [(text: string) => string, ...told: string[]]>> = {
  tabs: [(text) => text.replaceAll(',', '\t')],
  semicolons: [(text) => text.replaceAll(',', ';')],
  'runs of white space': [
    (text) => text.replaceAll('Eel grass', '"Eel grass"').replaceAll(',', '   '),
    '? delimiter-blanks FILE 1',
  ],
  'quotes around everything': [(text) => text.replace(/[^,\n]+/g, '"$&"')],
  'a header in capitals and blanks': [
    (text) => text.replace(/^.*/, (header) => ` ${header.toUpperCase().replaceAll(',', ' , ')}`),
  ],
  'an unknown column': [
    (text) =>
      text
        .replace(/^.*/, '$&,note')
        .replace(/\n(.+)/g, '\n$1,x')
        .replace(',note,x', ',note'),
    '? column-unknown FILE 1 note',
  ],
  'a BOM': [(text) => `\uFEFF${text}`],
  CRLF: [(text) => text.replaceAll('\n', '\r\n')],
  'lone CR': [(text) => text.replaceAll('\n', '\r')],
  'mixed ends of lines': [(text) => text.replace('\n', '\r\n').replace(/\n$/, '\r')],
  'blank lines': [(text) => `\n${text.replaceAll('\n', '\n\n')}`],
  'no final newline': [(text) => text.trimEnd()],
  'trailing empty columns': [(text) => text.replaceAll('\n', `${','.repeat(20)}\n`)],
  'leading spaces': [(text) => text.replace(/^|,|\n(?=.)/g, '$&  ')],
}

for (const [way, [write, ...expected]] of Object.entries(ways))
  for (const file of tables)
    test(`${file} is read the same with ${way}`, async () => {
      const text = write(good[file])
      assert.notEqual(text, good[file])
      const findings = told(await findingsOf({ [file]: text }))
      assert.deepEqual(
        findings,
        expected.map((one) => one.replace('FILE', file)),
      )
      assert.deepEqual(await tableRows(file, text), await tableRows(file, good[file]))
    })

const first = (text: string) => text.split('\n')[0] ?? ''
const firstColumn = (file: TableName) => first(good[file]).split(',')[0] ?? ''

/** What makes a table unreadable, and the first error that is told of it. */
const wrongs: Readonly<Record<string, [(text: string) => Content, (file: TableName) => string]>> = {
  'a duplicate column': [
    (text) => text.replace(/\n(.+)/g, '\n$1,1').replace('\n', `,${first(text).split(',')[0]}\n`),
    (file) => `! column-duplicate ${file} 1 ${firstColumn(file)}`,
  ],
  'nothing in it': [() => '', (file) => `! file-empty ${file}`],
  'a header only': [(text) => `${first(text)}\n`, (file) => `! no-rows ${file}`],
  'no header': [(text) => text.replace(/^.*\n/, ''), (file) => `! no-header ${file} 1`],
  'binary content': [
    () => Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'),
    (file) => `! binary ${file} 1`,
  ],
  'an id with a decimal comma': [
    (text) => text.replaceAll(',', ';').replace(/\n\d/, '\n1,5'),
    (file) => `! decimal-comma ${file} 2 ${firstColumn(file)}`,
  ],
  'an id that is no integer': [
    (text) => text.replace(/\n\d/, '\n1.7'),
    (file) => `! integer-invalid ${file} 2 ${firstColumn(file)}`,
  ],
  'an id that begins with a number': [
    (text) => text.replace(/\n\d/, '\n12abc'),
    (file) => `! number-invalid ${file} 2 ${firstColumn(file)}`,
  ],
  'an id above 2^31-1': [
    (text) => text.replace(/\n\d/, '\n2147483648'),
    (file) => `! out-of-range ${file} 2 ${firstColumn(file)}`,
  ],
}

for (const [wrong, [write, expected]] of Object.entries(wrongs))
  for (const file of tables)
    test(`${file} with ${wrong} is refused`, async () => {
      const findings = await findingsOf({ [file]: write(good[file]) })
      const own = findings.filter((finding) => finding.file === file && finding.severity === 'error')
      // Others follow from it: a planning unit of the grid has no row, say.
      assert.equal(told(own)[0], expected(file))
    })

test.run()
