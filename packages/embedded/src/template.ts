import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { postgis } from '@electric-sql/pglite-postgis'
import { cacheFile } from './cache-file.js'

/** Names the pinned versions of PGlite and its PostGIS, to which alone a dump fits, and the size of its WAL segments in MB. */
const fileName = 'pglite-0.5.8-postgis-0.2.8-wal-1.tar.gz'

/** Segments of WAL that are used up go: kept for later, they would be half of the dump. */
const making = {
  initDbStartParams: ['--wal-segsize=1'],
  startParams: [...PGlite.defaultStartParams, '-c', 'wal_recycle=off', '-c', 'min_wal_size=2MB'],
}

/** The dump of a new database with PostGIS, made once (10 s) and kept in `cacheDir`. */
export async function template(cacheDir: string): Promise<Blob> {
  const { content } = await cacheFile(join(cacheDir, fileName), make)
  // PGlite would inflate it in small parts, and Node would give it out in small parts: both take longer.
  const { buffer, byteOffset, length } = gunzipSync(content)
  const arrayBuffer = async () => buffer.slice(byteOffset, byteOffset + length)
  return Object.assign(new Blob([], { type: 'application/x-tar' }), { arrayBuffer })
}

async function make(): Promise<Buffer> {
  const database = await PGlite.create({ ...making, extensions: { postgis } })
  try {
    await database.exec('CREATE EXTENSION postgis')
    await database.exec('CHECKPOINT')
    const dump = await database.dumpDataDir('gzip')
    return Buffer.from(await dump.arrayBuffer())
  } finally {
    await database.close()
  }
}
