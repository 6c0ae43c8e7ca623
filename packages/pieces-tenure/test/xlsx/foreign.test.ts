import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core/piece'
import { type ZipEntry, zipOf } from '@piecework/test-support/fixtures/zip-of.js'
import { suite } from 'uvu'
import type { ReadWorkbookOptions } from '#internal/xlsx/read/open-workbook.js'
import type { ReadLimits } from '#internal/xlsx/read/read-limits.js'
import { opened } from './support.js'

const test = suite('workbooks of others, and hostile ones')

const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const root = `<Relationships><Relationship Id="r" Type="${relations}/officeDocument" Target="/xl/workbook.xml"/></Relationships>`
const book = `<x:workbook xmlns:x="main" xmlns:q="${relations}"><x:sheets><x:sheet name="places" sheetId="7" q:id="a"/><x:sheet name="chart" q:id="c"/></x:sheets></x:workbook>`
const bookRelations = `<Relationships>
  <Relationship Id="a" Type="${relations}/worksheet" Target="worksheets/first.xml"/>
  <Relationship Id="b" Type="${relations}/sharedStrings" Target="../xl/strings.xml"/>
  <Relationship Id="c" Type="${relations}/chartsheet" Target="charts/none.xml"/>
  <Relationship Id="d" Type="${relations}/externalLink" TargetMode="External" Target="file:///etc/passwd"/>
</Relationships>`
const strings = `<?xml version="1.0"?>
<sst count="3"><si><t>id</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">na </t></r><r><t>me</t></r><rPh sb="0" eb="1"><t>no</t></rPh></si><si><t/></si></sst>`

const partsOf = (sheet: string, changed: Readonly<Record<string, string | undefined>> = {}) =>
  Object.entries({
    '_rels/.rels': root,
    'xl/workbook.xml': book,
    'xl/_rels/workbook.xml.rels': bookRelations,
    'xl/strings.xml': strings,
    'xl/worksheets/first.xml': sheet,
    ...changed,
  }).flatMap(([name, xml]): ZipEntry[] => (xml === undefined ? [] : [{ name, bytes: Buffer.from(xml) }]))

const header = '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>'
const sheetOf = (rows: string) =>
  `<worksheet><cols><c>out</c></cols><sheetData>${header}${rows}</sheetData><pageSetup/></worksheet>`

async function read(zip: Uint8Array, options?: ReadWorkbookOptions) {
  const table = (await (await opened(zip, options)).table('PLACES')) ?? assert.fail()
  const rows: unknown[] = []
  for await (const batch of table.rows()) rows.push(...batch.map(({ line, values }) => [line, ...values]))
  return { columns: table.columns, rows }
}

const fails = (
  zip: Uint8Array,
  message: RegExp,
  code = 'tenure/workbook-invalid',
  options?: ReadWorkbookOptions,
) =>
  assert.rejects(read(zip, options), (error) => {
    assert.ok(isPieceworkError(error), String(error))
    assert.match(error.message, message)
    assert.equal(error.code, code)
    return true
  })

test('shared and inline strings, numbers, truth, dates as texts and formulas with their values', async () => {
  const rows = `
    <row r="3" spans="1:2"><c r="A3" s="4"><v>45000.5</v></c><c r="B3" t="inlineStr"><is><r><t>a&amp;</t></r><r><t><![CDATA[<b>]]></t></r></is></c></row>
    <row r="4"/>
    <row r="6"><c r="A6" t="b"><v>1</v></c><c r="B6"><v> </v></c></row>
    <row><c t="str"><f>A1&amp;"x"</f><v>shown</v></c><c><f>1+1</f><v>2</v></c></row>
    <row r="9"><c r="B9" t="s"><v>2</v></c><c r="C9" s="1"/></row>
    <row r="10"><c r="A10" t="str"><f>""</f></c><c r="B10"><v>-1.5E-3</v></c></row>
    <row r="11"><c r="A11" t="d"><v>2026-01-31</v></c><c r="B11" t="b"><v>0</v></c></row>`
  assert.deepEqual(await read(zipOf(partsOf(sheetOf(rows)))), {
    columns: ['id', 'na me'],
    rows: [
      [3, 45000.5, 'a&<b>'],
      [6, true, null],
      [7, 'shown', 2],
      [9, null, ''],
      [10, null, -0.0015],
      [11, '2026-01-31', false],
    ],
  })
})

test('a sheet without anything is a table without columns', async () => {
  const empty = zipOf(partsOf('<worksheet><sheetData/></worksheet>'))
  assert.deepEqual(await read(empty), { columns: [], rows: [] })
  assert.equal(await (await opened(empty)).table('chart'), undefined)
})

