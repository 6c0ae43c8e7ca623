/** Keys of input.dat that name the uploads of these roles. */
export const fileKeys = {
  'pu.dat': 'PUNAME',
  'spec.dat': 'SPECNAME',
  'puvspr.dat': 'PUVSPRNAME',
  'bound.dat': 'BOUNDNAME',
} as const
export type TableRole = keyof typeof fileKeys
