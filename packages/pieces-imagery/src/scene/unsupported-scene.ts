import { PieceworkError } from '@piecework/core/piece'

export function unsupportedScene(why: string): PieceworkError {
  return new PieceworkError('imagery/scene-unsupported', `This GeoTIFF cannot be a scene: ${why}`)
}
