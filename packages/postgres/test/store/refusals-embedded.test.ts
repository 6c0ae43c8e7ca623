import type { EmbeddedDatabase } from '@piecework/embedded'
import { postgresStore } from '@piecework/postgres'
import { suite } from 'uvu'
import { scratchEmbedded } from '../scratch-embedded.js'
import { refusalBehaviour, refusalTables } from './refusal-behaviour.js'

const test = suite('what the embedded database refuses')
let db: EmbeddedDatabase
test.before(async () => {
  db = await scratchEmbedded()
  await postgresStore({ database: db }).migrate()
  for (const sql of [...refusalTables, 'CREATE ROLE nobody_there']) await db.query(sql)
})
test.after(() => db.close())
refusalBehaviour(test, () => db)
test.run()
