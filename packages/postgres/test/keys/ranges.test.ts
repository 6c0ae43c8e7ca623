import assert from 'node:assert/strict'
import { type KeyRange, keyMap, type Queryable } from '@piecework/core/piece'
import { fromPg } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import fc from 'fast-check'
import pg from 'pg'
import { suite } from 'uvu'
import { newRuns } from '#internal/table-piece/keys/draw-numbers.js'
import { keyRanges } from '#internal/table-piece/keys/key-ranges.js'
import { oldRuns } from '#internal/table-piece/keys/old-numbers.js'
import { rangesSql, relationSql } from '#internal/table-piece/keys/ranges-sql.js'
import { createRuns } from '#internal/table-piece/keys/runs.js'

const test = needsServer(suite('keys: ranges'))
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 })
const db = fromPg(pool)
test.after(() => pool.end())

const least = -(2n ** 63n)
const most = 2n ** 63n - 1n

/** Ranges in order, with gaps of 0 and more, and keys in, before, between and behind them. */
const ranges = fc
  .record({
    first: fc.oneof(fc.bigInt({ min: -50n, max: 50n }), fc.constantFrom(least, most - 200n)),
    steps: fc.array(fc.record({ length: fc.integer({ min: 1, max: 5 }), gap: fc.nat(3) }), {
      minLength: 1,
      maxLength: 12,
    }),
    to: fc.oneof(fc.bigInt({ min: -1000n, max: 1000n }), fc.constantFrom(least, most - 1000n)),
  })
  .map(({ first, steps, to }) => {
    const list: KeyRange[] = []
    let [oldFrom, newFrom] = [first, to]
    for (const { length, gap } of steps) {
      list.push({ oldFrom, newFrom, length })
      oldFrom += BigInt(length + gap)
      newFrom += BigInt(length + 2 * gap + 1)
    }
    return list
  })

const near = (list: readonly KeyRange[]): readonly string[] => {
  const all = list.flatMap(({ oldFrom, length }) =>
    Array.from({ length: length + 4 }, (_, at) => oldFrom - 2n + BigInt(at)),
  )
  return [...all, least, most, 0n].filter((key) => key >= least && key <= most).map(String)
}

/** By looking at every range. */
const newKey = (list: readonly KeyRange[], old: string): string | null => {
  const key = BigInt(old)
  const range = list.find(({ oldFrom, length }) => key >= oldFrom && key < oldFrom + BigInt(length))
  return range ? String(range.newFrom + key - range.oldFrom) : null
}

test('new ids: SQL and this process map the same keys by ranges, and no key of a gap', async () => {
  await db.transaction(async (tx) => {
    await tx.query(
      'CREATE TEMPORARY TABLE looked_up (old_from bigint, length bigint, new_from bigint) ON COMMIT DROP',
    )
    await fc.assert(
      fc.asyncProperty(ranges, async (list) => {
        const keys = near(list)
        const expected = keys.map((key) => newKey(list, key))
        assert.deepEqual(
          keys.map((key) => keyMap(list).get(key) ?? null),
          expected,
        )
        await tx.query('TRUNCATE looked_up')
        await tx.query(
          'INSERT INTO looked_up SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])',
          [
            list.map(({ oldFrom }) => String(oldFrom)),
            list.map(({ length }) => length),
            list.map(({ newFrom }) => String(newFrom)),
          ],
        )
        const { rows } = await tx.query<{
          plain: string | null
          wrapped: string | null
          found: string | null
        }>(
          `SELECT (${rangesSql(list, 't.k')})::text AS plain, (${rangesSql(list, 't.k + 0')})::text AS wrapped, (${relationSql('looked_up', 't.k')})::text AS found
           FROM unnest($1::bigint[]) WITH ORDINALITY AS t(k, n) ORDER BY t.n`,
          [keys],
        )
        for (const how of ['plain', 'wrapped', 'found'] as const)
          assert.deepEqual(
            rows.map((row) => row[how]),
            expected,
            how,
          )
      }),
      { numRuns: 60 },
    )
  })
})

test('new ids: what is no key as PostgreSQL prints it has no new key, and without ranges nothing has', async () => {
  const map = keyMap([{ oldFrom: 1n, newFrom: 11n, length: 9 }])
  for (const text of ['', ' 5', '+5', '05', '5.0', '0x5', '5e0', '-0', '99999999999999999999', 'five'])
    assert.equal(map.get(text), undefined, text)
  assert.equal(map.get('5'), '15')
  assert.equal(keyMap([]).get('5'), undefined)
  const { rows } = await db.query(
    `SELECT ${rangesSql([], '5')} AS none, ${rangesSql([{ oldFrom: 1n, newFrom: 2n, length: 1 }], 'NULL')} AS empty`,
  )
  assert.deepEqual(rows, [{ none: null, empty: null }])
})

/** Ascending numbers in runs. */
const numbers = (first: fc.Arbitrary<bigint>, count: number): fc.Arbitrary<readonly bigint[]> =>
  fc
    .tuple(first, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: count, maxLength: count }))
    .map(([from, steps]) => {
      let number = from
      return steps.map((step) => {
        number += BigInt(step)
        return number
      })
    })

const paired = fc.integer({ min: 1, max: 30 }).chain((count) =>
  fc.record({
    old: numbers(
      fc.oneof(fc.bigInt({ min: -50n, max: 50n }), fc.constantFrom(least - 1n, most - 100n)),
      count,
    ),
    drawn: numbers(fc.oneof(fc.bigInt({ min: 0n, max: 50n }), fc.constant(most - 100n)), count),
  }),
)

/** More than one page of ranges. */
const manyNumbers = 20_000

async function fillRuns(tx: Queryable, table: string, list: readonly bigint[]): Promise<void> {
  await createRuns(tx, table)
  const runs = list.flatMap((first, at) => {
    if (list[at - 1] === first - 1n) return []
    let length = 1
    while (list[at + length] === first + BigInt(length)) length++
    return [{ first: String(first), length, at }]
  })
  await tx.query(`INSERT INTO ${table} SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])`, [
    runs.map(({ first }) => first),
    runs.map(({ length }) => length),
    runs.map(({ at }) => at),
  ])
}

test('new ids: the smallest old key becomes the smallest new one, and so on, by as few ranges as there can be', async () => {
  await db.transaction(async (tx) => {
    await fc.assert(
      fc.asyncProperty(paired, async ({ old, drawn }) => {
        await fillRuns(tx, oldRuns, old)
        await fillRuns(tx, newRuns, drawn)
        const found: KeyRange[] = []
        for await (const page of keyRanges(tx, old.length)) found.push(...page)
        const paged: KeyRange[] = []
        for await (const page of keyRanges(tx, manyNumbers)) paged.push(...page)
        assert.deepEqual(paged, found)
        const pairs = found.flatMap(({ oldFrom, newFrom, length }) =>
          Array.from({ length }, (_, at) => [oldFrom + BigInt(at), newFrom + BigInt(at)]),
        )
        assert.deepEqual(
          pairs,
          old.map((key, at) => [key, drawn[at]]),
        )
        const breaks = old.filter(
          (key, at) => old[at - 1] !== key - 1n || drawn[at - 1] !== (drawn[at] ?? 0n) - 1n,
        )
        assert.equal(found.length, breaks.length)
      }),
      { numRuns: 60 },
    )
  })
})

test.run()
