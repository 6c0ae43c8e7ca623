import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type Database, isPieceworkError, type PieceworkError } from '@piecework/core'

/** A new table; its name needs no quotes. */
export async function table(db: Database, columns: string): Promise<string> {
  const name = `t_${randomBytes(6).toString('hex')}`
  await db.query(`CREATE TABLE ${name} (${columns})`)
  return name
}

export async function read(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

export async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

/** The PieceworkError that it rejects with. */
export async function refused(promise: Promise<unknown>): Promise<PieceworkError> {
  const error = await promise.then(
    () => assert.fail('was not refused'),
    (reason: unknown) => reason,
  )
  if (error instanceof assert.AssertionError || !isPieceworkError(error)) throw error
  return error
}
