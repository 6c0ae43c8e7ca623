import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Database, isPieceworkError } from '@piecework/core'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { certainlyPasses } from '#internal/table-piece/certain-checks.js'
import { validated, type World, world } from './support.js'

const test = needsServer(suite('table pieces: CHECKs that are certain without the database'))
let here: World

/** Type of columns `a` and `b`, and a CHECK; `known`: the usual form. */
const checks: readonly (readonly [type: string, check: string, known: boolean])[] = [
  ['double precision', `a >= 0 AND a < 'Infinity'`, true],
  ['double precision', 'a > -1.5', true],
  ['double precision', `a > '-Infinity' AND a < 'Infinity' AND b >= -1`, true],
  ['double precision', 'a <= 0.1', true],
  ['double precision', '(a IS NULL) = (b IS NULL)', true],
  ['integer', 'a >= 1 AND a <= 100', true],
  ['integer', 'a > -5', true],
  ['bigint', 'a < 5000000000', true],
  ['smallint', 'a >= 0', true],
  ['numeric', 'a >= 0', true],
  ['numeric', 'a > 0.30 AND b < 1', true],
  ['text', `a IN ('one', 'it''s', '') AND b IN ('x) AND (y', 'two')`, false],
  ['text', `a IN ('one', 'it''s', '')`, true],
  ['text', `a = ANY (ARRAY['E', 'one'])`, true],
  ['varchar(5)', `a IN ('one', 'two') AND b IN ('one')`, false],
  ['varchar(5)', `a IN ('one', 'two')`, true],
  ['varchar', `a IN ('one', 'two')`, true],
  // Forms that have to be asked about.
  ['double precision', 'a >= 0 OR b >= 0', false],
  ['double precision', 'a >= b', false],
  ['double precision', '(a > 0 AND b > 0) OR a < -1', false],
  ['double precision', 'NOT (a > 0 AND b > 0)', false],
  ['double precision', 'a + 1 > 0', false],
  ['double precision', 'a > 0 AND a IS NOT NULL', false],
  ['numeric(4,1)', 'a > 0', false],
  ['real', 'a > 0', false],
  ['integer', 'a > 0.5', false],
  ['percent', 'a >= 0', false],
  ['char(5)', `a IN ('one', 'two')`, false],
  ['text', `a IN (E'\\\\', 'one')`, false],
  ['text', `a > 'one'`, false],
  ['text', `length(a) > 2`, false],
]

const texts: Readonly<Record<string, readonly (string | null)[]>> = {
  number: [null, '0', '-0', '1', '-1', '100', '101', '-5', '4999999999', '5000000000', '32767'].concat(
    [
      '0.1',
      '0.10000000000000001',
      '0.3',
      '0.30',
      '0.30000000000000001',
      '-1.5',
      '-1.4999999',
      '1e300',
      '1e-300',
    ],
    ['NaN', 'Infinity', '-Infinity', ' 1 ', '+1', '.5', '1.', '1e400', 'abc', ''],
  ),
  text: [null, '', 'one', 'two', "it's", 'ONE', 'one ', '\\', 'E', 'x) AND (y', 'three', 'z'],
}

test.before(async () => {
  here = await world(`
    CREATE DOMAIN percent AS double precision CHECK (VALUE <= 100);
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE units (id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES projects,
      cost double precision CHECK (cost >= 0), state text CHECK (state IN ('on', 'off')), label text CHECK (length(label) < 9))`)
})
test.after(() => here.close())

for (const [type, check, known] of checks) {
  test(`what is certain, the database says too: ${type}, ${check}`, async () => {
    const passes = await here.db.transaction(async (tx) => {
      await tx.query('DROP TABLE IF EXISTS public.checked')
      await tx.query(`CREATE TABLE public.checked (a ${type}, b ${type}, CHECK (${check}))`)
      const { rows } = await tx.query<{ expression: string; type: string }>(
        `SELECT pg_get_expr(k.conbin, k.conrelid) AS expression, format_type(a.atttypid, a.atttypmod) AS type
         FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attname = 'a'
         WHERE k.conrelid = 'public.checked'::regclass`,
      )
      const [found] = rows
      assert.ok(found)
      const columns = ['a', 'b'].map((name) => ({ name, type: found.type }))
      return certainlyPasses([found], columns)
    })
    assert.equal(passes !== undefined, known)
    if (!passes) return
    const values = texts[/text|char/.test(type) ? 'text' : 'number'] ?? []
    let certain = 0
    for (const a of values) {
      for (const b of values) {
        if (!passes([a, b])) continue
        certain += 1
        assert.ok(await takes(here.db, a, b), `${a}, ${b}`)
      }
    }
    assert.ok(certain > 0)
  })
}

async function takes(db: Database, a: string | null, b: string | null): Promise<boolean> {
  try {
    await db.query('INSERT INTO public.checked VALUES ($1, $2)', [a, b])
    return true
  } catch (error) {
    assert.ok(isPieceworkError(error))
    // A value that is none, or does not fit, is told as that.
    return error.facts.sqlState !== '23514'
  }
}

const units = tablePiece({
  name: 'project/units',
  of: 'project',
  version: 1,
  tables: [{ table: 'units', owner: 'project_id', order: ['id'] }],
})

test('rows of which all is certain are not asked about', async () => {
  const asked: string[] = []
  const db: Database = {
    query: (sql, values) => here.db.query(sql, values),
    transaction: (work, options) =>
      here.db.transaction(
        (tx) =>
          work({
            query: (sql, values) => {
              asked.push(sql)
              return tx.query(sql, values)
            },
            copyIn: (...args) => tx.copyIn(...args),
            copyOut: (...args) => tx.copyOut(...args),
          }),
        options,
      ),
  }
  const row = (...values: readonly string[]) => [randomUUID(), ...values].join(',')
  const askedFor = async (header: string, ...rows: readonly string[]) => {
    asked.length = 0
    const findings = await validated(db, units, { 'units.csv': `${[header, ...rows].join('\n')}\n` })
    const about = asked.filter((sql) => /WITH ORDINALITY AS u/.test(sql)).length
    return { about, codes: findings.map(({ code }) => code) }
  }
  assert.deepEqual(await askedFor('id,cost,state', row('0.5', 'on'), row('', 'off')), { about: 0, codes: [] })
  assert.deepEqual(await askedFor('id,cost,state', row('0.5', 'on'), row('-1', 'on')), {
    about: 1,
    codes: ['table/check-violated'],
  })
})

test.run()
