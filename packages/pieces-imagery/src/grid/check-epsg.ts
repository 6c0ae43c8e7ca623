import { isPieceworkError, PieceworkError } from '@piecework/core/piece'
import { type Gdal, type GdalRun, runGdal } from '@piecework/gdal'

/**
 * Refuses codes that are no projected or geographic CRS of two axes, with `imagery/crs-unsupported`: those that PROJ does not
 * know, geocentric, vertical, compound and three-dimensional ones.
 */
export async function checkEpsg(gdal: Gdal, epsg: number, run: GdalRun = {}): Promise<void> {
  const args = ['--single-line', '-o', 'wkt2_2018', `EPSG:${epsg}`]
  const wkt = await runGdal(gdal, 'gdalsrsinfo', args, run).catch((error: unknown) => {
    if (!isPieceworkError(error, 'gdal/failed') && !isPieceworkError(error, 'gdal/format')) throw error
    throw unsupported(epsg, 'PROJ knows no such CRS')
  })
  const why = problemOf(wkt.trim())
  if (why) throw unsupported(epsg, why)
}

function problemOf(wkt: string): string | undefined {
  const [, kind = ''] = /^([A-Z]+)\[/.exec(wkt) ?? []
  // The last one is that of the CRS itself, and not of what it is derived from.
  const axes = [...wkt.matchAll(/\bCS\[(\w+),(\d)\]/g)].at(-1)
  if (kind === '' || !axes) return 'PROJ knows no such CRS'
  if (axes[1] === 'Cartesian' && axes[2] === '3') return 'it is geocentric'
  if (kind === 'VERTCRS') return 'it is vertical'
  if (kind === 'COMPOUNDCRS') return 'it has heights'
  if (kind !== 'PROJCRS' && kind !== 'GEOGCRS') return 'it is neither projected nor geographic'
  return axes[2] === '2' ? undefined : 'it has heights'
}

function unsupported(epsg: number, why: string): PieceworkError {
  return new PieceworkError(
    'imagery/crs-unsupported',
    `EPSG:${epsg} cannot be the projection of an export: ${why}. A projected or geographic CRS of two axes is needed`,
    { facts: { epsg } },
  )
}
