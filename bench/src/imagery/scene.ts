import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { sampleFolder } from '@piecework/test-support/fixtures/samples.js'

export interface BenchScene {
  /** RGB of bytes, or four bands of 16 bits. */
  readonly file: string
  readonly bands: readonly string[]
}

const sample = (name: string): string => join(sampleFolder, 'imagery', name)

/** A sample scene, made as large as `side` by resampling: no two pixels beside each other need be equal. */
export function benchScene(kind: 'rgb' | 'rgbn', side: number, folder: string): BenchScene {
  const file = join(folder, `${kind}.tif`)
  const source = sample(kind === 'rgb' ? 'RGB.byte.tif' : 'landsat-rgbn-256.tif')
  const size = ['-outsize', `${side}`, `${side}`, '-r', 'cubic']
  const format = ['-co', 'TILED=YES', '-co', 'COMPRESS=DEFLATE', '-co', 'BIGTIFF=IF_SAFER']
  execFileSync('gdal_translate', ['-q', ...size, ...format, source, file])
  return { file, bands: ['red', 'green', 'blue', ...(kind === 'rgbn' ? ['nir'] : [])] }
}
