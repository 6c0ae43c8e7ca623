import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { postgis } from '@electric-sql/pglite-postgis'

/** Names the pinned versions of PGlite and its PostGIS: a dump fits no others. */
const fileName = 'pglite-0.5.8-postgis-0.2.8.dump'
const digestBytes = 32

/** @internal */
export const extensions = { postgis }

/**
 * The dump of a new database with PostGIS, made once (10 s) and kept in `cacheDir`, after its sha256. A
 * broken file is replaced. If the folder cannot be written, the dump is made each time.
 */
export async function template(cacheDir: string): Promise<Blob> {
  const file = join(cacheDir, fileName)
  const kept = await readFile(file).catch(() => Buffer.alloc(0))
  const dump = kept.subarray(digestBytes)
  if (kept.length > digestBytes && sha256(dump).equals(kept.subarray(0, digestBytes))) return blob(dump)
  const made = await make()
  await keep(file, cacheDir, made).catch(() => {})
  return blob(made)
}

async function make(): Promise<Buffer> {
  const database = await PGlite.create({ extensions })
  try {
    await database.exec('CREATE EXTENSION postgis')
    const dump = await database.dumpDataDir('gzip')
    return Buffer.from(await dump.arrayBuffer())
  } finally {
    await database.close()
  }
}

async function keep(file: string, folder: string, dump: Buffer): Promise<void> {
  await mkdir(folder, { recursive: true })
  const unfinished = `${file}.${randomUUID()}`
  try {
    await writeFile(unfinished, Buffer.concat([sha256(dump), dump]))
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const blob = (bytes: Buffer): Blob => new Blob([new Uint8Array(bytes)], { type: 'application/x-gzip' })
