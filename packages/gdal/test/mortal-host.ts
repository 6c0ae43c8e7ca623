import { runGdal } from '@piecework/gdal'

/** A process that waits for a program of the folder, until it is killed. */
const [folder = ''] = process.argv.slice(2)
await runGdal({ folder, version: '' }, 'gdalwarp', [], { folder })
