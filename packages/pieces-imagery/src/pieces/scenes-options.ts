import type { Gdal } from '@piecework/gdal'
import type { SceneFiles } from '../files/scene-files.js'
import type { ImageryAccess } from '../imagery-access.js'

export interface ScenesOptions {
  readonly files: SceneFiles
  readonly gdal: () => Promise<Gdal>
  readonly access: ImageryAccess
  /** Whether files travel, or stay in the store that source and copy share. */
  readonly scenes: 'carried' | 'referenced'
}
