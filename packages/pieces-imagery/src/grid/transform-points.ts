import { PieceworkError } from '@piecework/core/piece'
import { type Gdal, type GdalRun, runGdal } from '@piecework/gdal'

export type Point = readonly [x: number, y: number]

/** In one run of gdaltransform. */
const atOnce = 50_000

/**
 * Points of one CRS in another, x before y in both, whatever the order of their axes. Undefined for those that it cannot
 * hold. A CRS is `EPSG:…` or WKT.
 */
export async function transformPoints(
  gdal: Gdal,
  from: string,
  to: string,
  points: readonly Point[],
  run: GdalRun = {},
): Promise<readonly (Point | undefined)[]> {
  const found: (Point | undefined)[] = []
  for (let at = 0; at < points.length; at += atOnce) {
    const some = points.slice(at, at + atOnce)
    const input = some.map(([x, y]) => `${x} ${y}\n`).join('')
    const said = await runGdal(gdal, 'gdaltransform', ['-s_srs', from, '-t_srs', to, '-output_xy'], {
      ...run,
      input,
      errorsAreSaid: true,
    })
    const lines = said.split('\n').filter((line) => line !== '')
    if (lines.length !== some.length)
      throw new PieceworkError(
        'imagery/transform-failed',
        `gdaltransform has answered ${lines.length} of ${some.length} points`,
      )
    for (const line of lines) found.push(pointOf(line))
  }
  return found
}

function pointOf(line: string): Point | undefined {
  const [x, y] = line.trim().split(/\s+/).map(Number)
  return Number.isFinite(x) && Number.isFinite(y) ? [x as number, y as number] : undefined
}
