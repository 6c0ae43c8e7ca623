import type { EmbeddedDatabase } from '@piecework/embedded'
import { suite } from 'uvu'
import { scratchEmbedded } from '../scratch-embedded.js'
import { databaseBehaviour } from './behaviour.js'
import { binaryBehaviour } from './binary-behaviour.js'
import { copyBehaviour } from './copy-behaviour.js'
import { valueLaws } from './value-laws.js'

const test = suite('embedded')
let db: EmbeddedDatabase
test.before(async () => {
  db = await scratchEmbedded()
})
test.after(() => db.close())
databaseBehaviour(test, () => db)
copyBehaviour(test, () => db)
binaryBehaviour(test, () => db)
valueLaws(test, () => db)
test.run()
