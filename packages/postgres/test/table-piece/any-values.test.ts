import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { csvLine } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import { hostileTexts } from './hostile-texts.js'
import { type Files, imported, newProject, rowsOf, validated, type World, world } from './support.js'

const test = needsServer(suite('table pieces: any texts as values of any type'))
let here: World
test.before(async () => {
  here = await world(`
    CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION citext; CREATE EXTENSION cube;
    CREATE TYPE mood AS ENUM ('sad', 'so "so"');
    CREATE TYPE pair AS (x int, y text, z numeric(6,2));
    CREATE DOMAIN positive AS numeric(8,3) CHECK (VALUE > 0);
    CREATE DOMAIN short AS varchar(3);
    CREATE TABLE projects (id uuid PRIMARY KEY)`)
})
test.after(() => here.close())

const { numbers, times, documents, lists, others } = hostileTexts
const all: readonly string[] = [...numbers, ...times, ...documents, ...lists, ...others]

/** By type: the texts that are tried besides random ones. */
const types: Readonly<Record<string, readonly string[]>> = {
  ...allOf(
    numbers,
    'smallint integer bigint numeric numeric(5,2) numeric(3,5) numeric(5,-2) positive real money',
  ),
  ...allOf([...numbers, ...others.slice(0, 20)], 'float8 boolean'),
  ...allOf(
    times,
    'date time(2) timetz timestamp timestamp(0) timestamptz timestamptz(3) interval interval(1)',
  ),
  ...allOf(documents, 'json jsonb'),
  ...allOf(
    lists,
    'integer[] numeric(5,2)[] text[] varchar(2)[] boolean[] jsonb[] bytea[] pair[] mood[] date[]',
  ),
  ...allOf(
    others,
    'text varchar(3) char(3) bpchar "char" name citext short bool bytea uuid xml jsonpath bit(4) varbit(4) varbit inet cidr macaddr macaddr8 mood pair int4range numrange tstzrange int4multirange point box circle polygon geometry(Point,4326) geography hstore ltree cube tsvector tsquery regclass regtype pg_lsn tid',
  ),
}

function allOf(texts: readonly string[], names: string): Record<string, readonly string[]> {
  return Object.fromEntries(names.split(' ').map((type) => [type, texts]))
}

/** One of the texts with something put in, or taken out. */
const changed = fc
  .tuple(
    fc.constantFrom(...all.filter(({ length }) => length < 500)),
    fc.nat(),
    fc.nat(3),
    fc.constantFrom(...'019eE+-.,:{}[]()"\\ \n\t\u00a0_xTé'),
  )
  .map(([text, at, cut, put]) => {
    const place = at % (text.length + 1)
    return Buffer.from(`${text.slice(0, place)}${put}${text.slice(place + cut)}`).toString()
  })

/** Of the random texts: another one finds what this one does not, and is for an hour of its own. */
const seed = 1
/** Findings list the first five of a kind. */
const together = 5
/** Of them, those whose import is seen to be refused, too: each takes a job of its own. */
const refusedTried = 1

for (const [at, [type, texts]] of Object.entries(types).entries())
  test(`what was exported can be imported: what a validation takes as ${type}, and nothing else, is imported`, async () => {
    const table = `any_${at}`
    await here.db.query(
      `CREATE TABLE ${table} (id uuid PRIMARY KEY, owner uuid REFERENCES projects, n int, v ${type})`,
    )
    const piece = tablePiece({
      name: 'project/any',
      of: 'project',
      version: 1,
      tables: [{ table, owner: 'owner', order: ['n'], columns: ['v'] }],
    })
    // One job, which reads the catalogue once a second: its planning would take most of the time.
    const jobId = randomUUID()
    let rows = 0
    const files = (values: readonly string[]): Files => {
      const lines = values.map((value, n) => csvLine([idOf(rows++), String(n), value]))
      return { [`${table}.csv`]: { csv: `id,n,v\n${lines.join('')}`, rows: values.length } }
    }
    const isCarried = async (values: readonly string[]): Promise<unknown> => {
      const into = await newProject(here.db, idOf(rows), jobId)
      const refusal = await imported(here.db, piece, files(values), into).then(
        () => undefined,
        (error: { code?: string }) => error,
      )
      if (refusal) {
        assert.equal(refusal.code, 'archive-invalid', String(refusal))
        return refusal
      }
      const kept = await rowsOf(
        here.db,
        `SELECT t.n FROM ${table} t JOIN unnest($2::text[]) WITH ORDINALITY u(v, n) ON u.n = t.n + 1
         WHERE t.owner = $1 AND format('%s', t.v) = format('%s', ${/^reg/.test(type) ? 't.v' : `u.v::${type}`})`,
        [into.resource.id, values],
      )
      assert.equal(kept.length, values.length, `not all are what they were: ${JSON.stringify(values)}`)
      return undefined
    }
    const property = fc.asyncProperty(
      fc.array(changed, { minLength: 1, maxLength: together }),
      async (some) => {
        const errors = (await validated(here.db, piece, files(some), undefined, { jobId })).filter(
          ({ severity }) => severity === 'error',
        )
        const lines = lineNumbers(some)
        const refused = new Set(errors.map(({ line }) => lines.indexOf(line ?? 0)))
        assert.ok(!refused.has(-1), JSON.stringify(errors))
        const taken = some.filter((_, n) => !refused.has(n))
        if (taken.length > 0) assert.equal(await isCarried(taken), undefined, JSON.stringify(taken))
        for (const n of [...refused].slice(0, refusedTried))
          assert.ok(await isCarried([some[n] ?? '']), JSON.stringify(some[n]))
      },
    )
    const examples = Array.from({ length: Math.ceil(texts.length / together) }, (_, n): [string[]] => [
      texts.slice(n * together, (n + 1) * together),
    ])
    await fc.assert(property, { examples, numRuns: examples.length + 3, seed })
  })

const idOf = (n: number): string => `11111111-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Where the record of each value begins: the header is line 1, and values may have lines of their own. */
function lineNumbers(values: readonly string[]): readonly number[] {
  let line = 2
  return values.map((value) => {
    const own = line
    line += value.split('\n').length
    return own
  })
}

test.run()
