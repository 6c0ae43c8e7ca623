import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { type World, world } from '../support.js'
import { textKeys, textKeyTables } from './text-keys-behaviour.js'

const test = needsServer(suite('text keys on a server'))
let here: World
test.before(async () => {
  here = await world(textKeyTables)
})
test.after(() => here.close())
textKeys(test, () => here)
test.run()
