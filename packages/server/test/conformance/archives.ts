import assert from 'node:assert/strict'
import { archiveSummaryModel, diffModel } from '#internal/views/archive-models.js'
import { answer, archiveOf, exported, form, problem } from '../support/answers.js'
import type { Case } from './case.js'

const zip = { 'content-type': 'application/zip' }
const read = (response: Response) => answer(response, archiveSummaryModel)
const compared = (response: Response) => answer(response, diffModel)

export const archives: Readonly<Record<string, Case>> = {
  'an archive is looked into: one that is sent, and one that a job has made': async (world) => {
    const { call } = world
    const job = await exported(world)
    const body = await archiveOf(world, job)
    const sent = await read(await call('archives/inspect', { method: 'POST', body, headers: zip }))
    const inForm = await read(await call('archives/inspect', { method: 'POST', body: form({}, body) }))
    const made = await read(await call('archives/inspect', { json: { job: job.id } }))
    assert.deepEqual(sent, made)
    assert.deepEqual(inForm, made)
    assert.equal(made.tree.kind, 'book')
    await problem(await call('archives/inspect?x=1', { json: { job: job.id } }), 400, 'options-invalid')
    await problem(
      await call('archives/inspect?x=1', { method: 'POST', body, headers: zip }),
      400,
      'options-invalid',
    )
    await problem(await call('archives/inspect', { json: { job: job.id }, as: 'eve' }), 404, 'job-not-found')
    await problem(await call('archives/inspect', { json: { job: job.id }, as: 'bob' }), 403, 'forbidden')
  },
  'two archives are compared, and one with a resource as it is': async (world) => {
    const { call } = world
    const [one, other] = [await exported(world, 'b1'), await exported(world, 'b2')]
    const same = await compared(
      await call('archives/diff', {
        json: { a: { job: one.id }, b: { resource: { kind: 'book', id: 'b1' } } },
      }),
    )
    const body = await archiveOf(world, one)
    const sent = await compared(
      await call('archives/diff?kind=book&id=b1', { method: 'POST', body, headers: zip }),
    )
    assert.deepEqual(sent, same)
    const inForm = await call('archives/diff', { method: 'POST', body: form({ job: one.id }, body) })
    assert.deepEqual(
      await compared(inForm),
      await compared(await call('archives/diff', { json: { a: { job: one.id }, b: { job: one.id } } })),
    )
    const differing = await compared(
      await call('archives/diff', { json: { a: { job: one.id }, b: { job: other.id } } }),
    )
    assert.notDeepEqual(differing, same)
    await problem(await call('archives/diff', { method: 'POST', body, headers: zip }), 400, 'options-invalid')
  },
  'of a file that is not kept any more, its key is not told': async (world) => {
    const { call, artifacts, piecework } = world
    const { id } = await exported(world)
    const { job } = await piecework.job(id, { principal: { id: 'ann' } })
    await artifacts.delete(job.result.archive?.artifact ?? '')
    const told = [
      await call('archives/inspect', { json: { job: id } }),
      await call(`jobs/${id}/archive`),
      await call('books/import', { json: { job: id } }),
    ]
    for (const response of told) {
      const { detail } = await problem(response, 404, 'artifact-not-found')
      assert.equal(detail, 'There is no such file.')
    }
  },
}
