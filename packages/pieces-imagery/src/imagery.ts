import { check, checkOptions, type OptionChecks, type Pack, required } from '@piecework/core/piece'
import { findGdal, type Gdal } from '@piecework/gdal'
import type { SceneFiles } from './files/scene-files.js'
import type { ImageryAccess } from './imagery-access.js'
import { project } from './pieces/project.js'
import { scenes } from './pieces/scenes.js'
import { imageryProjectKind } from './project-kind.js'

export interface ImageryOptions {
  /** Where the files of scenes are. */
  readonly files: SceneFiles
  /** Who may read which project and scene: the host's access policy. */
  readonly access: ImageryAccess
  /** GDAL's programs, as they were found at start. Absent: they are looked for in PATH when they are needed. */
  readonly gdal?: Gdal
  /**
   * Whether the files of scenes travel with their project, or stay in the store, which source and copy then share. Default
   * `carried`.
   */
  readonly scenes?: 'carried' | 'referenced'
}

const optionChecks: OptionChecks<ImageryOptions> = {
  files: required(check.having<SceneFiles>('a store of files', 'open', 'stat', 'put', 'delete')),
  access: required(check.having<ImageryAccess>('an access policy', 'allows')),
  gdal: check.having<Gdal>('what findGdal() finds', 'folder', 'version'),
  scenes: check.oneOf('carried', 'referenced'),
}

/** Imagery: the kind `imagery-project` and its pieces. The tables are those of `imageryMigrations`. */
export function imagery(given: ImageryOptions): Pack {
  const options = checkOptions('imagery()', given, optionChecks)
  let found: Promise<Gdal> | undefined
  const gdal = (): Promise<Gdal> => {
    // What was not found may be installed later.
    found ??= options.gdal
      ? Promise.resolve(options.gdal)
      : findGdal().catch((error: unknown) => {
          found = undefined
          throw error
        })
    return found
  }
  const { files, access } = options
  return {
    name: '@piecework/pieces-imagery',
    kinds: [imageryProjectKind],
    pieces: [project, scenes({ files, access, gdal, scenes: options.scenes ?? 'carried' })],
  }
}
