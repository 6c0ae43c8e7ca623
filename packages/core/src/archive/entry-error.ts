import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import { type CsvOptions, openCsv } from './csv.js'
import { recordLimit } from './entries.js'
import type { ManifestEntry } from './manifest.js'

/**
 * What is wrong with an entry: its bytes, or, of a table, that it does not hold the rows that the manifest
 * states.
 */
export async function entryError(
  path: string,
  { rows, recordBytes }: Pick<ManifestEntry, 'rows' | 'recordBytes'>,
  open: () => AsyncIterable<Uint8Array>,
): Promise<PieceworkError | undefined> {
  const damage = () => errorOf(() => drained(open()))
  if (rows === undefined || !path.endsWith('.csv')) return damage()
  const limit = recordLimit(recordBytes === undefined ? {} : { recordBytes })
  const error = await errorOf(() => counted(path, rows, open(), limit))
  // Damaged bytes are why a table cannot be read, or has other rows.
  return error && ((await damage()) ?? error)
}

async function counted(
  path: string,
  stated: number,
  bytes: AsyncIterable<Uint8Array>,
  limit: CsvOptions,
): Promise<void> {
  const csv = await openCsv(bytes, limit)
  try {
    await drained(csv.records)
  } finally {
    await csv.close()
  }
  const found = csv.rows()
  if (found !== stated)
    throw new PieceworkError(
      'counts-differ',
      `Entry "${path}" has ${found} rows where the manifest says ${stated}`,
      {
        facts: { entry: path, stated, found },
      },
    )
}

async function drained(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of bytes);
}

async function errorOf(read: () => Promise<void>): Promise<PieceworkError | undefined> {
  try {
    await read()
    return undefined
  } catch (error) {
    if (isPieceworkError(error)) return error
    throw error
  }
}
