import type { NamedBand, SceneBand } from './scene-facts.js'
import type { SceneInfo } from './scene-info.js'
import { unsupportedScene } from './unsupported-scene.js'

/** Without alpha. Names that are not given are colors, and places. */
export function sceneBands(
  colors: SceneInfo['bands'],
  names: readonly (string | NamedBand)[] | undefined,
): readonly SceneBand[] {
  const found = colors.map(({ colorInterpretation }, at) => {
    const color = colorInterpretation.toLowerCase()
    const isName = ['red', 'green', 'blue'].includes(color)
    const given = names?.[at] ?? (isName ? color : `band${at + 1}`)
    return { ...(typeof given === 'string' ? { name: given } : given), color }
  })
  if (names && names.length !== found.length)
    throw unsupportedScene(`it has ${found.length} bands, and ${names.length} names were given`)
  if (new Set(found.map(({ name }) => name)).size < found.length)
    throw unsupportedScene('two of its bands have one name')
  return found
}
