import { createHash } from 'node:crypto'

/**
 * Key of an advisory lock, as the decimal text of a bigint: two names share one only by a collision of 64
 * bits of sha256.
 */
export function lockKey(...name: readonly string[]): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(['piecework', ...name]))
    .digest()
  return digest.readBigInt64BE().toString()
}
