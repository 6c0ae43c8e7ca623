import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { integerKeysBehaviour } from './integer-keys-behaviour.js'
import { serverWorld, shelfTables, type World } from './support.js'

const test = needsServer(suite('integer keys on a server'))
let world: World
test.before(async () => {
  world = await serverWorld(shelfTables)
})
test.after(() => world.close())
integerKeysBehaviour(test, () => world, serverWorld)
test.run()
