import assert from 'node:assert/strict'
import { jobPageModel, jobStateModel } from '#internal/views/models.js'
import { accepted, answer, archiveOf, ended, exported, form, problem } from '../support/answers.js'
import { address, type World } from '../support/world.js'
import type { Case } from './case.js'

const zip = { 'content-type': 'application/zip' }
const names = ({ shelf }: World) =>
  [...shelf.all.values()].filter(({ isVisible }) => isVisible).map(({ name }) => name)

export const resources: Readonly<Record<string, Case>> = {
  'an export is accepted, followed, listed and downloaded': async (world) => {
    const { call } = world
    const response = await call('books/b1/export', { json: { chapters: ['c1'], without: ['chapter/lines'] } })
    const { id, kind, source, requestedBy, links } = await accepted(response)
    assert.deepEqual([kind, source, requestedBy], ['export', { kind: 'book', id: 'b1' }, 'ann'])
    assert.equal(response.headers.get('location'), `${address}/jobs/${id}`)
    assert.deepEqual(links, { self: `${address}/jobs/${id}`, events: `${address}/jobs/${id}/events` })
    const job = await ended(world, id)
    assert.equal(job.files[0]?.href, `${address}/jobs/${id}/archive`)
    const { items } = await answer(await call('books/b1/exports'), jobPageModel)
    assert.ok(items.some((one) => one.id === id))
    const file = await call(`books/b1/exports/${id}/archive`)
    assert.equal(file.status, 200)
    assert.equal((await file.arrayBuffer()).byteLength, job.files[0]?.size)
    await problem(await call(`books/b2/exports/${id}/archive`), 404, 'job-not-found')
  },
  'the children that go along are named by the segment of their kind': async (world) => {
    const { id } = await accepted(await world.call('books/b1/export', { json: { chapters: ['c2'] } }))
    await ended(world, id)
    const { job } = await world.piecework.job(id, { principal: { id: 'ann' } })
    assert.deepEqual(
      job.tree.children.map((child) => child.id),
      ['c2'],
    )
  },
  'the pieces that go along are named, or those that do not': async (world) => {
    const { call, piecework } = world
    const pieces = async (json: object) => {
      const { id } = await accepted(await call('books/b1/export', { json }))
      await ended(world, id)
      const { nodes } = await piecework.job(id, { principal: { id: 'ann' } })
      return [...new Set(nodes.flatMap(({ piece }) => piece ?? []))].sort()
    }
    assert.deepEqual(await pieces({}), ['book/lines', 'chapter/lines'])
    assert.deepEqual(await pieces({ pieces: ['book/lines'] }), ['book/lines'])
    assert.deepEqual(await pieces({ without: ['book/lines'] }), ['chapter/lines'])
    const send = (json: object) => call('books/b1/export', { json })
    const unknown = await problem(await send({ pieces: ['book/line'] }), 400, 'options-invalid')
    assert.match(unknown.detail, /did you mean "book\/lines"\?/)
    assert.equal(unknown.field, 'pieces')
    await problem(await send({ pieces: [], without: [] }), 400, 'options-invalid')
  },
  'an archive is imported as a raw body, in a form behind its fields, and by the job that made it': async (
    world,
  ) => {
    const { call } = world
    const job = await exported(world)
    const body = await archiveOf(world, job)
    const jobs = [
      await accepted(await call('books/import?name=Raw', { method: 'POST', body, headers: zip })),
      await accepted(await call('books/import', { method: 'POST', body: form({ name: 'In a form' }, body) })),
      await accepted(await call('books/import', { json: { job: job.id, name: 'By its job' } })),
    ]
    for (const { id } of jobs) assert.equal((await ended(world, id)).status, 'succeeded')
    for (const name of ['Raw', 'In a form', 'By its job']) assert.ok(names(world).includes(name), name)
  },
  'a resource is copied, and one inside of another by the path through it': async (world) => {
    const { call } = world
    const copy = await accepted(await call('books/b1/clone', { json: { name: 'Birds, copied' } }))
    assert.equal((await ended(world, copy.id)).status, 'succeeded')
    const nested = await accepted(
      await call('books/b1/chapters/c1/clone', { json: { name: 'Nests, copied' } }),
    )
    assert.equal((await ended(world, nested.id)).resource?.kind, 'chapter')
    assert.ok(names(world).includes('Birds, copied') && names(world).includes('Nests, copied'))
    await problem(await call('books/b2/chapters/c1/clone', { json: {} }), 404, 'resource-not-found')
  },
  'an archive goes into a resource that can hold it, and into no other': async (world) => {
    const { call } = world
    const { id } = await accepted(await call('books/b1/chapters/c1/export', { json: {} }))
    const job = await ended(world, id)
    const made = await accepted(await call('books/b2/chapters/import', { json: { job: job.id } }))
    const { resource } = await ended(world, made.id)
    assert.equal(world.shelf.all.get(resource?.id ?? '')?.parent, 'b2')
    const count = world.shelf.all.size
    const refused = await call('books/import', { json: { job: job.id } })
    assert.ok(refused.status === 422 || refused.status === 400, await refused.text())
    assert.equal(world.shelf.all.size, count)
  },
  'jobs are listed by resource, by who has asked, and in pages': async (world) => {
    const { call } = world
    await exported(world, 'b2')
    await exported(world, 'b2')
    const all = await answer(await call('jobs?kind=book&id=b2'), jobPageModel)
    const first = await answer(await call('jobs?kind=book&id=b2&limit=1&requestedBy=me'), jobPageModel)
    assert.equal(first.items.length, 1)
    assert.equal(first.items[0]?.id, all.items[0]?.id)
    const second = await answer(await call(`jobs?kind=book&id=b2&limit=1&after=${first.next}`), jobPageModel)
    assert.equal(second.items[0]?.id, all.items[1]?.id)
    assert.deepEqual((await answer(await call('jobs', { as: 'eve' }), jobPageModel)).items, [])
    assert.deepEqual((await answer(await call('jobs?requestedBy=me', { as: 'bob' }), jobPageModel)).items, [])
    assert.equal((await problem(await call('jobs?after=none'), 400, 'options-invalid')).field, 'after')
    assert.equal((await problem(await call('jobs?kind=book'), 400, 'options-invalid')).field, 'id')
  },
  'a job is cancelled and asked for again': async (world) => {
    const { call, shelf } = world
    await shelf.held(async (open) => {
      const { id } = await accepted(await call('books/b2/export', { json: {} }))
      await accepted(await call(`jobs/${id}/cancel`, { method: 'POST' }))
      open()
      assert.equal((await ended(world, id)).status, 'cancelled')
      const again = await accepted(await call(`jobs/${id}/retry`, { method: 'POST' }))
      assert.equal(again.retryOf, id)
      await ended(world, again.id)
      const { job } = await answer(await call(`jobs/${again.id}`), jobStateModel)
      assert.equal(job.status, 'succeeded')
      await problem(await call(`jobs/${again.id}/retry`, { json: {} }), 409, 'unsupported')
    })
  },
}
