import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { table } from './support.js'

const test = suite('tables')

/** Text, the rows it reads as (line, id, amount, name) and what is told. */
const cases: Record<string, [text: string | Uint8Array, rows: unknown[][], told: string[]]> = {
  commas: ['id,amount,name\n1,2.5,a\n', [[2, 1, 2.5, 'a']], []],
  tabs: ['id\tamount\tname\n1\t2.5\ta\n', [[2, 1, 2.5, 'a']], []],
  semicolons: ['id;amount;name\n1;2.5;a\n', [[2, 1, 2.5, 'a']], []],
  'runs of blanks': ['  id  amount \t name\n 1   2.5  a  \n', [[2, 1, 2.5, 'a']], ['? delimiter-blanks 1']],
  'one column': ['id\n7\n', [[2, 7, Number.NaN, '']], []],
  'commas in a name of a tab file': ['id\tname\n1\ta, b\n', [[2, 1, Number.NaN, 'a, b']], []],
  'blanks in a name of a comma file': ['id,name\n1,big fish\n', [[2, 1, Number.NaN, 'big fish']], []],
  quotes: ['"id","name"\n"1","say ""hi"", he said"\n', [[2, 1, Number.NaN, 'say "hi", he said']], []],
  'a newline in quotes': [
    'id,name\r\n1,"a\r\nb"\r\nx,c\n',
    [[2, 1, Number.NaN, 'a\r\nb']],
    ['! number-invalid 4 id'],
  ],
  'a quotation mark inside text': ['id,name\n1,12" long\n', [[2, 1, Number.NaN, '12" long']], []],
  'text behind a quotation mark': [
    'id,name\n1,"a"b\n2,c\n',
    [[3, 2, Number.NaN, 'c']],
    ['! quote-invalid 2'],
  ],
  'an open quotation mark': ['id,name\n1,"a\n2,b\n', [], ['! quote-invalid 2']],
  'an open quotation mark in the header': ['id,"name\n1,a\n', [], ['! quote-invalid 1']],
  'header case, order, alias, blanks': [' NAME , Value,"ID"\na,2,1\n', [[2, 1, 2, 'a']], []],
  'an ignored column': ['id,xloc\n1,zzz\n', [[2, 1, Number.NaN, '']], []],
  'an unknown column': ['id,other\n1,zzz\n', [[2, 1, Number.NaN, '']], ['? column-unknown 1 other']],
  'a column not carried': ['id,prob\n1,0.5\n', [[2, 1, Number.NaN, '']], ['? column-not-carried 1 prob']],
  'a duplicate column': ['id,amount,ID\n1,2,3\n', [], ['! column-duplicate 1 ID']],
  'a duplicate by alias': ['id,amount,value\n1,2,3\n', [], ['! column-duplicate 1 value']],
  'a missing column': ['amount,name\n1,2\n', [], ['! column-missing 1 id']],
  'a byte order mark': ['\uFEFFid,amount\n1,2\n', [[2, 1, 2, '']], []],
  'CRLF, LF and lone CR mixed': [
    'id,amount\r\n1,2\r3,4\n5,6\r\n',
    [
      [2, 1, 2, ''],
      [3, 3, 4, ''],
      [4, 5, 6, ''],
    ],
    [],
  ],
  'blank lines': [
    '\n \nid,amount\n\n1,2\n  \n,\n3,4\n\n',
    [
      [5, 1, 2, ''],
      [8, 3, 4, ''],
    ],
    [],
  ],
  'no final newline': ['id,amount\n1,2', [[2, 1, 2, '']], []],
  'a final carriage return': ['id,amount\r1,2\r', [[2, 1, 2, '']], []],
  'trailing empty columns of rows': ['id\tamount\n1\t2\t\t\t \n', [[2, 1, 2, '']], []],
  'trailing empty columns of the header': [
    'id\tamount\t\t\n1\t2\n3\t4\t\t\n',
    [
      [2, 1, 2, ''],
      [3, 3, 4, ''],
    ],
    [],
  ],
  'leading blanks': ['  id, amount\n   1,   2\n', [[2, 1, 2, '']], []],
  'a column without a name': ['id,,amount\n1,x,2\n', [[2, 1, 2, '']], ['? column-unknown 1']],
  'too few fields': ['id,amount\n1\n2,3\n', [[3, 2, 3, '']], ['! field-count 2']],
  'too many fields': ['id,amount\n1,10,5\n2,3\n', [[3, 2, 3, '']], ['! field-count 2']],
  'id 0 and the largest id': [
    'id\n0\n2147483647\n',
    [
      [2, 0, Number.NaN, ''],
      [3, 2147483647, Number.NaN, ''],
    ],
    [],
  ],
  'an id too large': ['id\n2147483648\n1\n', [[3, 1, Number.NaN, '']], ['! out-of-range 2 id']],
  'a negative id': ['id\n-1\n1\n', [[3, 1, Number.NaN, '']], ['! out-of-range 2 id']],
  'integral forms': [
    'id\n1.0\n1e+05\n2E2\n',
    [
      [2, 1, Number.NaN, ''],
      [3, 100000, Number.NaN, ''],
      [4, 200, Number.NaN, ''],
    ],
    ['? integer-form 2 id', '? integer-form 3 id', '? integer-form 4 id'],
  ],
  'no integers': [
    'id\n1.7\n12abc\n0x10\n 1 2\n9\n',
    [[6, 9, Number.NaN, '']],
    ['! integer-invalid 2 id', '! number-invalid 3 id', '! number-invalid 4 id', '! number-invalid 5 id'],
  ],
  'number forms': [
    'id,amount\n1,1.5E+3\n2,6.9e-18\n3,.5\n4,5.\n5,+1\n6,-2.25\n',
    [
      [2, 1, 1500, ''],
      [3, 2, 6.9e-18, ''],
      [4, 3, 0.5, ''],
      [5, 4, 5, ''],
      [6, 5, 1, ''],
      [7, 6, -2.25, ''],
    ],
    [],
  ],
  'no numbers': [
    'id,amount\n1,NA\n2,nan\n3,inf\n4,Infinity\n5,many\n6,-\n7,.\n8,1e\n',
    [],
    [2, 3, 4, 5, 6, 7, 8, 9].map((line) => `! number-invalid ${line} amount`),
  ],
  'no number at all': ['id,amount\n1,\n2,""\n', [], ['! value-empty 2 amount', '! value-empty 3 amount']],
  'a number too large': ['id,amount\n1,1e999\n', [], ['! number-too-large 2 amount']],
  'decimal commas': ['id;amount\n1;10,5\n2;1\n', [[3, 2, 1, '']], ['! decimal-comma 2 amount']],
  'all errors of a row': ['id,amount\nx,y\n', [], ['! number-invalid 2 id', '! number-invalid 2 amount']],
  'text of an older encoding': [
    Buffer.from('id,name\n1,caf\xe9\n', 'latin1'),
    [[2, 1, Number.NaN, 'café']],
    ['? text-encoding 2 name'],
  ],
  'an empty file': ['', [], ['! file-empty']],
  'a file of blanks': ['\n \n\n', [], ['! file-empty']],
  'a header only': ['id,amount\n', [], ['! no-rows']],
  'no header': ['1,2,3\n4,5,6\n', [], ['! no-header 1']],
  'a zip': [Buffer.from('PK\x03\x04\x14\x00\x00\x00', 'latin1'), [], ['! binary 1']],
  'a zip without a zero byte': [Buffer.from('PK\x03\x04\x14abc\n', 'latin1'), [], ['! binary 1']],
  'UTF-16': [Buffer.from('\uFEFFid,amount\n1,2\n', 'utf16le'), [], ['! binary 1']],
  'a zero byte further on': ['id,name\n1,a\n2,b\0c\n3,d\n', [], ['! binary 3']],
  'a line too long': [`id,name\n1,${'x'.repeat(1_100_000)}\n2,b\n`, [], ['! line-too-long 2']],
  'a header too long': ['x'.repeat(1_100_000), [], ['! line-too-long 1']],
}

