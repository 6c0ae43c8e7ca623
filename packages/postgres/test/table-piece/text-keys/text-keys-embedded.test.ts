import { suite } from 'uvu'
import { scratchEmbedded } from '../../scratch-embedded.js'
import type { World } from '../support.js'
import { textKeys, textKeyTables } from './text-keys-behaviour.js'

const test = suite('text keys on the embedded database')
let here: World
test.before(async () => {
  const db = await scratchEmbedded()
  for (const statement of textKeyTables.split(';')) await db.query(statement)
  here = { db, close: () => db.close() }
})
test.after(() => here.close())
textKeys(test, () => here)
test.run()
