import assert from 'node:assert/strict'
import type { LawTest } from '../law.js'
import { allTables } from './all-tables.js'
import { type CopyOptions, pieceBench } from './piece-bench.js'
import type { PieceLawsOptions } from './piece-laws-options.js'

/** What a failed job has made goes, whatever the foreign keys of the host. Run by `pieceLaws`. */
export function removalLaws(test: LawTest, options: PieceLawsOptions): void {
  const { name, exporter, importer, cloner } = options.piece
  if (!options.kind.shell) return

  if (exporter && importer) {
    test(`nothing half-made: ${name}: after an import is removed nothing is left`, async () => {
      const bench = await pieceBench(options)
      const exported = await bench.export()
      await leavesNothing((how) => bench.import(exported, how))
    })
  }
  if (!cloner) return
  test(`nothing half-made: ${name}: after a clone is removed nothing is left`, async () => {
    const bench = await pieceBench(options)
    await leavesNothing((how) => bench.clone(how))
  })
}

/** Compares every table of the database with what it was before the copy was made. */
async function leavesNothing(copy: (how: CopyOptions) => Promise<unknown>): Promise<void> {
  let before: Readonly<Record<string, string>> = {}
  let after: Readonly<Record<string, string>> = {}
  await copy({
    begin: async (tx) => {
      before = await allTables(tx)
    },
    removed: async (tx) => {
      after = await allTables(tx)
    },
  })
  const left = Object.keys(after).filter((table) => after[table] !== before[table])
  const lines = left.map((table) => `\n  ${table}: ${before[table]} before, ${after[table]} after`)
  assert.deepEqual(left, [], `not everything is gone; tables that are not as they were:${lines.join('')}`)
}
