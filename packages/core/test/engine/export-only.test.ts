import assert from 'node:assert/strict'
import type { Piece } from '@piecework/core/piece'
import { suite } from 'uvu'
import { ann, bytes, type Notebooks, withPiecework } from '../support/notebooks.js'

const test = suite('engine: pieces for people')

const sheet = (more: Partial<Piece>): Piece => ({
  contract: 1,
  name: 'notebook/sheet',
  of: 'notebook',
  version: 1,
  exporter: {
    export: async ({ write }) => {
      await write('sheet.txt', bytes('seen'))
      return { rows: 0 }
    },
  },
  ...more,
})

const importable: Partial<Piece> = { importer: { import: async () => ({ rows: 0 }) } }

test('honest counts: a piece that the archive has for people only, and this installation imports, is told', async () => {
  await withPiecework(
    (host: Notebooks) => host.pack(sheet({ exportOnly: true })),
    async (old, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { archive } = await (await old.export({ resource, principal: ann })).result()
      assert.ok(archive)
      const told = async (piece: Piece) => {
        let codes: string[] = []
        await withPiecework(
          (other: Notebooks) => other.pack(piece),
          async (piecework) => {
            const { job, findings } = await (await piecework.import({ archive, principal: ann })).ended()
            assert.equal(job.outcome, 'succeeded')
            codes = findings.map(({ code, message }) => `${code}: ${message}`)
          },
          { artifacts },
        )
        return codes
      }
      assert.deepEqual(await told(sheet({ exportOnly: true })), [])
      assert.deepEqual(await told(sheet(importable)), [
        'archive/piece-export-only: The archive has the piece "notebook/sheet" for people only: it is not imported.',
      ])
    },
  )
})

test.run()
