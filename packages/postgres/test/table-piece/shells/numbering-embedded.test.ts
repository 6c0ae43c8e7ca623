import type { EmbeddedDatabase } from '@piecework/embedded'
import { postgresStore } from '@piecework/postgres'
import { suite } from 'uvu'
import { scratchEmbedded } from '../../scratch-embedded.js'
import { numberingBehaviour } from './numbering-behaviour.js'

const test = suite('numbering on the embedded database')
let db: EmbeddedDatabase
test.before(async () => {
  db = await scratchEmbedded()
  await postgresStore({ database: db }).migrate()
})
test.after(() => db.close())
numberingBehaviour(test, () => db, 5)
test.run()
