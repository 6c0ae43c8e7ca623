import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import type { Gdal } from './gdal.js'
import { type GdalRun, runGdal } from './run-gdal.js'

const programs = [
  'gdalinfo',
  'gdalwarp',
  'gdal_translate',
  'gdaladdo',
  'gdalsrsinfo',
  'gdaltransform',
  'ogr2ogr',
]
const install = 'Debian and Ubuntu: apt-get install gdal-bin'
/** `-if` of gdalwarp came with 3.2, without which a file may pass for another format. */
const oldest = [3, 2] as const

/**
 * Finds the programs in one of the folders of `path`, by default PATH. Throws `gdal/missing`, with how to install
 * them, and `gdal/too-old`. `signal` ends it.
 */
export async function findGdal(
  path = process.env.PATH ?? '',
  run: Pick<GdalRun, 'signal'> = {},
): Promise<Gdal> {
  const folders = path.split(delimiter).filter(isAbsolute)
  for (const folder of folders) {
    if (!(await isProgram(join(folder, 'gdalwarp')))) continue
    const there = await Promise.all(programs.map((name) => isProgram(join(folder, name))))
    const missing = programs.filter((_, at) => !there[at])
    if (missing.length > 0) throw gdalMissing(`${folder} has gdalwarp, and no ${missing.join(', ')}`)
    return { folder, version: await versionIn(folder, run) }
  }
  throw gdalMissing('gdalwarp is in no folder of PATH')
}

async function versionIn(folder: string, run: Pick<GdalRun, 'signal'>): Promise<string> {
  const said = await runGdal({ folder, version: '' }, 'gdalwarp', ['--version'], run)
  const [, version, major, minor] = /^GDAL ((\d+)\.(\d+)\.[^\s,]+)/.exec(said) ?? []
  if (version === undefined) throw gdalMissing(`gdalwarp of ${folder} does not say its version`)
  if (Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1]))
    throw new PieceworkError(
      'gdal/too-old',
      `GDAL ${version} is too old: ${oldest.join('.')} or later is needed. ${install}`,
      { facts: { version } },
    )
  return version
}

function gdalMissing(why: string): PieceworkError {
  return new PieceworkError('gdal/missing', `The programs of GDAL are needed, and ${why}. ${install}`)
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
