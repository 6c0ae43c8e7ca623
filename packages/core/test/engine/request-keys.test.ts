import assert from 'node:assert/strict'
import { isPieceworkError, type Piecework, type ResourceRef } from '@piecework/core'
import type { RequestKey } from '@piecework/core/store'
import { suite } from 'uvu'
import { ann, bytes, withPiecework } from '../support/notebooks.js'
import { format, notes } from '../support/notes.js'

const test = suite('engine: request keys')

const requestKey: RequestKey = { key: 'k1', digest: 'd1' }
const ben = { id: 'ben' }

const refused = (work: Promise<unknown>, code: Parameters<typeof isPieceworkError>[1], words = /./) =>
  assert.rejects(work, (error) => isPieceworkError(error, code) && words.test(error.message))

const jobsOf = async (piecework: Piecework): Promise<number> =>
  (await piecework.jobs({ principal: ann })).length

/** Both requests make the same job, and no other. */
async function once(piecework: Piecework, ask: () => Promise<{ readonly id: string }>): Promise<string> {
  const before = await jobsOf(piecework)
  const [first, ...others] = await Promise.all([ask(), ask(), ask()])
  others.push(await ask())
  assert.deepEqual(
    others.map(({ id }) => id),
    others.map(() => first?.id),
  )
  assert.equal(await jobsOf(piecework), before + 1)
  return first?.id ?? ''
}

test('exactly once: requests with one key make one job, however many come and whenever', () =>
  withPiecework(notes, async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    const created: string[] = []
    piecework.events.on('job:created', ({ id }) => created.push(id))
    const asked = { principal: ann, resource }
    const id = await once(piecework, () => piecework.export({ ...asked, requestKey }))
    const again = await piecework.export({ ...asked, requestKey })
    const { archive } = await again.result()
    assert.equal((await piecework.export({ ...asked, requestKey })).id, id)
    assert.deepEqual(created, [id])
    const { artifact = '' } = archive ?? {}
    const keyed = (key: string) => ({ principal: ann, requestKey: { key, digest: 'd' } })
    for (const request of [
      () => piecework.clone({ resource, ...keyed('k2') }),
      () => piecework.import({ archive: { artifact }, ...keyed('k3') }),
      () => piecework.validate({ archive: { artifact }, ...keyed('k4') }),
    ])
      await once(piecework, request)
  }))

test('exactly once: the retry of a job has a key of its own', () =>
  withPiecework(notes, async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    const asked = await piecework.export({ principal: ann, resource, requestKey })
    await asked.cancel()
    await asked.ended()
    const { id } = asked
    assert.equal((await piecework.export({ principal: ann, resource, requestKey })).id, id)
    const retried = () => piecework.retry(id, { principal: ann, requestKey: { key: 'k2', digest: id } })
    assert.notEqual(await once(piecework, retried), id)
  }))

test('a key that was used for another request is refused, and nothing is made; another principal has keys of its own', () =>
  withPiecework(notes, async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    const other = host.add('b2', 'Bees', ['bee'])
    const first = await piecework.export({ principal: ann, resource, requestKey })
    const another = { ...requestKey, digest: 'd2' }
    await refused(
      piecework.export({ principal: ann, resource: other, requestKey: another }),
      'request-key-used',
      new RegExp(`"k1" .*${first.id}.*new key`),
    )
    await refused(piecework.retry(first.id, { principal: ann, requestKey: another }), 'request-key-used')
    assert.equal(await jobsOf(piecework), 1)
    const bens = await piecework.export({ principal: ben, resource: other, requestKey: another })
    assert.notEqual(bens.id, first.id)
  }))

test('a request that was refused has used no key', () =>
  withPiecework(notes, async (piecework, { host }) => {
    const resource: ResourceRef = { kind: 'notebook', id: 'none' }
    const asked = () => piecework.export({ principal: ann, resource, requestKey })
    await refused(asked(), 'resource-not-found')
    host.add('none', 'Birds', ['wren'])
    await (await asked()).result()
  }))

