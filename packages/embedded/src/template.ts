import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { postgis } from '@electric-sql/pglite-postgis'
import { cacheFile } from './cache-file.js'

/** Names the pinned versions of PGlite and its PostGIS: a dump fits no others. */
const fileName = 'pglite-0.5.8-postgis-0.2.8.tar.gz'

/** The dump of a new database with PostGIS, made once (10 s) and kept in `cacheDir`. */
export async function template(cacheDir: string): Promise<Blob> {
  const { content } = await cacheFile(join(cacheDir, fileName), make)
  // PGlite would inflate it in small parts, which takes longer.
  return new Blob([gunzipSync(content)], { type: 'application/x-tar' })
}

async function make(): Promise<Buffer> {
  const database = await PGlite.create({ extensions: { postgis } })
  try {
    await database.exec('CREATE EXTENSION postgis')
    const dump = await database.dumpDataDir('gzip')
    return Buffer.from(await dump.arrayBuffer())
  } finally {
    await database.close()
  }
}
