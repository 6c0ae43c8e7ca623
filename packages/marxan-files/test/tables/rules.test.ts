import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { tableOf } from './table-of.js'

const none = Number.NaN

/** What a table of `id`, `amount` and `name` holds, the rows it is read as (line, id, amount, name), and everything that is told. */
type Case = readonly [what: string, content: string | Uint8Array, rows: unknown[][], told: string[]]

const one = [[2, 1, 2.5, 'a']]

const rules: Readonly<Record<string, readonly Case[]>> = {
  'delimiter: comma, tab or semicolon, guessed per file from the header': [
    ['commas', 'id,amount,name\n1,2.5,a\n', one, []],
    ['tabs', 'id\tamount\tname\n1\t2.5\ta\n', one, []],
    ['semicolons', 'id;amount;name\n1;2.5;a\n', one, []],
    ['one column', 'id\n7\n', [[2, 7, none, '']], []],
    ['commas in a name of a tab file', 'id\tname\n1\ta, b\n', [[2, 1, none, 'a, b']], []],
    ['blanks in a name of a comma file', 'id,name\n1,big fish\n', [[2, 1, none, 'big fish']], []],
    ['rows that have another one than the header', 'id\tamount\n1,2\n', [], ['! field-count 2']],
  ],
  'tabs separate alone where the header has them': [
    [
      'blanks in names of other columns',
      'id\tCost (AUD)\tthe amount\tname\n1\t5\t2\ta b\n',
      [[2, 1, none, 'a b']],
      ['? column-unknown 1 Cost (AUD)', '? column-unknown 1 the amount'],
    ],
    [
      'a known name in another one',
      'id\tfeature name\n1\ta\n',
      [[2, 1, none, '']],
      ['? column-unknown 1 feature name'],
    ],
  ],
  'runs of white space accepted with a warning': [
    ['blanks', 'id amount name\n1  2.5 a\n', one, ['? delimiter-blanks 1']],
    ['blanks and tabs', '  id  amount \t name\n 1   2.5  a  \n', one, ['? delimiter-blanks 1']],
    [
      'quoted text with blanks',
      'id amount name\n1 2 "big fish"\n',
      [[2, 1, 2, 'big fish']],
      ['? delimiter-blanks 1'],
    ],
  ],
  'quotes per RFC 4180': [
    ['around anything', '"id","amount","name"\n"1","2.5","a"\n', one, []],
    ['doubled', 'id,name\n1,"say ""hi"", he said"\n', [[2, 1, none, 'say "hi", he said']], []],
    [
      'around a newline',
      'id,name\r\n1,"a\r\nb"\r\nx,c\n',
      [[2, 1, none, 'a\r\nb']],
      ['! number-invalid 4 id'],
    ],
    ['inside unquoted text they are text', 'id,name\n1,12" long\n', [[2, 1, none, '12" long']], []],
    ['text behind a closing one', 'id,name\n1,"a"b\n2,c\n', [[3, 2, none, 'c']], ['! quote-invalid 2']],
    ['not closed', 'id,name\n1,"a\n2,b\n', [], ['! quote-invalid 2']],
    ['not closed in the header', 'id,"name\n1,a\n', [], ['! quote-invalid 1']],
    ['text behind a closing one in the header', '"id"x,"name"\n1,a\n', [], ['! quote-invalid 1']],
    ['text behind a closing one further on in the header', 'id,"name"x\n1,a\n', [], ['! quote-invalid 1']],
  ],
  'headers trimmed, unquoted, compared case-insensitively; order free': [
    ['all of it', ' NAME , Amount ,"ID" \na,2.5,1\n', one, []],
    ['another name of a column', 'id,Value,name\n1,2.5,a\n', one, []],
  ],
  'unknown columns ignored with a warning': [
    ['one', 'id,other\n1,zzz\n', [[2, 1, none, '']], ['? column-unknown 1 other']],
    ['one without a name', 'id,,amount\n1,x,2\n', [[2, 1, 2, '']], ['? column-unknown 1']],
    [
      'one that the format has and no import needs is ignored silently',
      'id,xloc\n1,zzz\n',
      [[2, 1, none, '']],
      [],
    ],
    [
      'one whose content gets lost has a warning of its own',
      'id,prob\n1,0.5\n',
      [[2, 1, none, '']],
      ['? column-not-carried 1 prob'],
    ],
  ],
  'a duplicate column is an error': [
    ['in another case', 'id,amount,ID\n1,2,3\n', [], ['! column-duplicate 1 ID']],
    ['by another name', 'id,amount,value\n1,2,3\n', [], ['! column-duplicate 1 value']],
    [
      'unknown',
      'id,x,x\n1,2,3\n',
      [],
      ['? column-unknown 1 x', '? column-unknown 1 x', '! column-duplicate 1 x'],
    ],
  ],
  'a required column that is missing is an error': [
    ['id', 'amount,name\n1,2\n', [], ['! column-missing 1 id']],
  ],
  'accept: BOM': [['BOM', '\uFEFFid,amount,name\n1,2.5,a\n', one, []]],
  'accept: LF, CRLF, lone CR, mixed': [
    ['CRLF', 'id,amount,name\r\n1,2.5,a\r\n', one, []],
    ['lone CR', 'id,amount,name\r1,2.5,a\r', one, []],
    [
      'mixed',
      'id,amount\r\n1,2\r3,4\n5,6\r\n',
      [
        [2, 1, 2, ''],
        [3, 3, 4, ''],
        [4, 5, 6, ''],
      ],
      [],
    ],
  ],
  'accept: blank lines': [
    [
      'anywhere',
      '\n \nid,amount\n\n1,2\n  \n,\n3,4\n\n',
      [
        [5, 1, 2, ''],
        [8, 3, 4, ''],
      ],
      [],
    ],
    ['of the delimiters that a spreadsheet leaves', 'id\tamount\n1\t2\n\t\n\t\t\t\t\n', [[2, 1, 2, '']], []],
  ],
  'accept: missing final newline': [['none', 'id,amount,name\n1,2.5,a', one, []]],
  'accept: trailing empty columns': [
    [
      '20 tabs a row',
      `id\tamount\n1\t2${'\t'.repeat(20)}\n3\t4\t \n`,
      [
        [2, 1, 2, ''],
        [3, 3, 4, ''],
      ],
      [],
    ],
    [
      'in the header',
      'id\tamount\t\t\n1\t2\n3\t4\t\t\n',
      [
        [2, 1, 2, ''],
        [3, 3, 4, ''],
      ],
      [],
    ],
    ['that are not empty', 'id\tamount\n1\t2\t\tx\n', [], ['! field-count 2']],
  ],
  'accept: leading spaces': [['everywhere', '  id, amount,  name\n   1,   2.5,\ta\n', one, []]],
  'a row has as many fields as the header': [
    ['too few', 'id,amount\n1\n2,3\n', [[3, 2, 3, '']], ['! field-count 2']],
    ['too many', 'id,amount\n1,10,5\n2,3\n', [[3, 2, 3, '']], ['! field-count 2']],
  ],
  'integers: `1.0` and `1e+05` are accepted with a warning when exactly integral': [
    [
      'each form',
      'id\n1.0\n1e+05\n2E2\n30e-1\n',
      [
        [2, 1, none, ''],
        [3, 100000, none, ''],
        [4, 200, none, ''],
        [5, 3, none, ''],
      ],
      ['? integer-form 3 id'],
    ],
    [
      'with many zeros',
      `id\n1.${'0'.repeat(400)}\n1${'0'.repeat(400)}e-400\n`,
      [
        [2, 1, none, ''],
        [3, 1, none, ''],
      ],
      ['? integer-form 3 id'],
    ],
    [
      'a sign or leading zeros are no other form',
      'id\n+1\n002\n',
      [
        [2, 1, none, ''],
        [3, 2, none, ''],
      ],
      [],
    ],
  ],
  'integers: `1.7` and `12abc` are errors': [
    [
      'no integers',
      'id\n1.7\n12abc\n0x10\n 1 2\n9\n',
      [[6, 9, none, '']],
      ['! integer-invalid 2 id', '! number-invalid 3 id', '! number-invalid 4 id', '! number-invalid 5 id'],
    ],
    [
      'so nearly integral that a double takes them for it',
      'id\n1.00000000000000000001\n1e-400\n0.99999999999999999999\n',
      [],
      [2, 3, 4].map((line) => `! integer-invalid ${line} id`),
    ],
  ],
  'numbers: `1.5E+3`, `6.9e-18` fine': [
    [
      'each form',
      'id,amount\n1,1.5E+3\n2,6.9e-18\n3,.5\n4,5.\n5,+1\n6,-2.25\n',
      [1500, 6.9e-18, 0.5, 5, 1, -2.25].map((amount, at) => [at + 2, at + 1, amount, '']),
      [],
    ],
  ],
  'numbers: `NA`, `nan`, `inf`, text, empty: error': [
    [
      'no numbers',
      'id,amount\n1,NA\n2,nan\n3,inf\n4,Infinity\n5,many\n6,-\n7,.\n8,1e\n9,1 000\n10,0x1\n11,1d5\n12,1_0\n',
      [],
      Array.from({ length: 12 }, (_, at) => `! number-invalid ${at + 2} amount`),
    ],
    ['empty', 'id,amount\n1,\n2,""\n3,  \n', [], [2, 3, 4].map((line) => `! value-empty ${line} amount`)],
    ['too large', 'id,amount\n1,1e999\n', [], ['! number-too-large 2 amount']],
    [
      'all errors of a row are told',
      'id,amount\nx,y\n',
      [],
      ['! number-invalid 2 id', '! number-invalid 2 amount'],
    ],
  ],
  'decimal comma (`10,5` in a tab or semicolon file): its own error with a hint': [
    ['semicolons', 'id;amount\n1;10,5\n2;1\n', [[3, 2, 1, '']], ['! decimal-comma 2 amount']],
    ['tabs', 'id\tamount\n1\t-,5\n', [], ['! decimal-comma 2 amount']],
    ['in an id', 'id;amount\n1,0;1\n', [], ['! decimal-comma 2 id']],
  ],
  'ids 0..2^31-1': [
    [
      'the least and the largest',
      'id\n0\n2147483647\n',
      [
        [2, 0, none, ''],
        [3, 2147483647, none, ''],
      ],
      [],
    ],
    [
      'too large',
      'id\n2147483648\n99999999999999999999\n1\n',
      [[4, 1, none, '']],
      ['! out-of-range 2 id', '! out-of-range 3 id'],
    ],
    ['negative', 'id\n-1\n1\n', [[3, 1, none, '']], ['! out-of-range 2 id']],
  ],
  'line numbers in findings are those of the source file': [
    [
      'behind blank lines, a BOM and quoted newlines',
      '\uFEFF\r\n\r\nid,name\r"1","a\nb"\r\n\nx,c\n',
      [[4, 1, none, 'a\nb']],
      ['! number-invalid 7 id'],
    ],
  ],
  'empty file': [
    ['nothing', '', [], ['! file-empty']],
    ['blanks', '\n \n\n', [], ['! file-empty']],
    ['a BOM', '\uFEFF', [], ['! file-empty']],
  ],
  'header only': [['header', 'id,amount\n', [], ['! no-rows']]],
  'no header (numeric first line)': [['numbers', '1,2,3\n4,5,6\n', [], ['! no-header 1']]],
  'binary content': [
    ['a zip', Buffer.from('PK\x03\x04\x14\x00\x00\x00', 'latin1'), [], ['! binary 1']],
    ['a zip without a zero byte', Buffer.from('PK\x03\x04\x14abc\n', 'latin1'), [], ['! binary 1']],
    ['a spreadsheet', Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0', 'latin1'), [], ['! binary 1']],
    ['UTF-16', Buffer.from('\uFEFFid,amount\n1,2\n', 'utf16le'), [], ['! binary 1']],
    ['a zero byte further on', 'id,name\n1,a\n2,b\0c\n3,d\n', [], ['! binary 3']],
  ],
  'text is UTF-8, or windows-1252 with a warning': [
    ['UTF-8', 'id,name\n1,café\n', [[2, 1, none, 'café']], []],
    [
      'windows-1252',
      Buffer.from('id,name\n1,caf\xe9\n', 'latin1'),
      [[2, 1, none, 'café']],
      ['? text-encoding 2 name'],
    ],
  ],
  'everything streams, so no line is longer than a megabyte': [
    ['a row', `id,name\n1,${'x'.repeat(1_100_000)}\n2,b\n`, [], ['! line-too-long 2']],
    ['the header', 'x'.repeat(1_100_000), [], ['! line-too-long 1']],
    [
      'a number of a megabyte ends in no time',
      `id,amount\n1,${'1'.repeat(1_000_000)}x\n`,
      [],
      ['! number-invalid 2 amount'],
    ],
    ['an id of a megabyte too', `id\n${'1'.repeat(1_000_000)}.0000001e5x\n`, [], ['! number-invalid 2 id']],
  ],
}

const test = suite('1. any .dat table')

for (const [rule, cases] of Object.entries(rules))
  for (const [what, content, rows, told] of cases)
    test(`${rule} — ${what}`, async () => {
      const read = await tableOf(content)
      assert.deepEqual(read.told, told)
      assert.deepEqual(read.rows, rows)
    })

test('decimal comma: its own error with a hint — the sentence and the hint', async () => {
  const { findings } = await tableOf('id\tamount\n1\t10,5\n')
  assert.deepEqual(findings, [
    {
      severity: 'error',
      code: 'legacy/decimal-comma',
      file: 't.dat',
      line: 2,
      column: 'amount',
      value: '10,5',
      message: 'amount is "10,5", which has a decimal comma',
      hint: 'Write it with a point, as 10.5, and the other numbers of the file in the same way.',
    },
  ])
})

test('findings of one kind in one file are listed up to a limit (default 100) and counted beyond it', async () => {
  const { findings, rows } = await tableOf(`id,amount\n${'x,1\n'.repeat(250)}${'1,y\n'.repeat(3)}2,3\n`)
  assert.equal(findings.length, 100)
  assert.equal(findings[0]?.count, 253)
  assert.deepEqual(rows, [[255, 2, 3, '']])
})

test.run()
