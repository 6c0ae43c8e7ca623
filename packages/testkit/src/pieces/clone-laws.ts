import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { LawTest } from '../law.js'
import { assertEqualContent, ownIds } from './content.js'
import { soughtKeys } from './old-keys.js'
import { pieceBench } from './piece-bench.js'
import type { PieceLawsOptions } from './piece-laws-options.js'

/** Laws of a cloner. Run by `pieceLaws`. */
export function cloneLaws(test: LawTest, options: PieceLawsOptions): void {
  const { name, exporter, importer } = options.piece

  test(`new ids: ${name}: a clone makes equal content, and no old id survives in it`, async () => {
    const bench = await pieceBench(options)
    const before = await options.content(bench.source, bench.db)
    const sought = soughtKeys(bench)
    const { content, findings } = await bench.clone(sought)
    assertEqualContent(content, before, bench.sample, findings)
    const old = ownIds(before, bench.sample)
    assert.deepEqual(
      [...ownIds(content, bench.sample)].filter((id) => old.has(id)),
      [],
      'old ids survive',
    )
    await sought.assertNone()
    assert.deepEqual(await options.content(bench.source, bench.db), before, 'the source has changed')
  })

  if (!exporter || !importer) return
  test(`new ids: ${name}: a clone makes what an import makes, to the last id`, async () => {
    const bench = await pieceBench(options)
    const job = randomUUID()
    const [cloned, imported] = [await bench.clone({ job }), await bench.import(await bench.export(), { job })]
    assert.deepEqual(cloned.content, imported.content)
    assert.deepEqual(cloned.counts.rows, imported.counts.rows)
  })
}
