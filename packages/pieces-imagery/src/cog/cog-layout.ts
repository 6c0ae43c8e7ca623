import type { ReadRange, TiffDirectory } from '../tiff/read-tiff.js'

/** Tiles of a rendered file that go into one level of an output, with its upper left tile at `column`, `row`. */
export interface CogPart {
  readonly column: number
  readonly row: number
  readonly directory: TiffDirectory
  readonly read: ReadRange
}

export interface CogLevel {
  readonly width: number
  readonly height: number
  readonly parts: readonly CogPart[]
}

/** From the whole size to the smallest overview; tiles that no part brings are nodata. */
export interface CogLayout {
  readonly originX: number
  readonly originY: number
  readonly pixelWidth: number
  readonly pixelHeight: number
  readonly blockSize: number
  readonly levels: readonly CogLevel[]
}
