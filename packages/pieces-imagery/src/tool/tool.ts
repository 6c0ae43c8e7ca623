import type { DataType } from '../pixels/data-type.js'
import type { ColorSettings } from './color-settings.js'
import type { Expression } from './expression.js'

export type Resampling = 'near' | 'bilinear' | 'cubic' | 'lanczos'

/** By name, or red, green and blue by the light that they are. */
export type ChosenBands = readonly string[] | 'rgb'

interface SourceNode<Type extends 'project' | 'scene'> {
  readonly type: Type
  readonly id: string
  /** Absent: all. */
  readonly bands?: ChosenBands | undefined
}

/** Of a band. Absent: the one of that light; `nameBands` puts it in. */
type BandName = string | undefined

type OperatorNode =
  | { readonly type: 'identity' }
  | { readonly type: 'ndvi'; readonly nir?: BandName; readonly red?: BandName }
  | { readonly type: 'ndwi'; readonly green?: BandName; readonly nir?: BandName }
  | {
      readonly type: 'evi'
      readonly nir?: BandName
      readonly red?: BandName
      readonly blue?: BandName
      readonly scale: number
    }
  | { readonly type: 'arithmetic'; readonly expression: Expression }
  | ({ readonly type: 'colorCorrection' } & ColorSettings)
  | { readonly type: 'mask'; readonly aoi?: unknown; readonly crop: boolean }
  | {
      readonly type: 'reproject'
      readonly epsg: number
      readonly resolution?: number | readonly [number, number] | undefined
      readonly resampling: Resampling
    }

export type ToolNode =
  | SourceNode<'project'>
  | SourceNode<'scene'>
  | { readonly type: 'mosaic'; readonly inputs: readonly string[] }
  | (OperatorNode & { readonly input: string })

/** A tool with its defaults. */
export interface ParsedTool {
  readonly version: 1
  readonly nodes: Readonly<Record<string, ToolNode>>
  readonly output: {
    readonly node: string
    readonly dataType?: DataType | undefined
    readonly nodata?: number | 'nan' | undefined
    readonly alpha?: true | undefined
    readonly blockSize: 128 | 256 | 512
  }
}
