import type { Queryable } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import {
  books,
  contentOf,
  pages,
  resource,
  sampleShelves,
  serverWorld,
  shelfKind,
  shelfPiece,
  shelfTables,
  type World,
} from './support.js'

const test = needsServer(suite('laws of pieces with integer keys'))
let world: World
test.before(async () => {
  world = await serverWorld(shelfTables)
})
test.after(() => world.close())

const over = (db: Queryable): World => ({
  ...world,
  query: async <Row extends object>(sql: string, values?: readonly unknown[]) =>
    (await db.query<Row>(sql, values)).rows,
})

const first = shelfPiece('books', [books])

pieceLaws(test, {
  piece: shelfPiece('pages', [pages], ['shelf/books']),
  before: [first],
  kind: shelfKind,
  database: () => world.database,
  sample: async (db) => {
    const [id] = await sampleShelves(over(db), 6)
    // A number that equals an id and is none.
    await db.query(`UPDATE pages SET doc = doc - 'n' WHERE doc ? 'n'`)
    return { resource: resource(id) }
  },
  content: async ({ id }, db) => {
    const content = (await contentOf(over(db), id)) as Readonly<Record<string, unknown>> | undefined
    return [content?.books, content?.pages]
  },
})
test.run()
