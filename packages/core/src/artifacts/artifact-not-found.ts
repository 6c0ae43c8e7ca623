import { PieceworkError } from '../contracts/errors.js'

export function artifactNotFound(key: string, cause?: unknown): PieceworkError {
  return new PieceworkError('artifact-not-found', `There is no artifact "${key}".`, { cause })
}
