import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findGdal, type Gdal, type NamedBand, readSceneFacts, type Scene } from '@piecework/pieces-imagery'
import { needsGdal, type SkippableSuite, skipUnless } from '@piecework/test-support'
import { sampleFolder } from '@piecework/test-support/fixtures/samples.js'

const folder = join(sampleFolder, 'imagery')

/** The suite itself where there are GDAL and the sample scenes; else one that skips visibly. */
export function needsScenes<S extends SkippableSuite>(suite: S): S {
  return needsGdal(skipUnless(existsSync(folder), 'the sample scenes are missing', suite))
}

let found: Promise<Gdal> | undefined
export function gdal(): Promise<Gdal> {
  found ??= findGdal()
  return found
}

export const sceneFile = (name: string): string => join(folder, `${name}.tif`)

const scenes = new Map<string, Promise<Scene>>()

export function sceneOf(name: string, bands?: readonly (string | NamedBand)[]): Promise<Scene> {
  const key = JSON.stringify([name, bands])
  const known = scenes.get(key)
  if (known) return known
  const file = sceneFile(name)
  const read = async () => ({ id: name, file, facts: await readSceneFacts(await gdal(), file, bands) })
  const made = read()
  scenes.set(key, made)
  return made
}

const landsatBands = ['red', 'green', 'blue', 'nir']
export const landsat = (): Promise<Scene> => sceneOf('landsat-rgbn-256', landsatBands)

/** `b` lies on RGB.byte, `l` on landsat. */
export const aoi = (name: 'b' | 'l'): unknown =>
  JSON.parse(readFileSync(join(folder, `aoi_${name}.geojson`), 'utf8'))
