import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Extension } from '@electric-sql/pglite'
import { postgis } from '@electric-sql/pglite-postgis'
import { cacheFile } from './cache-file.js'

/** Names the pinned version of PGlite's PostGIS. */
const fileName = 'postgis-0.2.8-geometry.tar.gz'

/** Geometries and projections, and what creates the extension. */
const wanted =
  /^(?:lib\/postgresql\/postgis-3\.so|share\/proj\/.*|share\/postgresql\/extension\/postgis(?:--[\d.]+\.sql|\.control))$/

/**
 * PostGIS without its extensions for rasters, topology and addresses: half of its 95 MB, two of three programs to
 * compile. Its bundle is made once and kept in `cacheDir`; where it cannot be kept, this is the whole of PostGIS.
 * @internal
 */
export async function geometryAlone(cacheDir: string): Promise<Extension> {
  const file = join(cacheDir, fileName)
  const whole: Extension['setup'] = postgis.setup
  const { kept } = await cacheFile(file, async () => {
    const { bundlePath } = await whole({} as never, { PGLITE_ENV: {} })
    if (!bundlePath) throw new Error('PGlite has no bundle of PostGIS.')
    return gzipSync(filesOf(gunzipSync(await readFile(bundlePath))), { level: 1 })
  })
  if (!kept) return postgis
  const setup: Extension['setup'] = async (...args) => ({
    ...(await whole(...args)),
    bundlePath: pathToFileURL(file),
  })
  return { ...postgis, setup }
}

const block = 512

/** The wanted files of a tar. */
function filesOf(tar: Buffer): Buffer {
  const files: Buffer[] = []
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const name = tar.toString('utf8', at, tar.indexOf(0, at))
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    const end = at + block + Math.ceil(size / block) * block
    if (wanted.test(name)) files.push(tar.subarray(at, end))
    at = end
  }
  return Buffer.concat([...files, Buffer.alloc(2 * block)])
}
