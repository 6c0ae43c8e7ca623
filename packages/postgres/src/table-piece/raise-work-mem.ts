import type { Queryable } from '@piecework/core/piece'
import { defaults } from '../defaults.js'

/** Raises the memory for sorts and hashes of this transaction, unless the server gives more. */
export async function raiseWorkMem(tx: Queryable): Promise<void> {
  const megabytes = defaults.workMemMegabytes
  await tx.query(
    `SELECT set_config('work_mem', '${megabytes}MB', true)
     WHERE pg_size_bytes(current_setting('work_mem')) < ${megabytes} * 1024 * 1024`,
  )
}