test('a key that is none is refused before anything is made', () =>
  withPiecework(notes, async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    for (const bad of [
      'k1',
      {},
      { key: 'k1' },
      { key: '', digest: 'd' },
      { key: 'k'.repeat(256), digest: 'd' },
    ])
      await refused(
        piecework.export({ principal: ann, resource, requestKey: bad as never }),
        'options-invalid',
        /^export\(\).* requestKey/,
      )
    await refused(
      piecework.export({ resource, requestKey } as never),
      'options-invalid',
      /^export\(\) needs principal/,
    )
    assert.equal(await jobsOf(piecework), 0)
  }))

test('exactly once: a draft is created once, validated once and run once by keys of their own', () =>
  withPiecework(notes, async (piecework, { host }) => {
    const create = () =>
      piecework.createDraft({ format, principal: ann, name: 'Notes', requestKey }).then((draft) => ({
        ...draft,
        id: draft.job,
      }))
    const books = host.books.size
    await once(piecework, create)
    assert.equal(host.books.size, books + 1)
    const draft = await create()
    await draft.upload('text', { stream: bytes('one\n') })
    await once(piecework, () => draft.validate({ requestKey: { key: 'k2', digest: 'd' } }))
    const run = (digest = 'd') => draft.run({ requestKey: { key: 'k3', digest } })
    const runs = await Promise.all([run(), run(), run()])
    await runs[0]?.result()
    runs.push(await run())
    assert.deepEqual(new Set(runs.map(({ id }) => id)), new Set([draft.job]))
    await refused(run('other'), 'request-key-used')
    await refused(draft.run(), 'uploads-closed')
  }))

test('who runs or validates the draft of another has keys of its own', () =>
  withPiecework(notes, async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    await (await piecework.export({ principal: ann, resource, requestKey })).result()
    const { resource: made } = await piecework.createDraft({ format, principal: ann, name: 'Notes' })
    const draft = await piecework.draft(made, { principal: ben })
    await draft.upload('text', { stream: bytes('one\n') })
    const another = { key: 'k2', digest: 'd' }
    const validation = await draft.validate({ requestKey: another })
    await validation.ended()
    assert.equal((await draft.validate({ requestKey: another })).id, validation.id)
    await piecework.export({ principal: ann, resource, requestKey: { ...another, digest: 'anns' } })
    const own = { ...requestKey, digest: 'bens' }
    const job = await draft.run({ requestKey: own })
    await job.result()
    assert.equal((await draft.run({ requestKey: own })).id, job.id)
    await refused(draft.run({ requestKey: { ...own, digest: 'd' } }), 'request-key-used', new RegExp(job.id))
  }))

test('a job that may no longer be viewed answers no request', async () => {
  let allowed = true
  const access = { allows: async () => allowed }
  await withPiecework(
    notes,
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const asked = () => piecework.export({ principal: ann, resource, requestKey })
      await (await asked()).result()
      await asked()
      allowed = false
      await refused(asked(), 'job-not-found')
    },
    { access },
  )
})

test('jobs are listed by who has requested them, page by page, without those that may not be seen', async () => {
  const hidden = new Set<string>()
  const access = {
    allows: async (...[, action, , job]: readonly [unknown, string, unknown, { id: string }?]) =>
      action !== 'view' || !job || !hidden.has(job.id),
  }
  await withPiecework(
    notes,
    async (piecework, { host }) => {
      const ids: string[] = []
      for (const principal of [ann, ben, ann, ann, ben, ann]) {
        const resource = host.add(`b${ids.length}`, 'Birds', ['wren'])
        ids.push((await piecework.export({ principal, resource })).id)
      }
      const list = async (filter = {}) =>
        (await piecework.jobs({ principal: ann, ...filter })).map(({ id }) => ids.indexOf(id))
      assert.deepEqual(await list(), [5, 4, 3, 2, 1, 0])
      assert.deepEqual(await list({ requestedBy: 'ann' }), [5, 3, 2, 0])
      assert.deepEqual(await list({ requestedBy: 'ann', limit: 2, after: ids[5] }), [3, 2])
      hidden.add(ids[4] ?? '').add(ids[3] ?? '')
      assert.deepEqual(await list({ limit: 3 }), [5, 2, 1])
      assert.deepEqual(await list({ limit: 3, after: ids[1] }), [0])
      assert.deepEqual(await list({ limit: 0 }), [])
      await refused(list({ after: 'none' }), 'options-invalid', /no job none/)
    },
    { access: access as never },
  )
})

test.run()
