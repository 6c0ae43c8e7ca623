import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { csvLine } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { KeyFilter } from '#internal/table-piece/key-filter.js'
import { albumPiece } from './albums.js'
import { imported, newProject, validated, type World, world } from './support.js'

const test = needsServer(suite('table pieces: validation finds what the import would be refused for'))
let here: World

const rows = albumPiece([{ table: 'rows', owner: 'project_id', order: ['n'] }])
const piece = { ...rows, of: 'project' }

test.before(async () => {
  here = await world(`CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE DOMAIN small AS positive CHECK (VALUE < 100);
    CREATE TABLE rows (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, n int UNIQUE, mood mood, moods mood[], small small, label varchar(5),
      fixed char(3), price numeric(4,2), any_number numeric, real real, day date, at timestamptz, span int4range, spans datemultirange, matrix int[][], doc jsonb, text_doc json, address inet, cash money,
      bits bit(3), body bytea, markup xml, words tsvector, way jsonpath, numbers numeric[], net macaddr, place point, geom geometry(Point, 4326), code text, part int,
      CHECK (price < 50), CHECK (label <> code), CHECK (100 / part > 1), UNIQUE (project_id, code, part))`)
})
test.after(() => here.close())

type Values = Readonly<Record<string, string | null>>
const columns =
  'n mood moods small label fixed price any_number real day at span spans matrix doc text_doc address cash bits body markup words way numbers net place geom code part'.split(
    ' ',
  )
const fileOf = (all: readonly Values[]) => ({
  'rows.csv': [
    csvLine(['id', ...columns]),
    ...all.map((values) => csvLine([randomUUID(), ...columns.map((name) => values[name] ?? null)])),
  ].join(''),
})

/** By column: texts that the database takes, and those that it refuses or would change. */
const texts: Readonly<Record<string, readonly [good: readonly string[], bad: readonly string[]]>> = {
  mood: [['ok'], ['glad', '', 'OK']],
  moods: [
    ['{ok,NULL}', '{}', '{{ok,sad},{sad,ok}}'],
    ['{glad}', '{ok', 'ok', '{{ok},{sad,ok}}'],
  ],
  small: [
    ['1', '99'],
    ['0', '100', 'x', '-5', '1.5'],
  ],
  label: [
    ['abcde', 'é☃🙂éé'],
    ['abcdef', 'abcde '],
  ],
  fixed: [['abc', 'ab'], ['abcd']],
  price: [
    ['12.34', '-49.9', '0'],
    ['123', '12.345', '1e10', 'NaNa'],
  ],
  any_number: [
    ['1e1000', 'NaN', '-Infinity', '1'.repeat(400)],
    ['1e131072', '1\u00a0', '1,5', '1e', ''],
  ],
  real: [
    ['0.1', '1e38', '-0', 'Infinity'],
    ['0.123456789', '1e39', '1\u00a0', 'nope', '16777217'],
  ],
  day: [
    ['2024-02-29', '0001-01-01 BC', 'infinity', '12024-01-01'],
    ['2023-02-29', '2024-13-01', 'soon', '2024-05-06 07:08'],
  ],
  at: [
    ['2024-05-06 07:08:09.123456+00', '2024-05-06 07:08:09+02', 'infinity'],
    ['2024-05-06 25:00:00+00', '300000-01-01 00:00:00+00', 'x'],
  ],
  span: [
    ['[1,5)', 'empty', '(,)', '[1,4]'],
    ['[5,1]', '[a,b]', '[1,99999999999)'],
  ],
  spans: [
    ['{[2020-01-01,2020-02-01)}', '{}'],
    ['{[2020-01-01,2019-01-01)}', '[2020-01-01,2020-02-01)'],
  ],
  matrix: [
    ['{{1,2},{3,4}}', '[0:1]={1,2}'],
    ['{{1},{2,3}}', '{x}', '{99999999999}'],
  ],
  doc: [
    ['{"a":[1,2,{"b":null}]}', '"é"', '1e400'],
    ['{', '"\\u0000"', '"\\ud800"', '1e200000', ''],
  ],
  text_doc: [
    ['{"a":1,"a":2}', '"\\u0000"', '1e200000'],
    ['{"a":}', "{'a':1}"],
  ],
  address: [
    ['10.0.0.1/8', '::1'],
    ['10.0.0.256', 'localhost'],
  ],
  cash: [
    ['$12.34', '-$1,000.00'],
    ['12.34.56', 'much'],
  ],
  bits: [['101'], ['10', '1010', '102']],
  body: [
    ['\\x00ff', '\\x'],
    ['\\x0', '\\xzz'],
  ],
  markup: [
    ['<a/>', 'text <b/> more'],
    ['<a>', '<a></b>'],
  ],
  words: [["'a':1 'b'"], ["'a"]],
  net: [['08:00:2b:01:02:03'], ['08:00:2b:01:02']],
  place: [['(1,2)'], ['(1,)', '1']],
  geom: [
    ['SRID=4326;POINT(1 2)'],
    ['SRID=3857;POINT(1 2)', 'SRID=4326;LINESTRING(0 0,1 1)', 'SRID=4326;POINT Z (1 2 3)', '0101', 'x'],
  ],
}

