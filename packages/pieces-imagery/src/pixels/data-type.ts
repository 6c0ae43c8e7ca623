/** Of pixels, as in a tool's output. */
export const dataTypes = ['uint8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'] as const

export type DataType = (typeof dataTypes)[number]

export type Pixels =
  | Uint8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array

const arrays = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const

export type PixelsOf<T extends DataType> = InstanceType<(typeof arrays)[T]>

/** GDAL's names, and the numbers of ENVI headers. */
export const gdalTypes: Readonly<Record<DataType, { readonly name: string; readonly envi: number }>> = {
  uint8: { name: 'Byte', envi: 1 },
  uint16: { name: 'UInt16', envi: 12 },
  int16: { name: 'Int16', envi: 2 },
  uint32: { name: 'UInt32', envi: 13 },
  int32: { name: 'Int32', envi: 3 },
  float32: { name: 'Float32', envi: 4 },
  float64: { name: 'Float64', envi: 5 },
}

export const newPixels = (type: DataType, length: number): Pixels => new arrays[type](length)

export const bytesPerPixel = (type: DataType): number => arrays[type].BYTES_PER_ELEMENT

export const bytesOf = (pixels: Pixels): Uint8Array =>
  new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)

/** Of integers: `[least, most]`. Undefined for floating point. */
export function rangeOf(type: DataType): readonly [number, number] | undefined {
  const bits = bytesPerPixel(type) * 8
  if (type.startsWith('float')) return undefined
  return type.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
}

/** A number as a pixel has it. Undefined if no pixel of the type has it. */
export function pixelOf(value: number, type: DataType): number | undefined {
  const [pixel] = newPixels(type, 1).fill(value as never)
  return rangeOf(type) === undefined || pixel === value ? pixel : undefined
}

/** Whether every value of one type is a value of the other. */
export function holds(wide: DataType, narrow: DataType): boolean {
  const inner = rangeOf(narrow)
  const outer = rangeOf(wide)
  if (inner === undefined) return outer === undefined && bytesPerPixel(wide) >= bytesPerPixel(narrow)
  if (outer !== undefined) return outer[0] <= inner[0] && inner[1] <= outer[1]
  return wide === 'float64' || inner[1] < 2 ** 24
}
