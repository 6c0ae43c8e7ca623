import type { DataType } from '../pixels/data-type.js'
import type { ColorSettings } from './color-settings.js'
import type { Expression } from './expression.js'

export type Resampling = 'near' | 'bilinear' | 'cubic' | 'lanczos'

interface SourceNode<Type extends 'project' | 'scene'> {
  readonly type: Type
  readonly id: string
  /** Absent: all. */
  readonly bands?: readonly string[] | undefined
}

type OperatorNode =
  | { readonly type: 'identity' }
  | { readonly type: 'ndvi'; readonly nir: string; readonly red: string }
  | { readonly type: 'ndwi'; readonly green: string; readonly nir: string }
  | {
      readonly type: 'evi'
      readonly nir: string
      readonly red: string
      readonly blue: string
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
