import { suite } from 'uvu'
import { integerKeysBehaviour } from './integer-keys-behaviour.js'
import { embeddedWorld, shelfTables, type World } from './support.js'

const test = suite('integer keys on the embedded database')
let world: World
test.before(async () => {
  world = await embeddedWorld(shelfTables)
})
test.after(() => world.close())
integerKeysBehaviour(test, () => world, embeddedWorld)
test.run()
