import { setTimeout as sleep } from 'node:timers/promises'
import { isTerminal, PieceworkError } from '@piecework/core'
import type { Scene } from './scene.js'
import { watcher } from './watcher.js'

/** The one job of this principal. Waits up to `waitMs` for it; undefined if there is none by then. */
export async function jobOf(
  { host }: Pick<Scene, 'host'>,
  principal: string,
  waitMs = 0,
): Promise<string | undefined> {
  const end = Date.now() + waitMs
  for (;;) {
    const { rows } = await host.database.query<{ id: string }>(
      `SELECT id FROM piecework.jobs WHERE principal ->> 'id' = $1`,
      [principal],
    )
    if (rows.length > 1)
      throw new PieceworkError('internal', `${principal} asked for one job and has ${rows.length}.`)
    if (rows[0] || Date.now() >= end) return rows[0]?.id
    await sleep(20)
  }
}

/** Resolves when the job that this principal has asked for, or will, is terminal, or after `waitMs`. */
export async function jobEnds(scene: Pick<Scene, 'host'>, principal: string, waitMs: number): Promise<void> {
  for (const end = Date.now() + waitMs; Date.now() < end; await sleep(50)) {
    const id = await jobOf(scene, principal)
    if (id !== undefined && isTerminal((await scene.host.piecework.job(id, watcher)).job.status)) return
  }
}

/** Resolves when that job delivers, or has ended, or when it is `answered` that there will be none. */
export async function jobDelivers(
  scene: Pick<Scene, 'host'>,
  principal: string,
  answered: AbortSignal,
): Promise<void> {
  for (; ; await sleep(20)) {
    const { aborted } = answered
    const id = await jobOf(scene, principal)
    if (id === undefined && aborted) return
    if (id === undefined) continue
    const { status } = (await scene.host.piecework.job(id, watcher)).job
    if (status === 'delivering' || isTerminal(status)) return
  }
}
