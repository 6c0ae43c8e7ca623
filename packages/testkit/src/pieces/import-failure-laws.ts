import assert from 'node:assert/strict'
import { type LawTest, patience } from '../law.js'
import { within } from '../within.js'
import { allTables } from './all-tables.js'
import { type ExportedEntry, type PieceBench, pieceBench } from './piece-bench.js'
import type { PieceLawsOptions } from './piece-laws-options.js'
import { untilAborted } from './until-aborted.js'

/** Laws of importers that cannot go on. Run by `pieceLaws`. */
export function importFailureLaws(test: LawTest, options: PieceLawsOptions): void {
  const { name } = options.piece
  const ms = patience(options)

  test(`nothing half-made: ${name}: an import whose transaction is rolled back leaves nothing`, async () => {
    const bench = await pieceBench(options)
    const exported = await bench.export()
    await unchanged(bench, () => bench.import(exported))
  })

  test(`nothing half-made: ${name}: an import whose input breaks off fails and leaves nothing`, async () => {
    const bench = await pieceBench(options)
    const exported = await bench.export()
    for (const { path } of exported.entries) {
      let opened = false
      const open = (entry: ExportedEntry) => {
        if (entry.path !== path) return whole(entry)
        opened = true
        return broken(entry)
      }
      await unchanged(bench, async () => {
        const error = await bench.import(exported, { open }).then(
          () => undefined,
          (reason: unknown) => reason ?? 'no reason',
        )
        // An entry that is for people need not be read.
        if (opened) assert.ok(error, `entry ${path} broke off, and the import went on`)
      })
    }
  })

  test(`nothing half-made: ${name}: an import that is aborted ends, with an error, and leaves nothing`, async () => {
    const bench = await pieceBench(options)
    const exported = await bench.export()
    const controller = new AbortController()
    const { signal } = controller
    const open = async function* (entry: ExportedEntry) {
      yield half(entry)
      setImmediate(() => controller.abort(new Error('aborted by the laws')))
      await untilAborted(signal)
    }
    await unchanged(bench, () =>
      within(ms, 'the import to end', assert.rejects(bench.import(exported, { signal, open }))),
    )
  })
}

async function unchanged({ db }: PieceBench, action: () => Promise<unknown>): Promise<void> {
  const before = await allTables(db)
  await action()
  assert.deepEqual(await allTables(db), before, 'something was written outside the transaction')
}

const half = ({ bytes }: ExportedEntry): Buffer => bytes.subarray(0, Math.ceil(bytes.length / 2))

async function* whole({ bytes }: ExportedEntry): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function* broken(entry: ExportedEntry): AsyncGenerator<Uint8Array> {
  yield half(entry)
  throw new Error(`the laws break off ${entry.path}`)
}
