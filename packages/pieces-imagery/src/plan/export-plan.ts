import type { Grid, Window } from '../grid/grid.js'
import type { Placement } from '../grid/place-scene.js'
import type { Mask } from '../mask/polygon.js'
import type { DataType } from '../pixels/data-type.js'
import type { Rgb, SceneFacts } from '../scene/scene-facts.js'
import type { ParsedTool, Resampling } from '../tool/tool.js'

export interface PlannedBand {
  readonly name: string
  readonly type: DataType
}

export interface PlannedScene {
  readonly id: string
  readonly facts: SceneFacts
  readonly placement: Placement
}

export interface PlannedOutput {
  readonly bands: readonly PlannedBand[]
  readonly dataType: DataType
  /** Of pixels where there is nothing. Absent: an alpha band follows the others. */
  readonly nodata?: number
  /** Of all scenes, where values are theirs. */
  readonly scale?: number
  readonly offset?: number
  readonly palette?: readonly Rgb[]
  readonly blockSize: number
}

/** All that is computed once for an export: plain JSON but for NaN. Each window is made of it, on any machine. */
export interface ExportPlan {
  /** Another version of GDAL may make other pixels, and must not make a window of it. */
  readonly gdalVersion: string
  readonly tool: ParsedTool
  readonly grid: Grid
  readonly resampling: Resampling
  readonly scenes: readonly PlannedScene[]
  /** By the nodes that read scenes: places in `scenes`, the last one on top. */
  readonly sources: Readonly<Record<string, readonly number[]>>
  /** By the nodes of type mask. */
  readonly masks: Readonly<Record<string, Mask>>
  /** By the nodes that equalize: of each band, pixels by value. */
  readonly histograms: Readonly<Record<string, readonly ArrayLike<number>[]>>
  readonly output: PlannedOutput
  /** Held of each pixel at once while the tool is computed. */
  readonly pixelBytes: number
  /** Side of a window; windows where there can be nothing are left out. */
  readonly windowPixels: number
  readonly windows: readonly Window[]
  /** Pixels that are asked for: of the area of interest, or of the whole grid. */
  readonly asked: number
  /** Finer than every scene. */
  readonly isFiner: boolean
}
