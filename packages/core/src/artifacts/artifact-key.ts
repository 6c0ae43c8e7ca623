import { PieceworkError } from '../contracts/errors.js'
import { nameDefaults } from '../defaults.js'

const segment = /^[A-Za-z0-9._-]+$/
const { artifactKeyCharacters: longest } = nameDefaults

/** Segments of a key; throws `options-invalid` for what is not one. Every artifact store asks this first. */
export function artifactKeySegments(key: string): readonly string[] {
  const segments = key.split('/')
  const sound = segments.every((part) => segment.test(part) && part !== '.' && part !== '..')
  if (!sound || key.length > longest)
    throw new PieceworkError(
      'options-invalid',
      `${JSON.stringify(key.slice(0, longest))} is not a key of artifacts: segments of letters, digits, ".", "_" and "-" joined by "/", at most ${longest} characters`,
    )
  return segments
}
