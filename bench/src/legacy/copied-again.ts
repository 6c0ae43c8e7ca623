import { mkdir, rm } from 'node:fs/promises'
import { copyIn, copyOut, type Seconds } from '../planning/tables.js'
import type { Place } from './place.js'

/**
 * COPY FROM of all rows of a database into the same empty tables of a new one. They go through files in
 * `folder`, which is removed.
 */
export async function copiedAgain(place: Place, url: string, folder: string): Promise<Seconds> {
  await mkdir(folder)
  try {
    await copyOut(url, folder)
    return await place.withDatabase((copy) => copyIn(copy, folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
