import assert from 'node:assert/strict'
import type { Database } from '@piecework/core'
import { quoteIdent, uuidLiteral } from '@piecework/postgres'
import type { LawTest } from '@piecework/testkit'
import fc from 'fast-check'

/** Text that PostgreSQL can hold. */
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => !value.includes('\0'))

/** A key `__proto__` would compare as a prototype. */
const document = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  fc.oneof(text, fc.integer(), fc.constant(null)),
  { noNullPrototype: true },
)

/** Values go in and come back, and names and ids are what they were. */
export function valueLaws(test: LawTest, db: () => Database): void {
  const returned = (type: string, value: unknown) =>
    db()
      .query(`SELECT $1::${type} AS value`, [value])
      .then(({ rows }) => rows[0]?.value)

  test('bound values come back as they were', async () => {
    const value: fc.Arbitrary<[string, unknown]> = fc.oneof(
      fc.tuple(fc.constant('text'), text),
      fc.tuple(
        fc.constant('float8'),
        fc.double({ noNaN: true }).map((number) => number + 0),
      ),
      fc.tuple(fc.constant('int4'), fc.integer()),
      fc.tuple(fc.constant('bool'), fc.boolean()),
      fc.tuple(
        fc.constant('bytea'),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
      fc.tuple(fc.constant('text[]'), fc.array(fc.option(text), { maxLength: 4 })),
      fc.tuple(fc.constant('int4[]'), fc.array(fc.option(fc.integer()), { maxLength: 4 })),
      fc.tuple(fc.constant('jsonb'), document),
      fc.tuple(
        fc.constant('timestamptz'),
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      ),
    )
    const edges: [string, unknown][] = [
      ...['', '\\', "'", '"', '\u0001', 'é😀', '\r\n', 'NULL', '{}', '$1'].map((sent): [string, unknown] => [
        'text',
        sent,
      ]),
      ...[0, 0.1, 5e-324, Number.MAX_VALUE, Number.NEGATIVE_INFINITY].map((sent): [string, unknown] => [
        'float8',
        sent,
      ]),
      ...[-(2 ** 31), 2 ** 31 - 1].map((sent): [string, unknown] => ['int4', sent]),
      ['bool', false],
      ['bytea', Buffer.of()],
      ['bytea', Buffer.of(0, 0x5c, 0x27, 0xff)],
      ['text[]', []],
      ['text[]', [null, '', 'NULL', '"', '\\', ',', '{}', ' ']],
      ['int4[]', [null, 0]],
      ['jsonb', {}],
      ['jsonb', { '': null, a: '', '"': '\\', constructor: 1 }],
      ['timestamptz', new Date('0001-01-01T00:00:00.000Z')],
      ['timestamptz', new Date('9999-12-31T00:00:00.000Z')],
      ['timestamptz', new Date('1969-12-31T23:59:59.999Z')],
    ]
    const property = fc.asyncProperty(value, async ([type, sent]) => {
      assert.deepEqual(await returned(type, sent), type === 'float8' && sent === 0 ? 0 : sent)
    })
    await fc.assert(property, { numRuns: 200 + edges.length, examples: edges.map((edge) => [edge]) })
  })

  test('hostile archives: a quoted name is that name and nothing else', async () => {
    const name = text.filter((value) => value !== '' && Buffer.byteLength(value) <= 63)
    const property = fc.asyncProperty(
      fc.oneof(name, fc.constantFrom('a"; DROP TABLE x; --', '"', 'Ä"ö')),
      async (given) => {
        const { rows } = await db().query(`SELECT 1 AS ${quoteIdent(given)}`)
        assert.deepEqual(rows.map(Object.entries), [[[given, 1]]])
      },
    )
    const names = [
      'a"; DROP TABLE x; --',
      '"',
      '""',
      'Ä"ö',
      "'",
      '\\',
      ' ',
      'A',
      'ä'.repeat(31),
      'x'.repeat(63),
    ]
    await fc.assert(property, { numRuns: 100, examples: names.map((one) => [one]) })
    for (const bad of ['', 'a\0b', 'x'.repeat(64), 'ä'.repeat(32)])
      assert.throws(() => quoteIdent(bad), /cannot be/)
  })

  test('hostile archives: a uuid literal is a uuid, and nothing else passes', async () => {
    const property = fc.asyncProperty(fc.uuid(), async (id) => {
      const { rows } = await db().query(`SELECT ${uuidLiteral(id.toUpperCase())} AS id`)
      assert.deepEqual(rows, [{ id }])
    })
    const ids = ['0', 'f'].map((digit): [string] => [
      'dddddddd-dddd-dddd-dddd-dddddddddddd'.replaceAll('d', digit),
    ])
    await fc.assert(property, { numRuns: 20, examples: ids })
    const id = '0b2f0000-0000-4000-8000-00000000000a'
    for (const bad of ['', `${id}'`, `${id}\n`, `'${id}`, `{${id}}`, id.replaceAll('-', ''), `${id}'; --`]) {
      assert.throws(() => uuidLiteral(bad), /is not a uuid/)
    }
  })
}
