import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { leaseClock } from '#internal/jobs/lease-clock.js'

const test = suite('the clock of laws about leases')

/** Leases of the tries, and what the law failed with. `law` is given the number of the try. */
async function tries(law: (attempt: number) => Promise<void>) {
  const leases: number[] = []
  let run = async (): Promise<void> => {}
  const clock = leaseClock((_title, registered) => {
    run = registered
  })
  clock.test('a law', async () => {
    leases.push(clock.leaseMs)
    await law(leases.length)
  })
  const error = await run().then(
    () => undefined,
    (reason: Error) => reason.message,
  )
  return { leases, error }
}

const busyFor = (ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('a law that fails on a machine that is too slow is tried again with longer leases', async () => {
  const law = async (attempt: number): Promise<void> => {
    busyFor(80)
    if (attempt === 1) throw new Error('its lease was lost')
  }
  assert.deepEqual(await tries(law), { leases: [200, 800], error: undefined })
})

test('a law that fails in time is not tried again', async () => {
  const law = async (): Promise<void> => {
    throw new Error('two leases were given')
  }
  assert.deepEqual(await tries(law), { leases: [200], error: 'two leases were given' })
})

test('a law that keeps failing fails', async () => {
  const law = async (attempt: number): Promise<void> => {
    busyFor([80, 250, 0][attempt - 1] ?? 0)
    throw new Error('two leases were given')
  }
  assert.deepEqual(await tries(law), { leases: [200, 800, 3200], error: 'two leases were given' })
})

test.run()
