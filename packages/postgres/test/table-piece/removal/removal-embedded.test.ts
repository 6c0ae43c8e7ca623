import type { EmbeddedDatabase } from '@piecework/embedded'
import { postgresStore } from '@piecework/postgres'
import { suite } from 'uvu'
import { scratchEmbedded } from '../../scratch-embedded.js'
import { removalBehaviour } from './removal-behaviour.js'

const test = suite('removal on the embedded database')
let db: EmbeddedDatabase
test.before(async () => {
  db = await scratchEmbedded()
  await postgresStore({ database: db }).migrate()
})
test.after(() => db.close())
// What the others say of a deletion is carried out by PostgreSQL, here as there.
removalBehaviour(test, () => db, ['none', 'RESTRICT'])
test.run()
