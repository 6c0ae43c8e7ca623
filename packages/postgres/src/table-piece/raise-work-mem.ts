import type { Queryable } from '@piecework/core/piece'

const megabytes = 64

/** Memory for the sorts and hashes of this transaction, where the server gives less. */
export async function raiseWorkMem(tx: Queryable): Promise<void> {
  await tx.query(
    `SELECT set_config('work_mem', '${megabytes}MB', true)
     WHERE pg_size_bytes(current_setting('work_mem')) < ${megabytes} * 1024 * 1024`,
  )
}
