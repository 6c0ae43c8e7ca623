import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipOf } from './zip-of.js'

/** The sample projects lie beside the repository. Compiled tests are in packages/pieces-legacy/build/test/grid. */
export const sampleFolder = join(import.meta.dirname, '../../../../../../shared/data')
export const samplesMissing = 'the sample projects are missing'
export const haveSamples = existsSync(sampleFolder)

/** A sample's shapefile folder as one zip. */
export function sampleGrid(project: string): Buffer {
  const folder = join(sampleFolder, project, 'shapefile')
  return zipOf(readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) })))
}
