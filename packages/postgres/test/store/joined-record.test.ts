import type { EmbeddedDatabase } from '@piecework/embedded'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { scratchEmbedded } from '../scratch-embedded.js'
import { joinedRecordBehaviour } from './joined-record-behaviour.js'

const onServer = needsServer(suite('the record of joined requests, on a server'))
let scratch: ScratchDatabase
let only: pg.Pool
onServer.before(async () => {
  scratch = await scratchDatabase()
  only = new pg.Pool({ connectionString: scratch.url, max: 1 })
  await postgresStore({ database: fromPg(only) }).migrate()
})
onServer.after(async () => {
  await only.end()
  await scratch.drop()
})
joinedRecordBehaviour(onServer, () => fromPg(only))
onServer.run()

const onEmbedded = suite('the record of joined requests, on the embedded database')
let db: EmbeddedDatabase
onEmbedded.before(async () => {
  db = await scratchEmbedded()
  await postgresStore({ database: db }).migrate()
})
onEmbedded.after(() => db.close())
joinedRecordBehaviour(onEmbedded, () => db)
onEmbedded.run()
