import { PieceworkError } from '@piecework/core/piece'
import { type RangeServer, rangeServer } from './range-server.js'
import type { SceneFiles } from './scene-files.js'

/** What GDAL names a file of a scene, for as long as an attempt goes on. */
export interface ReadableScenes {
  /** A path, or an address of the loopback interface as GDAL spells it. Throws `imagery/scene-missing`. */
  fileOf(key: string): Promise<string>
}

/** Files of scenes for GDAL while `use` runs: where the store has no path of one, a server on the loopback interface. */
export async function withReadableScenes<T>(
  files: SceneFiles,
  use: (scenes: ReadableScenes) => Promise<T>,
): Promise<T> {
  let server: Promise<RangeServer> | undefined
  const known = new Map<string, Promise<string>>()
  const find = async (key: string): Promise<string> => {
    const path = await files.localPath?.(key)
    if (path !== undefined) return path
    const stat = await files.stat(key)
    if (!stat)
      throw new PieceworkError('imagery/scene-missing', 'The file of a scene is not in the store of the host')
    server ??= rangeServer(files)
    return `/vsicurl/${(await server).addressOf(key, stat.size)}`
  }
  try {
    return await use({
      fileOf: (key) => {
        const file = known.get(key) ?? find(key)
        known.set(key, file)
        return file
      },
    })
  } catch (error) {
    throw (await server)?.failure() ?? error
  } finally {
    await (await server)?.close()
  }
}
