import { type EmbeddedDatabase, embedded } from '@piecework/embedded'
import { postgresStore } from '@piecework/postgres'
import { suite } from 'uvu'
import { numberingBehaviour } from './numbering-behaviour.js'

const test = suite('numbering on the embedded database')
let db: EmbeddedDatabase
test.before(async () => {
  db = await embedded()
  await postgresStore({ database: db }).migrate()
})
test.after(() => db.close())
numberingBehaviour(test, () => db, 5)
test.run()
