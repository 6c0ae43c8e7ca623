export { findGdal } from './find-gdal.js'
export type { Gdal } from './gdal.js'
export { type FolderRun, type GdalProgram, type GdalRun, runGdal } from './run-gdal.js'
