import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ArtifactStore, createPiecework, isPieceworkError, memoryArtifacts } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, keys, Notebooks, type Setup, withPiecework } from '../support/notebooks.js'

const test = suite('engine: an artifact store that does not answer')

/** Memory answers at once, however busy the machine is. */
const artifactTimeoutMs = 20

const isStaged = (key: string): boolean => key.startsWith('jobs/') && key.endsWith('.csv')

function never(met: () => void): Promise<never> {
  met()
  return new Promise(() => {})
}

/** Waits, as often as it is asked to, until it is woken. */
class Silence {
  met = 0
  #left: number
  #wake: (() => void)[] = []

  constructor(times: number) {
    this.#left = times
  }

  async wait(): Promise<void> {
    if (this.#left === 0) return
    this.#left -= 1
    this.met += 1
    await new Promise<void>((resolve) => this.#wake.push(resolve))
  }

  end(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}

async function* waiting(
  chunks: AsyncIterable<Uint8Array>,
  silence: Silence,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    yield chunk
    await silence.wait()
  }
}

/** Where it falls silent. */
const places: Readonly<Record<string, (store: ArtifactStore, silence: Silence) => Partial<ArtifactStore>>> = {
  'before it takes any byte': (store, silence) => ({
    put: async (key, bytes) => {
      if (isStaged(key)) await silence.wait()
      return store.put(key, bytes)
    },
  }),
  'in the midst of the bytes': (store, silence) => ({
    put: (key, bytes) => store.put(key, isStaged(key) ? waiting(bytes, silence) : bytes),
  }),
  'when it has all bytes': (store, silence) => ({
    put: async (key, bytes) => {
      const size = await store.put(key, bytes)
      if (isStaged(key)) await silence.wait()
      return size
    },
  }),
  'when it is asked for a size': (store, silence) => ({
    stat: async (key) => {
      if (isStaged(key)) await silence.wait()
      return store.stat(key)
    },
  }),
  'when it is read': (store, silence) => ({
    open: (key, range) => (isStaged(key) ? waiting(store.open(key, range), silence) : store.open(key, range)),
  }),
}

function withSilent<T>(
  [place, silence]: readonly [string, Silence],
  use: (...given: Parameters<Parameters<typeof withPiecework<T>>[1]>) => Promise<T>,
): Promise<T> {
  const whole = memoryArtifacts()
  const artifacts = { ...whole, ...places[place]?.(whole, silence) }
  return withPiecework(
    (host) => host.pack(),
    (piecework, setup) => {
      piecework.events.on('error', () => {})
      return use(piecework, { ...setup, artifacts: whole })
    },
    { artifacts, artifactTimeoutMs, retryTtlMs: 0 },
  )
}

/** What the store does when it is woken is over then. */
const atRest = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

const left = async ({ artifacts }: Setup) => [
  ...(await keys(artifacts, 'jobs')),
  ...(await keys(artifacts, 'archives')),
]

for (const place of Object.keys(places)) {
  test(`a silence ${place} costs an attempt, and no job; what comes of it later goes`, () => {
    const silence = new Silence(1)
    return withSilent([place, silence], async (piecework, setup) => {
      const resource = setup.host.add('b1', 'Birds', ['wren', 'owl'])
      const { job, nodes } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.status, job.error, silence.met], ['succeeded', undefined, 1])
      assert.equal(Math.max(...nodes.map(({ attempt }) => attempt)), 2)
      silence.end()
      await atRest()
      assert.deepEqual(await left(setup), [job.result.archive?.artifact])
    })
  })

  test(`nothing half-made: a store that stays silent ${place} ends the job by the name of the option`, () => {
    const silence = new Silence(Number.POSITIVE_INFINITY)
    return withSilent([place, silence], async (piecework, setup) => {
      const resource = setup.host.add('b1', 'Birds', ['wren', 'owl'])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.status, job.error?.code], ['failed', 'storage'])
      assert.match(job.error?.message ?? '', /gave no answer for 20 ms \(artifactTimeoutMs\) when "jobs\//)
      await piecework.guard.checkEditable(resource)
      silence.end()
      await atRest()
      assert.deepEqual(await left(setup), [])
    })
  })
}

test('a store that deletes nothing and says nothing holds up neither a job nor its claim', () => {
  const whole = memoryArtifacts()
  const artifacts = { ...whole, delete: () => new Promise<void>(() => {}) }
  return withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.status, 'succeeded')
      await piecework.guard.checkEditable(resource)
    },
    { artifacts, artifactTimeoutMs },
  )
})

/** How a store that says nothing could hold up a process that is to end. */
const holdUps: Readonly<Record<string, (store: ArtifactStore, met: () => void) => Partial<ArtifactStore>>> = {
  'while an attempt writes': (store, met) => ({
    put: (key, bytes) => (isStaged(key) ? never(met) : store.put(key, bytes)),
    delete: () => never(() => {}),
  }),
  'while the sweep lists': (store, met) => ({
    list: async function* (prefix) {
      await never(met)
      yield* store.list(prefix)
    },
  }),
}

for (const [when, change] of Object.entries(holdUps)) {
  test(`a stop does not wait for a store that does not answer ${when}`, async () => {
    const host = new Notebooks()
    const whole = memoryArtifacts()
    const parts = { packs: [host.pack()], runtime: inProcess(), graceMs: 20 }
    let met = () => {}
    const isMet = new Promise<void>((resolve) => {
      met = resolve
    })
    // Its own limit is far away.
    const piecework = createPiecework({ ...parts, artifacts: { ...whole, ...change(whole, () => met()) } })
    piecework.events.on('error', () => {})
    await piecework.start()
    const resource = host.add('b1', 'Birds', ['wren'])
    await piecework.export({ resource, principal: ann })
    await isMet
    const tooLate = new AbortController()
    const late = sleep(30_000, 'it waits', { signal: tooLate.signal }).catch(() => undefined)
    assert.equal(await Promise.race([piecework.stop(), late]), undefined)
    tooLate.abort()
  })
}

test('time counts for the store alone: bytes may come as slowly as they do', () =>
  withSilent(['', new Silence(0)], async (piecework, { artifacts }) => {
    const slow = async function* () {
      for (const chunk of ['a', 'b', 'c']) {
        await new Promise((resolve) => setTimeout(resolve, 2 * artifactTimeoutMs))
        yield Buffer.from(chunk)
      }
    }
    const isNoArchive = (error: unknown) => isPieceworkError(error, 'archive-invalid')
    await assert.rejects(piecework.import({ archive: { stream: slow() }, principal: ann }), isNoArchive)
    assert.deepEqual(await keys(artifacts, 'jobs'), [])
  }))

test.run()
