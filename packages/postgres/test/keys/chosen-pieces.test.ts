import assert from 'node:assert/strict'
import { memoryStore, type Pack, type Piecework, PieceworkError } from '@piecework/core'
import type { ArchiveRef } from '@piecework/core/piece'
import { postgresStore } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import {
  ann,
  contentOf,
  made,
  resource,
  sampleShelves,
  serverWorld,
  shelfTables,
  succeeded,
  type World,
  wholePack,
  withHost,
} from './support.js'

type Content = Readonly<Record<string, unknown>>

const test = needsServer(suite('imports of chosen pieces'))
let world: World
let shelf = ''
test.before(async () => {
  world = await serverWorld(shelfTables)
  ;[shelf] = await sampleShelves(world, 6)
})
test.after(() => world.close())

let stops = false
const pack: Pack = {
  ...wholePack,
  pieces: [
    ...(wholePack.pieces ?? []),
    {
      contract: 1,
      name: 'shelf/stops',
      of: 'shelf',
      version: 1,
      exporter: { export: async () => ({ rows: 0 }) },
      importer: {
        import: async () => {
          if (stops) throw new PieceworkError('unsupported', 'It stops.')
          return { rows: 0 }
        },
      },
    },
  ],
}

const stores = {
  postgres: () => postgresStore({ database: world.database }),
  memory: () => memoryStore({ database: world.database }),
}

for (const [name, store] of Object.entries(stores)) {
  const asked = (use: (piecework: Piecework, archive: ArchiveRef, all: Content) => Promise<void>) =>
    withHost(
      world,
      pack,
      async (piecework) => {
        const { job } = await succeeded(piecework.export({ resource: resource(shelf), principal: ann }))
        const all = (await contentOf(world, shelf)) as Content
        await use(piecework, job.result.archive ?? assert.fail(), all)
      },
      { store: store() },
    )

  test(`nothing half-made: what was left out is not there, and everything else is equal (${name})`, () =>
    asked(async (piecework, archive, all) => {
      const none = { books: null, pages: null, marks: null }
      for (const [choice, expected] of [
        [
          { only: ['shelf/books'] },
          { ...all, pages: null, marks: null, labels: null, parts: null, tickets: null },
        ],
        [{ without: ['shelf/words'] }, { ...all, labels: null, parts: null, tickets: null }],
        [{ without: ['shelf/books', 'shelf/pages'] }, { ...all, ...none }],
        [{ only: [] }, { ...none, labels: null, parts: null, tickets: null }],
      ] as const) {
        const report = await succeeded(piecework.import({ archive, principal: ann, ...choice }))
        assert.deepEqual(await contentOf(world, made(report)), expected, JSON.stringify(choice))
      }
    }))

  test(`nothing half-made: a piece that comes after one that is left out is refused by name (${name})`, () =>
    asked(async (piecework, archive) => {
      for (const choice of [{ without: ['shelf/books'] }, { only: ['shelf/pages', 'shelf/words'] }])
        for (const method of ['import', 'validate'] as const)
          await assert.rejects(
            piecework[method]({ archive, principal: ann, ...choice }),
            /"shelf\/pages" comes after "shelf\/books", which is left out/,
          )
    }))

  test(`nothing half-made: a retry imports what was chosen (${name})`, () =>
    asked(async (piecework, archive, all) => {
      stops = true
      const job = await piecework.import({ archive, principal: ann, without: ['shelf/words'] })
      assert.equal((await job.ended()).job.outcome, 'failed')
      stops = false
      const again = await succeeded(piecework.retry(job.id, { principal: ann }))
      assert.deepEqual(await contentOf(world, made(again)), {
        ...all,
        labels: null,
        parts: null,
        tickets: null,
      })
    }))

  test(`honest counts: a validation is of the chosen pieces (${name})`, () =>
    asked(async (piecework, archive) => {
      const validate = async (choice: object) => {
        const { nodes } = await succeeded(piecework.validate({ archive, principal: ann, ...choice }))
        return nodes.flatMap(({ piece }) => piece ?? []).sort()
      }
      assert.deepEqual(await validate({ without: ['shelf/words'] }), [
        'shelf/books',
        'shelf/pages',
        'shelf/stops',
      ])
      assert.deepEqual(await validate({ only: ['shelf/words'] }), ['shelf/words'])
      for (const [choice, told] of [
        [{ only: ['shelf/book'] }, /no piece "shelf\/book"; did you mean "shelf\/books"/],
        [{ without: ['nowhere'] }, /no piece "nowhere"/],
        [{ only: ['shelf/books'], without: [] }, /either only or without/],
      ] as const)
        await assert.rejects(piecework.validate({ archive, principal: ann, ...choice }), told)

      const { job } = await succeeded(
        piecework.export({ resource: resource(shelf), principal: ann, without: ['shelf/words'] }),
      )
      const smaller = job.result.archive ?? assert.fail()
      await assert.rejects(
        piecework.import({ archive: smaller, principal: ann, only: ['shelf/words'] }),
        /has no rows of the piece "shelf\/words"/,
      )
    }))
}
test.run()
