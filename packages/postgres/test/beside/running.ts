import assert from 'node:assert/strict'
import {
  createPiecework,
  type JobReport,
  memoryArtifacts,
  type Piecework,
  type ResourceKind,
} from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import { postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import type { Two } from './plans.js'

/** A host with one kind, on two databases. */
export const hostWith = (two: Two, kind: ResourceKind, pieces: readonly Piece[]): Piecework =>
  createPiecework({
    packs: [{ name: kind.kind, kinds: [kind], pieces }],
    store: postgresStore({ database: two.main, databases: { geo: two.geo } }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
    backoffMs: 1,
    sweepMs: 50,
  })

export async function started<T>(
  piecework: Piecework,
  use: (piecework: Piecework) => Promise<T>,
): Promise<T> {
  await piecework.start()
  try {
    return await use(piecework)
  } finally {
    await piecework.stop()
  }
}

/** The id of what a job has made. */
export const targetOf = ({ job: { status, error, target } }: JobReport): string => {
  assert.equal(status, 'succeeded', error?.message)
  return target?.id ?? assert.fail('no target')
}
