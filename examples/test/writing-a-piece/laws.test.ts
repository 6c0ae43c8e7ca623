import { fromPg } from '@piecework/postgres'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import { pieceLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import { notebookKind } from '../../src/writing-a-piece/notebook-kind.js'
import { cover, pages } from '../../src/writing-a-piece/pages.js'
import { stickers } from '../../src/writing-a-piece/stickers.js'
import { tables } from '../../src/writing-a-piece/tables.js'
import { coverContent, pagesContent, sampleNotebook, stickersContent } from './sample.js'

const test = needsServer(suite('notebooks'))
const scratch = process.env.DATABASE_URL ? await scratchDatabase() : undefined
const pool = new pg.Pool({ connectionString: scratch?.url })
test.before(async () => void (await pool.query(tables)))
test.after(async () => {
  await pool.end()
  await scratch?.drop()
})

const host = { kind: notebookKind, database: () => fromPg(pool), sample: sampleNotebook }
pieceLaws(test, { ...host, piece: cover, content: coverContent })
pieceLaws(test, { ...host, piece: pages, content: pagesContent })
pieceLaws(test, { ...host, piece: stickers, content: stickersContent, before: [pages] })
test.run()
