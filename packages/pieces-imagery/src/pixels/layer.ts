import type { DataType, Pixels } from './data-type.js'

export interface Band {
  readonly name: string
  readonly type: DataType
  readonly pixels: Pixels
}

/** Rows of the grid: bands of the same length, and where there is anything. */
export interface Layer {
  readonly bands: readonly Band[]
  /** 1 for each pixel that is valid, in all bands; 0 for the others, whose values mean nothing. */
  readonly valid: Uint8Array
}
