import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { serverWorld, type World } from '../../resource-ids/support.js'
import { tables, triggersAcross } from './across-behaviour.js'

const test = needsServer(suite('triggers across pieces, on a server'))
let world: World
test.before(async () => {
  world = await serverWorld(tables)
})
test.after(() => world.close())
triggersAcross(test, () => world)
test.run()
