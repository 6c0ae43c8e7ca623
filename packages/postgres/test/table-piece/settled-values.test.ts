import assert from 'node:assert/strict'
import { PieceworkError } from '@piecework/core'
import { suite } from 'uvu'
import { type Albums, albumPiece, albums, onePlace } from './albums.js'

const test = suite('what is decided of values that are taken')

const ddl = `CREATE TABLE slugs (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums, place int, slug text UNIQUE)`
const given = albumPiece([
  { table: 'slugs', owner: 'album_id', order: ['place'], unique: { slug: 'suffix' } },
])
const { importer, cloner } = given
assert.ok(importer && cloner)

/** Attempts that have written, and what is done between the first, which fails then, and the second. */
let attempts = 0
let between: () => Promise<unknown> = async () => {}
async function failsOnce<T>(work: () => Promise<T>): Promise<T> {
  attempts += 1
  if (attempts === 2) await between()
  const done = await work()
  if (attempts === 1) throw new PieceworkError('album/away', 'The album was away.', { retryable: true })
  return done
}
const piece = {
  ...given,
  importer: { ...importer, import: (context) => failsOnce(() => importer.import(context)) },
  cloner: { ...cloner, clone: (context) => failsOnce(() => cloner.clone(context)) },
} satisfies typeof given

for (const on of onePlace)
  for (const copying of ['import', 'clone'] as const)
    test(`honest counts: where the next attempt decides otherwise, report and rows are of the one that committed (${copying}, ${on})`, async () => {
      const host = await albums(on, ddl, [piece])
      try {
        const { sql } = host
        const id = await host.add()
        await sql(
          `INSERT INTO slugs (album_id, place, slug) SELECT $1, n, 's' || n FROM generate_series(1, 4) n`,
          [id],
        )
        const { archive } = await host.export(id)
        // Taken by the first attempt: s1, s2, s4. By the second: s1, s3, s4.
        const ofOthers = `UPDATE slugs SET album_id = NULL WHERE album_id = $1`
        if (copying === 'import') await sql(ofOthers, [id])
        await sql(`UPDATE slugs SET slug = 'free' WHERE slug = 's3'`)
        between = async () => {
          await sql(`UPDATE slugs SET slug = 'freed' WHERE slug = 's2'`)
          if (copying === 'import') await sql(`UPDATE slugs SET slug = 's3' WHERE slug = 'free'`)
        }
        attempts = 0
        const copy = await (copying === 'import' ? host.import(archive) : host.clone(id))
        assert.ok(copy.ok, copy.told)
        assert.equal(attempts, 2)
        const now = await slugsOf(host, copy.id)
        const suffixed = now.filter((slug) => slug.includes('-'))
        assert.deepEqual(
          copy.findings.map(({ code, count, message }) => [code, count, message]),
          [
            [
              'table/unique-taken',
              suffixed.length,
              `${suffixed.length} values of "slug" of table "slugs" are taken here (${[...suffixed]
                .sort()
                .map((slug) => `${slug.replace(/-[0-9a-f]{8}$/, '')} → ${slug}`)
                .join(', ')}): each gets a suffix.`,
            ],
          ],
        )
        // Of the attempt that committed alone.
        assert.deepEqual(
          await replacedBy(host, copy.job),
          [...suffixed].sort().map((slug) => ['slugs', 'slug', slug.replace(/-[0-9a-f]{8}$/, ''), slug]),
        )
        const expected =
          copying === 'import'
            ? /^s1-\w{8} s2 s3-\w{8} s4-\w{8}$/
            : /^s1-\w{8} freed-\w{8} free-\w{8} s4-\w{8}$/
        assert.match(now.join(' '), expected)
      } finally {
        await host.close()
      }
    })

test('honest counts: all values that were replaced are kept with the job, however many', async () => {
  const ddl = `CREATE SCHEMA geo;
CREATE TABLE geo.places (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums, slug text UNIQUE, code int UNIQUE)`
  const places = albumPiece(
    [{ table: 'places', owner: 'album_id', order: ['code'], unique: { slug: 'suffix', code: 'null' } }],
    {},
    { schema: 'geo' },
  )
  const [on = 'embedded'] = onePlace
  const host = await albums(on, ddl, [places])
  try {
    const id = await host.add()
    await host.sql(
      `INSERT INTO geo.places (album_id, slug, code) SELECT $1, 'é"' || n, n FROM generate_series(1, 1234) n`,
      [id],
    )
    const copy = await host.clone(id)
    assert.ok(copy.ok, copy.told)
    assert.deepEqual(
      copy.findings.map(({ column, count }) => [column, count]),
      [
        ['slug', 1234],
        ['code', 1234],
      ],
    )
    const slugs = await host.sql(
      `SELECT o.slug AS old, c.slug AS new FROM geo.places o JOIN geo.places c
         ON c.album_id <> o.album_id AND left(c.slug, -9) = o.slug WHERE o.album_id = $1 ORDER BY o.slug COLLATE "C"`,
      [id],
    )
    const codes = Array.from({ length: 1234 }, (_, at) => String(at + 1)).sort()
    assert.deepEqual(await replacedBy(host, copy.job), [
      ...slugs.map((row) => ['geo.places', 'slug', row.old, row.new]),
      ...codes.map((code) => ['geo.places', 'code', code, null]),
    ])
  } finally {
    await host.close()
  }
})

async function replacedBy({ piecework }: Albums, job: string): Promise<readonly unknown[]> {
  const replaced: unknown[] = []
  for await (const one of piecework.replacedValues(job, { principal: { id: 'ann' } }))
    replaced.push([one.table, one.column, one.value, one.replacement])
  return replaced
}

const slugsOf = async ({ sql }: Albums, id: string): Promise<readonly string[]> =>
  (await sql<{ slug: string }>('SELECT slug FROM slugs WHERE album_id = $1 ORDER BY place', [id])).map(
    ({ slug }) => slug,
  )

test.run()
