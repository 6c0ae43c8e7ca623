import { check, checkOptions, type OptionChecks, type Pack, required } from '@piecework/core/piece'
import { findGdal, type Gdal } from '@piecework/gdal'
import { imageryExportKind } from './exports/export-kind.js'
import { renderPiece } from './exports/render-piece.js'
import type { SceneFiles } from './files/scene-files.js'
import type { ImageryAccess } from './imagery-access.js'
import { cogOutput } from './output/cog-output.js'
import { pictureOutput } from './output/picture-output.js'
import { quickLookOutput } from './output/quick-look-output.js'
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
  /** Of an export, before it is compressed. Default 1 TiB. */
  readonly mostBytes?: number
  /** Side of a window, a multiple of 4096. Default 4096. */
  readonly windowPixels?: number
}

const optionChecks: OptionChecks<ImageryOptions> = {
  files: required(check.having<SceneFiles>('a store of files', 'open', 'stat', 'put', 'delete')),
  access: required(check.having<ImageryAccess>('an access policy', 'allows')),
  gdal: check.having<Gdal>('what findGdal() finds', 'folder', 'version'),
  scenes: check.oneOf('carried', 'referenced'),
  mostBytes: check.wholeNumber(1, Number.MAX_SAFE_INTEGER),
  windowPixels: check.wholeNumber(1, Number.MAX_SAFE_INTEGER),
}

/**
 * Imagery: the kinds `imagery-project` and `imagery-export`, their pieces, and what exports of imagery end in. The tables are those of
 * `imageryMigrations`.
 */
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
  const { scenes: mode = 'carried', ...rendering } = options
  return {
    name: '@piecework/pieces-imagery',
    kinds: [imageryProjectKind, imageryExportKind],
    pieces: [project, scenes({ ...rendering, gdal, scenes: mode }), renderPiece({ ...rendering, gdal })],
    outputs: [
      cogOutput(gdal),
      quickLookOutput(gdal),
      pictureOutput(gdal, 'png'),
      pictureOutput(gdal, 'jpeg'),
    ],
  }
}