test('all problems at once: what validation takes the import takes, and what it refuses the import refuses', async () => {
  const bad: string[] = []
  for (const [column, [good, refused]] of Object.entries(texts)) {
    for (const [text, isGood] of [
      ...good.map((one) => [one, true] as const),
      ...refused.map((one) => [one, false] as const),
    ]) {
      const files = fileOf([{ n: '1', [column]: text }])
      const found = await validated(here.db, piece, files)
      const into = await newProject(here.db, randomUUID())
      const carried = await imported(here.db, piece, files, into).then(
        () => true,
        () => false,
      )
      if ((found.length === 0) !== isGood || carried !== isGood)
        bad.push(`${column} ${text}: ${JSON.stringify(found)} ${carried}`)
      await here.db.query('DELETE FROM rows')
    }
  }
  assert.deepEqual(bad, [])
})

test('all problems at once: every bad value of every column is told in one report, with its line', async () => {
  const all = Object.entries(texts).flatMap(([column, [, bad]]) => bad.map((text) => ({ column, text })))
  const found = await validated(
    here.db,
    piece,
    fileOf(all.map(({ column, text }, at) => ({ n: String(at), [column]: text }))),
  )
  const told = found.map(({ line, column }) => `${line} ${column}`)
  // Of one column, the first five are listed.
  assert.deepEqual(new Set(told), new Set(all.map(({ column }, at) => `${at + 2} ${column}`)))
})

test('all problems at once: CHECKs and keys of the file are looked at, and many bad values are counted', async () => {
  const many = Array.from({ length: 6000 }, (_, at) => ({
    n: String(at),
    mood: at % 2 ? 'glad' : 'ok',
    price: at === 5999 ? '70' : '1',
    label: at === 3000 ? 'same' : 'l',
    code: at === 3000 ? 'same' : String(at),
    part: at === 17 ? '0' : at === 18 ? '60' : '1',
  }))
  const found = await validated(
    here.db,
    piece,
    fileOf([...many, { n: '5' }, { n: '6', code: '9', part: '1' }]),
  )
  const told = found.map(({ code, line, column, count, message }) => [code, line, column, count, message])
  const rowsOf = (code: string) => told.filter(([one]) => one === code)
  assert.deepEqual(rowsOf('table/value-invalid')[0]?.slice(0, 4), ['table/value-invalid', 3, 'mood', 3000])
  assert.deepEqual(
    rowsOf('table/check-violated').map(([, line, , , message]) => [
      line,
      String(message)
        .match(/"rows_\w+"/g)
        ?.join(),
    ]),
    [
      [20, '"rows_part_check"'],
      [19, '"rows_check","rows_part_check","rows_price_check"'],
      [3002, '"rows_check"'],
      [6001, '"rows_price_check"'],
    ],
  )
  assert.deepEqual(
    rowsOf('table/key-twice').map(([, line, column]) => [line, column]),
    [
      [6002, 'n'],
      [6003, 'n'],
      [6003, undefined],
    ],
  )
})

test('all problems at once: after a hundred refused values of a column, the rest is left and that is told', async () => {
  const many = Array.from({ length: 500 }, (_, at) => ({ n: String(at), day: `soon ${at}` }))
  const found = await validated(here.db, piece, fileOf([...many, { n: '7', cash: 'much' }]))
  assert.deepEqual([...new Set(found.map(({ code, column }) => `${code} ${column}`))].sort(), [
    'table/key-twice n',
    'table/value-invalid cash',
    'table/value-invalid day',
    'table/values-left day',
  ])
})

const long = '1e131071'
/** By column: a short form of a value of 131,072 digits. */
const shortForms = { any_number: long, numbers: `{1,${long}}`, doc: `[{"a":${long}}]`, way: `$.a > ${long}` }

for (const [column, text] of Object.entries(shortForms))
  test(`what comes in small and goes out huge is refused: ${column}`, async () => {
    const rows = (count: number) => fileOf(Array.from({ length: count }, () => ({ [column]: text })))
    const found = await validated(here.db, piece, rows(600))
    assert.deepEqual(
      found.map(({ code, line, column }) => [code, line, column]),
      [['table/values-grow', 514, column]],
      JSON.stringify(found),
    )
    assert.deepEqual(await validated(here.db, piece, rows(500)), [])
    const into = await newProject(here.db, randomUUID())
    await assert.rejects(
      imported(here.db, piece, rows(600), into),
      /short forms of ones that take 6\d+ bytes/,
    )
  })

test('numbers in texts of a document are not spelled out', async () => {
  const doc = JSON.stringify(Array.from({ length: 1000 }, () => `"\\${long}`))
  assert.deepEqual(
    await validated(here.db, piece, fileOf([{ doc }, { text_doc: `[${long}]`, code: long }])),
    [],
  )
})

test('keys that came before are known, and few others are taken for them', () => {
  const filter = new KeyFilter(100_000)
  const keys = Array.from({ length: 100_000 }, () => randomUUID())
  assert.ok(keys.filter((key) => filter.mayRepeat(key)).length < 5)
  assert.ok(keys.every((key) => filter.mayRepeat(key)))
})

test.run()
