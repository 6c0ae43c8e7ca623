import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { entriesOf, type NewFinding } from '@piecework/core/piece'
import { chunked } from '../bytes.js'
import { withFindings } from '../findings-text.js'
import { type LawTest, patience } from '../law.js'
import { within } from '../within.js'
import { pieceBench } from './piece-bench.js'
import type { PieceLawsOptions } from './piece-laws-options.js'
import { untilAborted } from './until-aborted.js'

/** Laws of an exporter, and of the validators that read what it wrote. Run by `pieceLaws`. */
export function exportLaws(test: LawTest, options: PieceLawsOptions): void {
  const { name, validators = [] } = options.piece
  const ms = patience(options)

  test(`reproducible: ${name}: two exports of the same content write the same bytes`, async () => {
    const bench = await pieceBench(options)
    const [first, second] = [await bench.export(), await bench.export()]
    assert.deepEqual(second.counts, first.counts)
    const texts = [first, second].map(({ entries }) =>
      entries.map(({ path, rows, bytes }) => [path, rows, bytes.toString('latin1')]),
    )
    assert.deepEqual(texts[1], texts[0])
  })

  test(`honest counts: ${name}: the rows that are counted are the rows that the entries hold`, async () => {
    const { entries, counts } = await (await pieceBench(options)).export()
    assert.ok(entries.length > 0, 'the sample gives the piece nothing to carry')
    const paths = entries.map(({ path }) => path)
    assert.deepEqual(paths, [...new Set(paths)], 'an entry is written twice')
    let stated = 0
    for (const { path, bytes, rows } of entries) {
      if (rows === undefined) continue
      stated += rows
      const read = entriesOf([{ path, facts: { size: bytes.length }, open: () => chunked(bytes, 61) }])
      let found = 0
      for await (const batch of read.rows(path)) found += batch.length
      assert.equal(found, rows, `entry ${path} holds ${found} rows and states ${rows}`)
    }
    assert.equal(counts.rows, stated, 'the piece counts other rows than it wrote')
  })

  test(`nothing half-made: ${name}: an export that is aborted ends, with an error`, async () => {
    const bench = await pieceBench(options)
    const controller = new AbortController()
    const { signal } = controller
    const run = bench.export({
      signal,
      write: async () => {
        setImmediate(() => controller.abort(new Error('aborted by the laws')))
        return untilAborted(signal)
      },
    })
    await within(ms, 'the export to end', assert.rejects(run))
  })

  if (validators.length === 0) return
  test(`all problems at once: ${name}: what it exports, its own validators accept`, async () => {
    const bench = await pieceBench(options)
    const { entries } = await bench.export()
    const files = entries.map(({ path, bytes, rows }) => ({
      path,
      facts: { size: bytes.length, ...(rows !== undefined && { rows }) },
      open: () => chunked(bytes, 61),
    }))
    const context = {
      jobId: randomUUID(),
      resource: bench.source,
      principal: { id: randomUUID() },
      options: options.piece.options?.parse(options.options ?? {}),
      signal: new AbortController().signal,
      progress: () => {},
      entries: entriesOf(files),
      target: { kind: bench.source.kind, id: randomUUID() },
      carries: () => true,
    }
    await bench.db.transaction(
      async (tx) => {
        const errors: NewFinding[] = []
        for (const validator of validators)
          for await (const finding of validator.validate({ ...context, tx }))
            if (finding.severity === 'error') errors.push(finding)
        assert.equal(errors.length, 0, withFindings('its own validators refuse it.', errors))
      },
      { readOnly: true },
    )
  })
}