const broken: Readonly<Record<string, readonly [rows: string, message: RegExp]>> = {
  'a formula without a value': [
    '<row r="3"><c r="B3"><f>NOW()</f></c></row>',
    /^book\.xlsx, sheet places, cell B3: the formula has no value/,
  ],
  'a formula with an empty value': [
    '<row r="3"><c r="B3"><f>NOW()</f><v></v></c></row>',
    /cell B3: the formula has no value/,
  ],
  'an error': ['<row r="3"><c r="A3" t="e"><v>#N/A</v></c></row>', /cell A3: the cell has the error "#N\/A"/],
  'a number that is none': ['<row r="3"><c r="A3"><v>12,5</v></c></row>', /cell A3: "12,5" is no number/],
  'an infinite number': ['<row r="3"><c r="A3"><v>1e999</v></c></row>', /cell A3: "1e999" is no number/],
  'a hexadecimal number': ['<row r="3"><c r="A3"><v>0x10</v></c></row>', /"0x10" is no number/],
  'neither true nor false': [
    '<row r="3"><c r="A3" t="b"><v>2</v></c></row>',
    /"2" is neither true nor false/,
  ],
  'a string that is not there': [
    '<row r="3"><c r="A3" t="s"><v>3</v></c></row>',
    /cell A3: there is no shared string "3"/,
  ],
  'a string before the first': [
    '<row r="3"><c r="A3" t="s"><v>-1</v></c></row>',
    /there is no shared string "-1"/,
  ],
  'a value beside the table': [
    '<row r="3"><c r="D3"><v>1</v></c></row>',
    /cell D3: the value stands in a column without a name/,
  ],
  'rows that go back': ['<row r="3"/><row r="3"/>', /the rows are not in order behind row 3/],
  'a row without a number that is one': ['<row r="1e3"/>', /the rows are not in order/],
  'cells that go back': ['<row r="3"><c r="B3"/><c r="A3"/></row>', /the cells of row 3 are not in order/],
  'a cell of no column': ['<row r="3"><c r="3"/></row>', /the cells of row 3 are not in order/],
  'a row in a row': ['<row r="3"><row r="4"/></row>', /a row stands within another/],
  'a cell in a cell': ['<row r="3"><c r="A3"><c r="B3"/></c></row>', /a cell stands outside of a row/],
  'a cell outside of rows': ['<c r="A3"><v>1</v></c>', /a cell stands outside of a row/],
  'an unknown entity': ['<row r="3"><c r="A3"><v>&b;</v></c></row>', /is not well-formed/],
}
test('refused: cells that are merged', () =>
  fails(
    zipOf(partsOf('<worksheet><sheetData/><mergeCells><mergeCell ref="A2:A9"/></mergeCells></worksheet>')),
    /sheet places: the cells "A2:A9" are merged/,
  ))

test('refused: dates, which are numbers in their cells; other formats of numbers are none', async () => {
  const formats = { 4: '0.00E+00', 5: 'yyyy\\-mm', 6: '"days "0', 7: '[$-409]h:mm', 8: '[Red]0' }
  const styles = `<styleSheet><numFmts>${Object.entries(formats)
    .map(([id, code]) => `<numFmt numFmtId="${id}" formatCode="${code.replaceAll('"', '&quot;')}"/>`)
    .join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${[0, 14, 4, 5, 6, 7, 8]
    .map((id) => `<xf numFmtId="${id}"/>`)
    .join('')}</cellXfs></styleSheet>`
  const related = bookRelations.replace(
    '</Relationships>',
    `<Relationship Id="e" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
  )
  const cell = (style: number) => {
    const rows = `<row r="3"><c r="A3" s="${style}"><v>45000</v></c></row>`
    const changed = { 'xl/styles.xml': styles, 'xl/_rels/workbook.xml.rels': related }
    return zipOf(partsOf(sheetOf(rows), changed))
  }
  for (const style of [1, 3, 5]) await fails(cell(style), /cell A3: the cell is a date/)
  for (const style of [0, 2, 4, 6]) assert.deepEqual((await read(cell(style))).rows, [[3, 45000, null]])
})

for (const [what, [rows, message]] of Object.entries(broken))
  test(`refused: ${what}`, () => fails(zipOf(partsOf(sheetOf(rows))), message))

const document = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
const parts: Readonly<
  Record<string, readonly [changed: Readonly<Record<string, string | undefined>>, message: RegExp]>