for (const [name, [text, rows, told]] of Object.entries(cases))
  test(name, async () => {
    const read = await table(text)
    assert.deepEqual(read.told, told)
    assert.deepEqual(read.rows, rows)
  })

test('a finding has a sentence, and a hint where one helps', async () => {
  const { findings } = await table('id\tamount\n1\t10,5\n')
  assert.deepEqual(findings, [
    {
      severity: 'error',
      code: 'legacy/decimal-comma',
      file: 't.dat',
      line: 2,
      column: 'amount',
      message: 'amount is "10,5", which has a decimal comma',
      hint: 'Write numbers with a point: 10.5, not 10,5.',
    },
  ])
})

test('findings of one kind are listed up to 100 and counted beyond', async () => {
  const { findings, rows } = await table(`id,amount\n${'x,1\n'.repeat(250)}${'1,y\n'.repeat(3)}2,3\n`)
  assert.equal(findings.length, 100)
  assert.deepEqual(findings[0]?.count, 253)
  assert.deepEqual(rows, [[255, 2, 3, '']])
})

test('batches hold all rows in order', async () => {
  const lines = Array.from({ length: 30_000 }, (_, at) => `${at},${at / 8}`)
  const { rows } = await table(`id,amount\n${lines.join('\n')}`)
  assert.deepEqual(
    rows,
    lines.map((_, at) => [at + 2, at, at / 8, '']),
  )
})

test('an abort ends the reading', async () => {
  const { Findings, readTable } = await import('@piecework/pieces-legacy')
  const { chunks, layout } = await import('./support.js')
  const options = { file: 't.dat', findings: new Findings(), signal: AbortSignal.abort(new Error('enough')) }
  await assert.rejects(async () => {
    for await (const _ of readTable(chunks('id\n1\n'), layout, options));
  }, /enough/)
})

test.run()
