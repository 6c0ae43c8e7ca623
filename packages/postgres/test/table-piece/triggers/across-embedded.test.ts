import { suite } from 'uvu'
import { embeddedWorld, type World } from '../../resource-ids/support.js'
import { tables, triggersAcross } from './across-behaviour.js'

const test = suite('triggers across pieces, on the embedded database')
let world: World
test.before(async () => {
  world = await embeddedWorld(tables)
})
test.after(() => world.close())
triggersAcross(test, () => world, 5)
test.run()