> = {
  'entities of a document type': [
    { 'xl/worksheets/first.xml': `${document}${sheetOf('<row><c t="str"><v>&b;</v></c></row>')}` },
    /the part "xl\/worksheets\/first\.xml" has a document type/,
  ],
  'a document type in the strings': [
    { 'xl/strings.xml': `${document}<sst/>` },
    /"xl\/strings\.xml" has a document type/,
  ],
  'XML that ends early': [{ 'xl/worksheets/first.xml': sheetOf('').slice(0, -20) }, /is not well-formed/],
  'no XML': [{ 'xl/workbook.xml': 'workbook' }, /is not well-formed/],
  'no relations': [
    { '_rels/.rels': undefined },
    /this is no Excel workbook \(\.xlsx\): there is no part "_rels\/\.rels"/,
  ],
  'another kind of document': [
    { '_rels/.rels': '<Relationships/>' },
    /^book\.xlsx: this is no Excel workbook/,
  ],
  'a sheet elsewhere': [
    { 'xl/_rels/workbook.xml.rels': bookRelations.replace('Id="a"', 'Id="a" TargetMode="External"') },
    /sheet places: the sheet is not in the workbook/,
  ],
  'a sheet that is not there': [
    { 'xl/worksheets/first.xml': undefined },
    /there is no part "xl\/worksheets\/first\.xml"/,
  ],
  'a path that leads out': [
    { 'xl/_rels/workbook.xml.rels': bookRelations.replace('worksheets/first.xml', '../../../etc/passwd') },
    /there is no part "etc\/passwd"/,
  ],
  'two sheets of one name': [
    { 'xl/workbook.xml': book.replace('</x:sheets>', '<x:sheet name="Places" q:id="a"/></x:sheets>') },
    /two sheets have the same name/,
  ],
  'two columns of one name': [
    { 'xl/strings.xml': '<sst><si><t>id</t></si><si><t>id</t></si></sst>' },
    /sheet places, cell B2: the column has the name of another/,
  ],
  'a column without a name': [
    { 'xl/strings.xml': '<sst><si><t/></si><si><t>id</t></si></sst>' },
    /cell A2: the column has no name/,
  ],
}
for (const [what, [changed, message]] of Object.entries(parts))
  test(`refused: ${what}`, () => fails(zipOf(partsOf(sheetOf(''), changed)), message))

test('refused: what is not UTF-8, no zip, two parts of one name', async () => {
  const utf16 = partsOf(sheetOf('')).map((part) =>
    part.name.endsWith('first.xml') ? { ...part, bytes: Buffer.from(String(part.bytes), 'utf16le') } : part,
  )
  await fails(zipOf(utf16), /is not (UTF-8|well-formed)/)
  const latin = partsOf(sheetOf('')).map((part) => ({
    ...part,
    bytes: Buffer.concat([part.bytes, Buffer.of(0xff)]),
  }))
  await fails(zipOf(latin), /is not UTF-8/)
  await fails(Buffer.from('a,b\n1,2\n'), /book\.xlsx/)
  await fails(zipOf([...partsOf(''), ...partsOf('')]), /two parts have the same name/)
})

const limits: Readonly<
  Record<string, readonly [limits: Partial<ReadLimits>, rows: string, message: RegExp]>
> = {
  files: [{ files: 4 }, '', /5 files/],
  'inflated bytes': [{ totalBytes: 1000 }, '', /The size of its parts is \d+; the limit is 1000/],
  'the ratio': [
    { ratioFreeBytes: 1000, ratio: 20 },
    `<row>${' '.repeat(100_000)}</row>`,
    /The compression ratio/,
  ],
  'a directory': [{ directoryBytes: 100 }, '', /The size of _rels\/\.rels is/],
  sheets: [{ sheets: 0 }, '', /The number of sheets is 1; the limit is 0/],
  'shared strings': [{ sharedStrings: 2 }, '', /The number of shared strings is 3; the limit is 2/],
  'their characters': [{ sharedCharacters: 6 }, '', /The length of all shared strings is 7/],
  'a text': [
    { cellCharacters: 70 },
    `<row><c t="str"><v>${'x'.repeat(71)}</v></c></row>`,
    /cell A3: The length of a value is 71/,
  ],
  'a text in runs': [
    { cellCharacters: 70 },
    `<row><c t="inlineStr"><is>${'<r><t>xxxxxxxx</t></r>'.repeat(10)}</is></c></row>`,
    /cell A3: The length of a text is 72/,
  ],
  rows: [{ sheetRows: 9 }, '<row r="10"/>', /The number of rows is 10; the limit is 9/],
  columns: [{}, '<row><c r="XFE3"/></row>', /The number of columns is 16385; the limit is 16384/],
  depth: [{}, '<a>'.repeat(70), /The depth of the XML is 65/],
  attributes: [
    {},
    `<row ${Array.from({ length: 300 }, (_, at) => `a${at}=""`).join(' ')}/>`,
    /The number of attributes of an element is 257/,
  ],
}
for (const [what, [some, rows, message]] of Object.entries(limits))
  test(`bounded: ${what}`, () =>
    fails(zipOf(partsOf(sheetOf(rows))), message, 'tenure/workbook-limit', { limits: some }))

for (const [what, start] of Object.entries({
  text: '<row><c><v>',
  comment: '<!-- ',
  attribute: '<row a="',
  name: '<',
}))
  test(`bounded: a ${what} that does not end`, () =>
    fails(
      zipOf(partsOf(sheetOf(start + 'x'.repeat(2 ** 22)))),
      /The length of a text is \d+/,
      'tenure/workbook-limit',
    ))

test('reading stops when it is aborted', async () => {
  const stop = new AbortController()
  stop.abort(new Error('stopped'))
  await assert.rejects(opened(zipOf(partsOf(sheetOf(''))), { signal: stop.signal }), /stopped/)
})

test.run()
