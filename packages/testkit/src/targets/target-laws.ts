import assert from 'node:assert/strict'
import { checkOptions } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { linked } from '../linked.js'
import { attempt, type SampleDelivery, type Step, sampleDelivery } from './sample-delivery.js'
import { type TargetLawsOptions, type TargetSample, targetLawChecks } from './target-laws-options.js'

/** Laws of a `Target`. */
export function targetLaws(runner: LawTest, options: TargetLawsOptions): void {
  const test = linked(runner)
  checkOptions('targetLaws()', options, targetLawChecks)
  const { make, bytesStay } = options
  const shows = bytesStay ? showsLocations : showsFiles

  test('destinations: what is none is refused, and so is a name that is not known', async () => {
    const { target, destination } = await make()
    assert.ok(target.name, 'it has no name')
    for (const wrong of [null, 7, 'here', [destination], { ...Object(destination), zzUnknownZz: 1 }])
      assert.throws(() => target.schema.parse(wrong), `${JSON.stringify(wrong)} is taken`)
  })

  test('exactly once: an attempt that dies at any step is followed by one that delivers the same, once', async () => {
    const steps = await stepsOf(await make())
    assert.ok(bytesStay || steps > 1, 'the bytes are not read')
    for (let dying = 1; dying <= steps; dying++) {
      const sample = await make()
      const delivery = sampleDelivery()
      await dies(sample, delivery, dying)
      const seen = bytesStay ? [] : (await sample.files()).values()
      for (const bytes of seen)
        assert.ok(delivery.bytes.equals(bytes), `a half of it is seen after step ${dying} of ${steps}`)
      await attempt(sample, delivery)
      await shows(sample, [delivery])
    }
  })

  test('exactly once: the same key again is one file, at the same place', async () => {
    const sample = await make()
    const delivery = sampleDelivery()
    await attempt(sample, delivery)
    const { location } = delivery
    await attempt(sample, delivery)
    delivery.kept = undefined
    await attempt(sample, delivery)
    await shows(sample, [delivery])
    assert.equal(delivery.location, location, 'it is told to be elsewhere')
  })

  test('nothing half-made: two deliveries of one name do not take each other away', async () => {
    const sample = await make()
    const deliveries = [sampleDelivery(), sampleDelivery(), sampleDelivery()]
    await attempt(sample, deliveries[0] ?? sampleDelivery())
    await Promise.all(deliveries.slice(1).map((one) => attempt(sample, one)))
    await shows(sample, deliveries)
  })

  if (bytesStay) lawsWithoutBytes(test, options)
  else lawsOfBytes(test, options)
}

function lawsWithoutBytes(test: LawTest, { make }: TargetLawsOptions): void {
  test('the bytes stay where they are: none is read', async () => {
    const sample = await make()
    const delivery = sampleDelivery()
    await attempt(sample, delivery, {
      at: (step) =>
        assert.notEqual(step, 'chunk', 'bytes are read: then it is under the laws of those that move them'),
    })
    await showsLocations(sample, [delivery])
  })

  test('nothing half-made: a delivery that is stopped makes nothing', async () => {
    const sample = await make()
    const signal = AbortSignal.abort(new Error('Stopped.'))
    await assert.rejects(attempt(sample, sampleDelivery(), { signal }))
    await showsLocations(sample, [])
  })
}

function lawsOfBytes(test: LawTest, { make }: TargetLawsOptions): void {
  test('what is delivered has the bytes that were made, whatever their number', async () => {
    const sample = await make()
    const deliveries = [0, 1, 16_384, 200_001].map((size) => sampleDelivery(size, `${size}.bin`))
    for (const one of deliveries) await attempt(sample, one)
    await showsFiles(sample, deliveries)
  })

  test('nothing half-made: while bytes come, and when they break, nothing is seen', async () => {
    const sample = await make()
    const delivery = sampleDelivery()
    const seen: number[] = []
    await attempt(sample, delivery, {
      at: async (step) => {
        if (step === 'chunk') seen.push((await sample.files()).size)
      },
    })
    assert.ok(seen.length > 0 && seen.every((files) => files === 0), 'a part of a file is seen')
    const broken = sampleDelivery(100_000, 'broken.bin')
    const bytes = broken.file.open
    const file = {
      ...broken.file,
      open: async function* () {
        yield* bytes()
        throw new Error('The bytes are not those that were made.')
      },
    }
    await assert.rejects(attempt(sample, broken, { file }), /not those that were made|./)
    await showsFiles(sample, [delivery])
  })

  test('nothing half-made: a delivery that is stopped ends soon, and is not seen', async () => {
    const sample = await make()
    const delivery = sampleDelivery()
    const stop = new AbortController()
    const stopped = attempt(sample, delivery, {
      signal: stop.signal,
      at: (step) => {
        if (step === 'chunk') stop.abort(new Error('Stopped.'))
      },
    })
    await assert.rejects(stopped)
    await showsFiles(sample, [])
  })
}

/** Everything that was delivered, and nothing else. */
async function showsFiles(sample: TargetSample, deliveries: readonly SampleDelivery[]): Promise<void> {
  const found = [...(await sample.files()).values()].map((bytes) => Buffer.from(bytes))
  const missing = deliveries.filter(({ bytes }) => !found.some((one) => one.equals(bytes)))
  assert.equal(missing.length, 0, `${missing.length} of ${deliveries.length} files are not there`)
  assert.equal(found.length, deliveries.length, 'there are other files than those that were delivered')
}

async function showsLocations(sample: TargetSample, deliveries: readonly SampleDelivery[]): Promise<void> {
  const told = deliveries.map(({ location }) => location)
  assert.deepEqual(
    [...(await sample.files()).keys()].sort(),
    told.sort(),
    'there is something else than was told',
  )
}

async function stepsOf(sample: TargetSample): Promise<number> {
  let steps = 0
  await attempt(sample, sampleDelivery(), { at: () => void steps++ })
  return steps
}

/** From the step on, nothing of the process answers: what it would still do in it never happens. */
async function dies(sample: TargetSample, delivery: SampleDelivery, dying: number): Promise<void> {
  let step = 0
  await new Promise<void>((resolve, reject) => {
    const at = (_step: Step): Promise<void> | void => {
      step += 1
      if (step < dying) return
      resolve()
      return new Promise(() => {})
    }
    // Told progress, it does not wait for an answer: it may come to its end.
    attempt(sample, delivery, { at }).then(resolve, reject)
  })
}
