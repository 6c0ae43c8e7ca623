import { gdalTypes } from '../pixels/data-type.js'
import type { Rgb } from '../scene/scene-facts.js'
import type { RawRaster } from './raw-raster.js'

/** By which GDAL reads a raw raster of ours: it stands beside it, as `….hdr`. */
export function enviHeader({ width, height, type, bands }: RawRaster, palette?: readonly Rgb[]): string {
  const fields = {
    samples: width,
    lines: height,
    bands,
    'header offset': 0,
    'file type': palette ? 'ENVI Classification' : 'ENVI Standard',
    'data type': gdalTypes[type].envi,
    interleave: 'bsq',
    'byte order': 0,
    // Of a classification, which is how ENVI says it.
    ...(palette && { classes: palette.length, 'class lookup': `{${palette.flat().join(', ')}}` }),
  }
  return `ENVI\n${Object.entries(fields)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')}`
}
