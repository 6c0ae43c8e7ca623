import assert from 'node:assert/strict'
import { inProcess } from '@piecework/runtime-inprocess'
import { explained, planOf, simulate, simulationLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { memoryServer } from './memory-server.js'
import { plantedFaults } from './planted-faults.js'

const test = suite('simulation: memory store')
const inProcessTest = suite('simulation: memory store, each process with a runtime of its own')

simulationLaws(test, { make: memoryServer() })
simulationLaws(inProcessTest, {
  make: memoryServer(),
  runtime: ({ environment }) => inProcess({ environment, onError: () => {} }),
  seeds: 20,
})

test('a failing seed is told with the command that shows it and the least that still fails', async () => {
  const plant = plantedFaults['claims stay for ever']
  assert.ok(plant)
  const make = memoryServer(plant)
  const whole = planOf(1)
  // Less than a whole one, for what is taken from it is tried again each time.
  const plan = {
    ...whole,
    requests: whole.requests.filter(({ what }) => what === 'clone'),
    faults: whole.faults.slice(0, 1),
  }
  const found = await simulate({ make }, plan)
  const text = await explained({ make }, found)
  assert.match(
    text,
    /^Seed 1 breaks a law \(npm run simulate -- --seed 1 shows what happens\):\n {2}exclusion: /,
  )
  const [, requests, faults] = /breaks one: (\d+) requests, (\d+) faults/.exec(text) ?? []
  assert.deepEqual([requests, faults], ['1', '0'])
})

test('simulations that are asked for at once do not meet', async () => {
  const make = memoryServer()
  const alone = [await simulate({ make }, planOf(7)), await simulate({ make }, planOf(8))]
  const together = await Promise.all([simulate({ make }, planOf(7)), simulate({ make }, planOf(8))])
  assert.deepEqual(
    together.map(({ hash }) => hash),
    alone.map(({ hash }) => hash),
  )
})

test('a simulation that cannot begin does not stop those after it', async () => {
  const make = memoryServer()
  await assert.rejects(simulate({ make }, undefined as never), TypeError)
  assert.deepEqual((await simulate({ make }, planOf(7))).violations, [])
})

test.run()
inProcessTest.run()
