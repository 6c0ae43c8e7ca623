import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sampleFolder } from '@piecework/test-support/fixtures/samples.js'

/** RGB of bytes, or four bands of 16 bits. */
export type SceneKind = 'rgb' | 'rgbn'

const samples = { rgb: 'RGB.byte.tif', rgbn: 'landsat-rgbn-256.tif' } as const

export const sceneFile = (kind: SceneKind, folder: string): string => join(folder, `${kind}.tif`)

export const sceneBands = (kind: SceneKind): readonly string[] => [
  'red',
  'green',
  'blue',
  ...(kind === 'rgbn' ? ['nir'] : []),
]

/**
 * A sample scene, made as large as `side` by resampling, unless it is there: no two pixels beside each other need be equal.
 */
export function makeScene(kind: SceneKind, side: number, folder: string): void {
  const file = sceneFile(kind, folder)
  if (existsSync(file)) return
  const source = join(sampleFolder, 'imagery', samples[kind])
  const size = ['-outsize', `${side}`, `${side}`, '-r', 'cubic']
  const format = ['-co', 'TILED=YES', '-co', 'COMPRESS=DEFLATE', '-co', 'BIGTIFF=IF_SAFER']
  execFileSync('gdal_translate', ['-q', ...size, ...format, source, file])
}
