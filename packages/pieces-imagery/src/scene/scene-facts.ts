import type { DataType } from '../pixels/data-type.js'

export interface SceneBand {
  /** By which tools name it: `red`. */
  readonly name: string
  /** What the file says that it is: `red`, `gray`, `undefined`. */
  readonly color: string
}

/** What a GeoTIFF says of itself. */
export interface SceneFacts {
  readonly width: number
  readonly height: number
  /** `EPSG:32618`, or WKT where it names no code. */
  readonly crs: string
  /** Upper left corner. */
  readonly originX: number
  readonly originY: number
  /** Both positive. */
  readonly pixelWidth: number
  readonly pixelHeight: number
  readonly dataType: DataType
  /** In the file's order, without the alpha band. */
  readonly bands: readonly SceneBand[]
  /** Of all bands. Absent: every pixel is valid, unless there is an alpha band. */
  readonly nodata?: number
  /** The last band says which pixels are valid. */
  readonly alpha?: true
}

/** A scene whose file a child process may read. */
export interface Scene {
  readonly id: string
  /** Path of the file. */
  readonly file: string
  readonly facts: SceneFacts
}
