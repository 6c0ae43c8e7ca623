import { setTimeout as sleep } from 'node:timers/promises'
import { PieceworkError } from '@piecework/core'
import type { Scene } from './scene.js'

/** The one job that this principal has asked for, for whose coming it waits up to `waitMs`. Undefined where there is none. */
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
