import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import type { Gdal } from './gdal.js'
import { runGdal } from './run-gdal.js'

const programs = ['gdalinfo', 'gdalwarp', 'gdal_translate', 'gdaladdo', 'gdalsrsinfo', 'gdaltransform']
const install = 'Debian and Ubuntu: apt-get install gdal-bin'
/** `-if` of gdalwarp came with 3.2, without which a file may pass for another format. */
const oldest = [3, 2] as const

/**
 * Finds the programs in one of the folders of `path`, by default PATH. Throws `imagery/gdal-missing`, with how to install
 * them, and `imagery/gdal-too-old`.
 */
export async function findGdal(path = process.env.PATH ?? ''): Promise<Gdal> {
  const folders = path.split(delimiter).filter(isAbsolute)
  for (const folder of folders) {
    if (!(await isProgram(join(folder, 'gdalwarp')))) continue
    const there = await Promise.all(programs.map((name) => isProgram(join(folder, name))))
    const missing = programs.filter((_, at) => !there[at])
    if (missing.length > 0) throw gdalMissing(`${folder} has gdalwarp, and no ${missing.join(', ')}`)
    return { folder, version: await versionIn(folder) }
  }
  throw gdalMissing('gdalwarp is in no folder of PATH')
}

async function versionIn(folder: string): Promise<string> {
  const said = await runGdal({ folder, version: '' }, 'gdalwarp', ['--version'])
  const [, version, major, minor] = /^GDAL ((\d+)\.(\d+)\.[^\s,]+)/.exec(said) ?? []
  if (version === undefined) throw gdalMissing(`gdalwarp of ${folder} does not say its version`)
  if (Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1]))
    throw new PieceworkError(
      'imagery/gdal-too-old',
      `GDAL ${version} is too old: exports of imagery need ${oldest.join('.')} or later. ${install}`,
      { facts: { version } },
    )
  return version
}

function gdalMissing(why: string): PieceworkError {
  return new PieceworkError(
    'imagery/gdal-missing',
    `Exports of imagery need the programs of GDAL, and ${why}. ${install}`,
  )
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
