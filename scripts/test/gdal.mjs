import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Path of a program of Debian's gdal-bin, or undefined where that or its Python, the tests' oracle, is missing. */
export function findGdal() {
  if (!existsSync('/usr/lib/python3/dist-packages/osgeo')) return undefined
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  return folders.map((folder) => join(folder, 'gdalwarp')).find((path) => existsSync(path))
}
