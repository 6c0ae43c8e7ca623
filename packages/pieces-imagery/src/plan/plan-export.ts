import { PieceworkError } from '@piecework/core/piece'
import type { FolderRun, Gdal } from '@piecework/gdal'
import { aoiLimits, gridDefaults } from '../defaults.js'
import { checkEpsg } from '../grid/check-epsg.js'
import { type Grid, intersection, partOf, type Window } from '../grid/grid.js'
import { planGrid } from '../grid/plan-grid.js'
import { readAoi } from '../mask/aoi.js'
import { boundsOf } from '../mask/mask.js'
import { planMasks } from '../mask/plan-mask.js'
import type { AoiPolygon, Mask } from '../mask/polygon.js'
import type { Scene } from '../scene/scene-facts.js'
import { bandTypes } from '../tool/band-types.js'
import { assertHeld } from '../tool/held.js'
import { nameBands } from '../tool/name-bands.js'
import { parseTool } from '../tool/parse-tool.js'
import type { ParsedTool } from '../tool/tool.js'
import { assertWithin, estimateOf } from './estimate.js'
import type { ExportPlan, PlannedScene } from './export-plan.js'
import { planHistograms } from './plan-histograms.js'
import { planOutput } from './plan-output.js'
import { planWindows } from './plan-windows.js'

export interface ExportRequest {
  readonly tool: unknown
  /** Scenes of a node of the tool, the last one on top; none if there is no such project or scene. */
  scenesOf(source: { readonly type: 'project' | 'scene'; readonly id: string }): Promise<readonly Scene[]>
  /** Side of a window, a multiple of 8 blocks. Default 4096. */
  readonly windowPixels?: number
  /** Of all bands and overviews, before they are compressed. Default 1 TiB. */
  readonly mostBytes?: number
  /** The plan is for an estimate, and not to be rendered: histograms, for which scenes are read, are left out. */
  readonly estimates?: true
}

/** Everything that is the same for all windows of an export, refused where it cannot be made. */
export async function planExport(gdal: Gdal, request: ExportRequest, run: FolderRun): Promise<ExportPlan> {
  const given = parseTool(request.tool)
  const { scenes, sources } = await readSources(given, request)
  const at = (node: string) => (sources[node] ?? []).map((place) => scenes[place] as Scene)
  const tool = nameBands(given, at)
  const types = bandTypes(tool, at)
  const pixelBytes = assertHeld(tool, types)
  const { windowPixels = gridDefaults.windowPixels } = request
  if (windowPixels % (8 * tool.output.blockSize) !== 0)
    throw new RangeError(`windowPixels must be a multiple of ${8 * tool.output.blockSize}`)
  const reproject = Object.values(tool.nodes).find((node) => node.type === 'reproject')
  if (reproject) await checkEpsg(gdal, reproject.epsg, run)
  const { resolution } = reproject ?? {}
  const planned = await planGrid(
    gdal,
    scenes,
    {
      ...(reproject && { crs: `EPSG:${reproject.epsg}` }),
      ...(resolution !== undefined && {
        resolution: typeof resolution === 'number' ? [resolution, resolution] : resolution,
      }),
    },
    run,
  )
  const placed = scenes.map(
    ({ id, facts }, n) => ({ id, facts, placement: planned.placements[n] }) as PlannedScene,
  )
  const all = await masksOf(gdal, tool, planned.grid, run)
  const crop = cropOf(tool, all, planned.grid)
  const grid = partOf(planned.grid, crop)
  const output = planOutput(tool, types.get(tool.output.node) ?? [], placed)
  assertWithin(estimateOf({ grid, output }), request.mostBytes ?? gridDefaults.mostBytes)
  const plan: Omit<ExportPlan, 'windows' | 'asked'> = {
    gdalVersion: gdal.version,
    tool,
    grid,
    resampling: reproject?.resampling ?? 'near',
    scenes: placed.map((scene) => moved(scene, crop)),
    sources,
    masks: Object.fromEntries(Object.entries(all).map(([id, mask]) => [id, movedMask(mask, crop)])),
    histograms: request.estimates ? {} : await planHistograms(gdal, tool, at, run),
    output,
    pixelBytes,
    windowPixels,
    isFiner: planned.isFiner,
  }
  return { ...plan, ...planWindows(plan) }
}

async function readSources(tool: ParsedTool, { scenesOf }: ExportRequest) {
  const scenes: Scene[] = []
  const sources: Record<string, readonly number[]> = {}
  for (const [id, node] of Object.entries(tool.nodes)) {
    if (node.type !== 'project' && node.type !== 'scene') continue
    const found = await scenesOf({ type: node.type, id: node.id })
    if (found.length === 0)
      throw new PieceworkError('imagery/scene-missing', `There is no ${node.type} "${node.id}" with scenes`, {
        facts: { node: id, [node.type]: node.id },
      })
    sources[id] = found.map((scene) => {
      const known = scenes.findIndex((one) => one.id === scene.id)
      return known >= 0 ? known : scenes.push(scene) - 1
    })
  }
  return { scenes, sources }
}

async function masksOf(gdal: Gdal, { nodes }: ParsedTool, grid: Grid, run: FolderRun) {
  const areas: [node: string, area: readonly AoiPolygon[]][] = []
  for (const [id, node] of Object.entries(nodes)) {
    if (node.type !== 'mask') continue
    const area = readAoi(node.aoi)
    if (node.crop) assertCrops(area)
    areas.push([id, area])
  }
  if (areas.length === 0) return {}
  const own = areas.map(([, area]) => area)
  const masks = await planMasks(gdal, own, grid, run)
  return Object.fromEntries(areas.map(([id], at): [string, Mask] => [id, masks[at] as Mask]))
}

/** Next to the antimeridian coordinates jump from one end of a grid to the other: what is between the ends is no area. */
function assertCrops(area: readonly AoiPolygon[]): void {
  if (
    area.some((rings) => rings.some((ring) => ring.some(([x]) => Math.abs(x) > 180 - aoiLimits.cropDegrees)))
  )
    throw new PieceworkError(
      'imagery/aoi-invalid',
      `The area of interest cannot be used: an export is not cropped within ${aoiLimits.cropDegrees} degrees of the antimeridian, where coordinates jump. Leave out "crop"`,
    )
}

/** The part of the grid that is left: the whole, or what the masks that crop touch. */
function cropOf(
  { nodes }: ParsedTool,
  masks: Readonly<Record<string, Mask>>,
  { width, height }: Grid,
): Window {
  let crop: Window = { x: 0, y: 0, width, height }
  for (const [id, mask] of Object.entries(masks)) {
    const node = nodes[id]
    if (node?.type === 'mask' && node.crop) crop = intersection(crop, boundsOf(mask, { width, height }))
  }
  if (crop.width <= 0 || crop.height <= 0)
    throw new PieceworkError('imagery/nothing-there', 'The area of interest lies outside of all scenes')
  return crop
}

const moved = (scene: PlannedScene, { x, y }: Window): PlannedScene => {
  const { box } = scene.placement
  return { ...scene, placement: { ...scene.placement, box: { ...box, x: box.x - x, y: box.y - y } } }
}

const movedMask = ({ polygons }: Mask, { x, y }: Window): Mask => ({
  polygons: polygons.map((rings) =>
    rings.map((ring) => ring.map((value, at) => value - (at % 2 === 0 ? x : y))),
  ),
})
