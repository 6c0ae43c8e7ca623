import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Problem } from '@piecework/server'
import type { Model } from '#internal/http/model.js'
import { jobModel, jobStateModel, problemModel } from '#internal/views/models.js'
import type { JobView } from '#internal/views/views.js'
import type { World } from './world.js'

/** The answer, which must be what the description of the interface says. */
export async function answer<T>(response: Response, model: Model<T>, status = 200): Promise<T> {
  const text = await response.text()
  assert.equal(response.status, status, text.slice(0, 500))
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  return model.parse(JSON.parse(text), 'The answer')
}

/** RFC 9457, and nothing of the inside. */
export async function problem(response: Response, status: number, code: string): Promise<Problem> {
  const text = await response.text()
  assert.equal(response.status, status, text.slice(0, 500))
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const said = problemModel.parse(JSON.parse(text), 'The problem')
  assert.deepEqual([said.status, said.code, said.type], [status, code, `urn:piecework:problem:${code}`])
  assert.ok(said.title.length > 0 && said.detail.length > 0)
  assert.ok(!/\bat .*\.js|node_modules|stack/.test(text), text)
  return said
}

export const accepted = (response: Response): Promise<JobView> => answer(response, jobModel, 202)

/** Waits for the end of a job. */
export async function ended({ call }: World, id: string): Promise<JobView> {
  for (let at = 0; at < 200; at += 1) {
    const { job } = await answer(await call(`jobs/${id}`), jobStateModel)
    if (job.endedAt !== undefined) return job
    await sleep(10)
  }
  throw new Error(`Job ${id} does not end.`)
}

/** An export of a book that has ended. */
export async function exported(world: World, book = 'b1'): Promise<JobView> {
  const { id } = await accepted(await world.call(`books/${book}/export`, { json: {} }))
  const job = await ended(world, id)
  assert.equal(job.status, 'succeeded')
  return job
}

/** Its bytes. */
export async function archiveOf(world: World, job: JobView): Promise<Uint8Array> {
  const response = await world.call(`jobs/${job.id}/archive`)
  assert.equal(response.status, 200)
  return new Uint8Array(await response.arrayBuffer())
}

/** A form with its file at the end. */
export function form(
  fields: Readonly<Record<string, string>>,
  file: Uint8Array | string,
  name = 'a.zip',
): FormData {
  const made = new FormData()
  for (const [field, value] of Object.entries(fields)) made.set(field, value)
  made.set('file', new Blob([file as string]), name)
  return made
}
