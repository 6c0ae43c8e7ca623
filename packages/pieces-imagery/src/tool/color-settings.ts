interface Clip {
  readonly min: number
  readonly max: number
}

/** Of a color correction; what is absent is not done. */
export interface ColorSettings {
  readonly equalize?: true | undefined
  readonly clip?: Clip | readonly Clip[] | undefined
  readonly gamma?: number | readonly number[] | undefined
  readonly sigmoidal?: { readonly alpha: number; readonly beta: number } | undefined
  readonly saturation?: number | undefined
}
