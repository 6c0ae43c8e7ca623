import { stat } from 'node:fs/promises'
import { PieceworkError } from '@piecework/core/piece'

/** Throws `input-incomplete` unless there is a folder that can be read. */
export async function assertFolder(folder: string): Promise<void> {
  const facts = await stat(folder).catch((cause: unknown) => {
    throw new PieceworkError('input-incomplete', `There is no folder ${folder} that can be read`, { cause })
  })
  if (!facts.isDirectory()) throw new PieceworkError('input-incomplete', `${folder} is a file, not a folder`)
}
