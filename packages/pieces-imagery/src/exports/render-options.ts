import type { Gdal } from '@piecework/gdal'
import type { SceneFiles } from '../files/scene-files.js'
import type { ImageryAccess } from '../imagery-access.js'

export interface RenderOptions {
  readonly files: SceneFiles
  readonly access: ImageryAccess
  readonly gdal: () => Promise<Gdal>
  /** Side of a window. Default 4096. */
  readonly windowPixels?: number
  /** Of an export, before it is compressed. Default 1 TiB. */
  readonly mostBytes?: number
}
