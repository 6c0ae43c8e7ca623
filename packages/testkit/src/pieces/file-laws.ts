import assert from 'node:assert/strict'
import type { LawTest } from '../law.js'
import { type CopyOptions, type ExportedEntry, pieceBench } from './piece-bench.js'
import type { PieceLawsOptions } from './piece-laws-options.js'

/** Laws of pieces that put files into a store of the host's. Run by `pieceLaws`, with `fileKeys`. */
export function fileLaws(test: LawTest, options: PieceLawsOptions): void {
  const { piece, fileKeys } = options
  if (!fileKeys) return
  const keys = async (): Promise<readonly string[]> => [...(await fileKeys())].sort()

  const ways = ['import', ...(piece.cloner ? ['clone'] : [])] as const
  for (const way of ways) {
    const made = async (how: CopyOptions): Promise<void> => {
      const bench = await pieceBench(options)
      const before = await keys()
      const work = way === 'import' ? bench.import(await bench.export(), how) : bench.clone(how)
      await work.catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error
      })
      assert.deepEqual(await keys(), before, 'removing what was announced leaves the files as they were')
    }

    test(`nothing half-made: ${piece.name}: ${way}: what was announced is all that was put, under keys of its own`, async () => {
      let put = 0
      let before = new Set<string>()
      await made({
        begin: async () => {
          before = new Set(await keys())
        },
        undone: async () => {
          const all = await keys()
          for (const key of before) assert.ok(all.includes(key), `the file ${key} is gone`)
          put = all.length - before.size
        },
      })
      assert.ok(put > 0, 'the sample has no file')
    })

    test(`nothing half-made: ${piece.name}: ${way}: nothing is put that the journal has not taken`, async () => {
      let before: readonly string[] = []
      await made({
        begin: async () => {
          before = await keys()
        },
        announce: async () => {
          throw new Refused()
        },
        undone: async () => assert.deepEqual(await keys(), before, 'a file was put before it was announced'),
      })
    })
  }

  test(`nothing half-made: ${piece.name}: import: bytes that are not those of the export are refused`, async () => {
    const bench = await pieceBench(options)
    const exported = await bench.export()
    const before = await keys()
    const isChanged = ({ path, bytes }: ExportedEntry) => !path.endsWith('.csv') && bytes.length > 0
    assert.ok(
      exported.entries.some(isChanged),
      'the sample has no file with bytes; "fileKeys" is for pieces that carry files',
    )
    const open = async function* (entry: ExportedEntry) {
      const bytes = Buffer.from(entry.bytes)
      if (isChanged(entry)) bytes[0] = (bytes[0] as number) ^ 1
      yield bytes
    }
    await assert.rejects(bench.import(exported, { open }), 'other bytes were imported')
    assert.deepEqual(await keys(), before, 'files of the import that was refused')
  })
}

class Refused extends Error {}
