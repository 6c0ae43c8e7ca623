import assert from 'node:assert/strict'
import type { Store } from '@piecework/core/store'
import { type MakeServer, planOf, simulate, simulationLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { plantedFaults } from './planted-faults.js'
import { type PostgresServer, postgresServer } from './postgres-server.js'

const test = suite('simulation: PostgreSQL')
let server: PostgresServer

test.before(async () => {
  // The embedded database takes several times as long.
  server = await postgresServer(process.env.DATABASE_URL || undefined)
})
test.after(() => server.close())

const make: MakeServer = (settings) => server.make(settings)

// Of the first seeds those in which most happens for what they take.
simulationLaws(test, { make, seeds: 3, firstSeed: 4 })

const planted = (plant: (store: Store) => Store): MakeServer => {
  return async (settings) => {
    const whole = await server.make(settings)
    return { ...whole, connect: (environment) => plant(whole.connect(environment)) }
  }
}

test('a fault is found: the work of an attempt is done twice', async () => {
  const plant = plantedFaults['the work of an attempt is done twice']
  assert.ok(plant)
  for (const seed of [4, 5, 2, 1, 3, 6, 7, 8, 9, 10])
    if ((await simulate({ make: planted(plant) }, planOf(seed))).violations.length > 0) return
  assert.fail('none of 10 seeds finds it')
})

test.run()
