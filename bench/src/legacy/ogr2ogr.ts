import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'

/** Whether GDAL's ogr2ogr is installed with PostgreSQL. */
export async function hasOgr2ogr(): Promise<boolean> {
  try {
    return (await ended('ogr2ogr', ['--version'])) === 0
  } catch {
    return false
  }
}

/**
 * The zipped shapefile `zip` into a new table, by COPY, without an index on its geometry: planning units have
 * none either.
 */
export async function loadGrid(url: string, zip: string, projected: boolean): Promise<void> {
  const target = connectionOf(url)
  const crs = projected ? ['-t_srs', 'EPSG:4326'] : []
  const table = ['-nln', 'grid', '-lco', 'SPATIAL_INDEX=NONE', '-lco', 'GEOMETRY_NAME=geom']
  await ogr2ogr(
    ['-f', 'PostgreSQL', target, `/vsizip/${zip}`, ...table, ...crs, '--config', 'PG_USE_COPY', 'YES'],
    url,
  )
}

/** What a statement selects into a new file; `args` say of which format. */
export async function tableTo(
  url: string,
  path: string,
  sql: string,
  args: readonly string[],
): Promise<void> {
  await ogr2ogr([...args, path, connectionOf(url), '-sql', sql], url)
}

function connectionOf(url: string): string {
  const { hostname, port, username, pathname } = new URL(url)
  return `PG:host=${hostname} port=${port || 5432} user=${username} dbname=${pathname.slice(1)}`
}

/**
 * A copy of the shapefile, beside it, in Albers' equal-area projection, which grids often have. Resolves to
 * the zip's path.
 */
export async function inAlbers(zip: string): Promise<string> {
  const path = join(dirname(zip), 'planning-grid-albers.shp.zip')
  await ogr2ogr(['-f', 'ESRI Shapefile', path, `/vsizip/${zip}`, '-t_srs', 'ESRI:102022'])
  return path
}

async function ogr2ogr(args: readonly string[], url?: string): Promise<void> {
  const password = url === undefined ? '' : decodeURIComponent(new URL(url).password)
  const code = await ended('ogr2ogr', args, {
    ...process.env,
    ...(password !== '' && { PGPASSWORD: password }),
  })
  if (code !== 0) throw new Error(`ogr2ogr ended with ${code}.`)
}

async function ended(command: string, args: readonly string[], env = process.env): Promise<unknown> {
  const [code] = await once(spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env }), 'exit')
  return code
}
