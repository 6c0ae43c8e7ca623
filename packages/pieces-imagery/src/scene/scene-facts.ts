import type { DataType } from '../pixels/data-type.js'

export interface SceneBand {
  /** By which tools name it: `red`. */
  readonly name: string
  /** What the file says that it is: `red`, `gray`, `undefined`. */
  readonly color: string
  /** Which light it is, as STAC names it: `nir`, `swir16`. */
  readonly role?: BandRole
}

/** Common names of bands in STAC's extension for electro-optical data. */
export const bandRoles = [
  'coastal',
  'blue',
  'green',
  'green05',
  'yellow',
  'red',
  'rededge',
  'rededge071',
  'rededge075',
  'rededge078',
  'nir',
  'nir08',
  'nir09',
  'cirrus',
  'swir16',
  'swir22',
  'lwir',
  'lwir11',
  'lwir12',
  'pan',
] as const

export type BandRole = (typeof bandRoles)[number]

/** What a band is called, and which light it is. */
export interface NamedBand {
  readonly name: string
  readonly role?: BandRole
}

export type Rgb = readonly [red: number, green: number, blue: number]

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
  /** A mask in the file says which pixels are valid. */
  readonly masked?: true
  /** Of all bands: a quantity is the value times `scale` plus `offset`. Values themselves are what tools compute with. */
  readonly scale?: number
  readonly offset?: number
  /** Colors of the values of the only band: red, green, blue, 0 to 255. */
  readonly palette?: readonly Rgb[]
}

/** A scene whose file a child process may read. */
export interface Scene {
  readonly id: string
  /** Path of the file. */
  readonly file: string
  readonly facts: SceneFacts
}
