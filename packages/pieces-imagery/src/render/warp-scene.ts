import { join } from 'node:path'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import { warpBytes } from '../defaults.js'
import { type Grid, gdalExtent } from '../grid/grid.js'
import type { Placement } from '../grid/place-scene.js'
import type { Scene } from '../scene/scene-facts.js'
import { stripOptions } from '../tiff/strips.js'
import type { Resampling } from '../tool/tool.js'

export interface WarpRequest {
  readonly scene: Scene
  readonly placement: Placement
  /** The window. */
  readonly grid: Grid
  readonly resampling: Resampling
  /**
   * What is not valid has the scene's own nodata, and GDAL moves valid values that equal it by one. Else an alpha band says
   * what is valid, and values stay.
   */
  readonly keepsNodata: boolean
  readonly name: string
}

/**
 * Warps a scene into a file of the folder, whose strips are read. Exactly: the same pixels, whatever the window (`-et 0`, one
 * scale for the whole grid, no overviews of the source).
 */
export async function warpScene(
  gdal: Gdal,
  { scene, placement, grid, resampling, keepsNodata, name }: WarpRequest,
  run: FolderRun,
): Promise<string> {
  const { facts } = scene
  const file = join(run.folder, name)
  const hasNodata = keepsNodata && facts.nodata !== undefined
  const options = {
    XSCALE: placement.xScale,
    YSCALE: placement.yScale,
    // A pixel is nodata if all of its bands are.
    UNIFIED_SRC_NODATA: 'YES',
    NUM_THREADS: 1,
  }
  const args = [
    ...['-q', '-overwrite', '-if', 'GTiff', ...stripOptions],
    ...['-et', '0', '-ovr', 'NONE', '-wm', `${warpBytes}`, '-r', resampling],
    ...Object.entries(options).flatMap(([key, value]) => ['-wo', `${key}=${value}`]),
    ...(placement.isSameCrs ? ['-s_srs', grid.crs] : ['-s_srs', facts.crs]),
    ...['-t_srs', grid.crs, ...gdalExtent(grid)],
    ...(hasNodata ? ['-dstnodata', String(facts.nodata)] : ['-dstalpha']),
  ]
  await runGdal(gdal, 'gdalwarp', [...args, scene.file, file], run)
  return file
}
