import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from './world.js'

interface JobAnswer {
  readonly job: { readonly id: string; readonly status: string; readonly endedAt?: string }
}

/** Asks the server behind the page, as ann. */
export async function ask<T>({ origin }: World, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${origin}/api/v1/${path}`, {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** Id of a job that has ended. */
export async function ended(world: World, path: string, body: unknown = {}): Promise<string> {
  const { id } = await ask<{ id: string }>(world, path, body)
  for (let at = 0; at < 500; at += 1) {
    const { job } = await ask<JobAnswer>(world, `jobs/${id}`)
    if (job.endedAt !== undefined) return id
    await sleep(10)
  }
  throw new Error(`Job ${id} does not end.`)
}

/** A draft of a survey with this file, and the id of its job. */
export async function survey(
  world: World,
  name: string,
  trees: string,
): Promise<{ id: string; job: string }> {
  const draft = await ask<{ id: string; job: string }>(world, 'parks/import/survey', { name })
  const query = new URLSearchParams({ role: 'unsorted', fileName: 'trees.csv' })
  await fetch(`${world.origin}/api/v1/parks/import/survey/${draft.id}/data-file?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: trees,
  })
  return draft
}
