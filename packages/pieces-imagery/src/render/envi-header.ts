import { gdalTypes } from '../pixels/data-type.js'
import type { RawRaster } from './raw-raster.js'

/** By which GDAL reads a raw raster of ours: it stands beside it, as `….hdr`. */
export function enviHeader({ width, height, type, bands }: RawRaster): string {
  const fields = {
    samples: width,
    lines: height,
    bands,
    'header offset': 0,
    'file type': 'ENVI Standard',
    'data type': gdalTypes[type].envi,
    interleave: 'bsq',
    'byte order': 0,
  }
  return `ENVI\n${Object.entries(fields)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')}`
}
