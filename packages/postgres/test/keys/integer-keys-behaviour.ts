import assert from 'node:assert/strict'
import type { Piecework } from '@piecework/core'
import { openArchive } from '@piecework/core/archive'
import {
  ann,
  cloneOf,
  contentOf,
  hostInserts,
  keysOf,
  made,
  resource,
  sampleShelves,
  shelfTables,
  succeeded,
  type World,
  wholePack,
  withHost,
} from './support.js'

/** The keys of the rows, by table, as the bytes of an archive have them. */
async function keysInArchive(piecework: Piecework, job: string) {
  const { bytes } = await piecework.download(job, { principal: ann })
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  const all = Buffer.concat(chunks)
  const read = async function* ({ start, end }: { readonly start: number; readonly end: number }) {
    yield all.subarray(start, end)
  }
  const archive = await openArchive({ size: all.length, read })
  const found: Record<string, string[]> = {}
  for (const { resource: of, name } of archive.manifest.pieces) {
    const entries = archive.entries({ resource: of, name })
    for (const path of entries.paths) {
      const keys: string[] = []
      for await (const rows of entries.rows(path))
        keys.push(...rows.map((row) => row.id ?? row['The Id'] ?? ''))
      found[path] = keys.sort((one, other) => Number(one) - Number(other))
    }
  }
  await archive.close()
  return found
}

type Test = (name: string, run: () => Promise<void>) => void

export function integerKeysBehaviour(
  test: Test,
  world: () => World,
  open: (sql: string) => Promise<World>,
): void {
  const host = <T>(use: (piecework: Piecework) => Promise<T>) => withHost(world(), wholePack, use)

  test('new ids: a clone of rows with integer keys equals its source, and shares no number with any shelf', () =>
    host(async (piecework) => {
      const [source, other] = await sampleShelves(world())
      const before = [await contentOf(world(), source), await contentOf(world(), other)]
      const taken = [await keysOf(world(), source), await keysOf(world(), other)]
      const clone = made(await succeeded(cloneOf(piecework, source)))
      assert.deepEqual(await contentOf(world(), clone), before[0])
      assert.deepEqual([await contentOf(world(), source), await contentOf(world(), other)], before)
      for (const [table, keys] of Object.entries(await keysOf(world(), clone))) {
        for (const one of taken)
          assert.deepEqual(
            keys.filter((key) => one[table]?.includes(key)),
            [],
            table,
          )
        assert.equal(keys.length, taken[0]?.[table]?.length)
      }
      await hostInserts(world(), clone)
    }))

  test('new ids: an archive with integer keys comes back beside its source, and at a host with other numbers', () =>
    host(async (piecework) => {
      const [source] = await sampleShelves(world())
      const content = await contentOf(world(), source)
      const exported = await succeeded(piecework.export({ resource: resource(source), principal: ann }))
      const archive = { artifact: exported.job.result.archive?.artifact ?? '' }
      const { books, pages, marks, tags, labels, parts } = await keysOf(world(), source)
      const { 'tickets.csv': _, ...kept } = await keysInArchive(piecework, exported.job.id)
      const expected = { books, pages, odd_20_Marks: marks, tags, labels, parts }
      assert.deepEqual(
        kept,
        Object.fromEntries(Object.entries(expected).map(([table, keys]) => [`${table}.csv`, keys])),
      )
      const copy = made(await succeeded(piecework.import({ archive, principal: ann })))
      assert.deepEqual(await contentOf(world(), copy), content)
      await hostInserts(world(), copy)
      const download = await piecework.download(exported.job.id, { principal: ann })
      const elsewhere = await open(shelfTables)
      try {
        await sampleShelves(elsewhere, 30)
        await withHost(elsewhere, wholePack, async (there) => {
          const imported = made(
            await succeeded(there.import({ archive: { stream: download.bytes }, principal: ann })),
          )
          assert.deepEqual(await contentOf(elsewhere, imported), content)
          await hostInserts(elsewhere, imported)
        })
      } finally {
        await elsewhere.close()
      }
    }))

  test('references: an id of another shelf between, before or behind the own ones is left out and told, and leads nowhere', () =>
    host(async (piecework) => {
      const [before] = await sampleShelves(world())
      const [source, sibling] = await sampleShelves(world())
      const [after] = await sampleShelves(world())
      const page = (n: number) =>
        `(SELECT p.id FROM pages p JOIN books b ON b.id = p.book_id WHERE b.shelf_id = $1 AND n = 3 ORDER BY b.id OFFSET ${n} LIMIT 1)`
      for (const [n, other] of [before, sibling, after].entries())
        await world().query(
          `UPDATE pages SET loose = (SELECT min(id) FROM books WHERE shelf_id = $2), see = (SELECT min(id) FROM books WHERE shelf_id = $2) WHERE id = ${page(n)}`,
          [source, other],
        )
      const loose = async (shelf: string) =>
        world().query(
          `SELECT p.loose, p.see FROM pages p JOIN books b ON b.id = p.book_id WHERE b.shelf_id = $1 AND p.n = 3 ORDER BY b.title LIMIT 3`,
          [shelf],
        )
      assert.equal(
        (await loose(source)).filter((row) => row.loose !== null && row.see === row.loose).length,
        3,
      )
      const exported = await (await piecework.export({ resource: resource(source), principal: ann })).ended()
      const archive = exported.job.result.archive ?? assert.fail(JSON.stringify(exported.job.error))
      for (const copy of [
        () => piecework.import({ archive, principal: ann }),
        () => cloneOf(piecework, source),
      ]) {
        const { job, findings } = await (await copy()).ended()
        assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
        assert.deepEqual(findings.map(({ code, column, count }) => [code, column, count]).sort(), [
          ['table/reference-dangling', 'loose', 3],
          ['table/reference-dangling', 'see', 3],
        ])
        assert.deepEqual(
          await loose(job.result.resource?.id ?? ''),
          Array(3).fill({ loose: null, see: null }),
        )
      }
    }))

  test('reproducible: a comparison of copies with integer keys finds no difference, and finds one that is there', () =>
    host(async (piecework) => {
      const [source] = await sampleShelves(world())
      const clone = made(await succeeded(cloneOf(piecework, source)))
      const compared = () =>
        piecework.diff(
          { resource: resource(source), principal: ann },
          { resource: resource(clone), principal: ann },
        )
      assert.ok((await compared()).equal, JSON.stringify(await compared()))
      await world().query(
        `UPDATE pages SET see = (SELECT min(id) FROM books WHERE shelf_id = $1) WHERE id = (SELECT max(p.id) FROM pages p JOIN books b ON b.id = p.book_id WHERE b.shelf_id = $1)`,
        [clone],
      )
      assert.ok(!(await compared()).equal)
    }))

  test('nothing half-made: what a job has reserved is dropped with its end', () =>
    host(async (piecework) => {
      const [source] = await sampleShelves(world())
      const report = await succeeded(cloneOf(piecework, source))
      const nodes = report.nodes.map(({ id, batch }) => `${batch} ${id}`)
      assert.deepEqual(
        nodes.filter((node) => node.includes('keys')).map((node) => node.split(' ').at(-1)),
        ['shelf/books', 'shelf/pages', 'shelf/words'],
      )
      assert.ok(nodes.includes('1 shells'))
      const [left] = await world().query<{ count: string }>('SELECT count(*) FROM piecework.key_ranges')
      assert.equal(Number(left?.count), 0)
    }))
}
