import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { withFindings } from '../findings-text.js'
import type { LawTest } from '../law.js'
import { assertEqualContent, ownIds } from './content.js'
import { soughtKeys } from './old-keys.js'
import { pieceBench } from './piece-bench.js'
import type { PieceLawsOptions } from './piece-laws-options.js'

/** Laws of what an importer makes. Run by `pieceLaws`. */
export function importLaws(test: LawTest, options: PieceLawsOptions): void {
  const { name } = options.piece

  test(`new ids: ${name}: an import makes equal content, and no old id survives in it`, async () => {
    const bench = await pieceBench(options)
    const before = await options.content(bench.source, bench.db)
    const sought = soughtKeys(bench)
    const { content, findings } = await bench.import(await bench.export(), sought)
    assertEqualContent(content, before, bench.sample, findings)
    const old = ownIds(before, bench.sample)
    const survivors = [...ownIds(content, bench.sample)].filter((id) => old.has(id))
    assert.deepEqual(survivors, [], 'old ids survive')
    await sought.assertNone()
    assert.deepEqual(await options.content(bench.source, bench.db), before, 'the source has changed')
  })

  test(`new ids: ${name}: imports by two jobs share no id`, async () => {
    const bench = await pieceBench(options)
    const exported = await bench.export()
    const [first, second] = [await bench.import(exported), await bench.import(exported)]
    const taken = ownIds(first.content, bench.sample)
    assert.deepEqual(
      [...ownIds(second.content, bench.sample)].filter((id) => taken.has(id)),
      [],
    )
  })

  test(`exactly once: ${name}: an attempt that follows a lost one makes the same rows`, async () => {
    const bench = await pieceBench(options)
    const exported = await bench.export()
    const job = randomUUID()
    const lost = await bench.import(exported, { job })
    assert.deepEqual(await bench.import(exported, { job }), lost)
  })

  test(`honest counts: ${name}: every row that it was given is counted as written, or as skipped with a finding`, async () => {
    const bench = await pieceBench(options)
    const exported = await bench.export()
    const { counts, findings } = await bench.import(exported)
    const stated = exported.entries.map(({ rows }) => rows).filter((rows) => rows !== undefined)
    const { rows, skipped = 0 } = counts
    if (stated.length > 0) {
      assert.equal(
        rows + skipped,
        stated.reduce((sum, one) => sum + one, 0),
        withFindings('rows are lost or made up.', findings),
      )
    }
    const told = findings.reduce((sum, { count = 1 }) => sum + count, 0)
    assert.ok(
      told >= skipped,
      withFindings(`${skipped} rows were skipped, and ${told} findings report it.`, findings),
    )
  })
}
