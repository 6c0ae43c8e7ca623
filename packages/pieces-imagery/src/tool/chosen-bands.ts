import { PieceworkError } from '@piecework/core/piece'
import type { SceneBand, SceneFacts } from '../scene/scene-facts.js'
import type { ChosenBands } from './tool.js'

export interface NamedScene {
  readonly id: string
  readonly facts: Pick<SceneFacts, 'bands'>
}

export interface ChosenBand {
  /** As tools name it. */
  readonly name: string
  /** Its place in the file of the scene. */
  readonly at: number
}

/** What `rgb` stands for. */
const rgb = ['red', 'green', 'blue'] as const

/** Lights that operators ask for. */
export type Light = (typeof rgb)[number] | 'nir'

/** Bands of a scene that a node reads. Throws `imagery/band-missing` and `imagery/band-ambiguous`. */
export function chosenBands(chosen: ChosenBands | undefined, scene: NamedScene): readonly ChosenBand[] {
  const { bands } = scene.facts
  if (chosen === undefined) return bands.map(({ name }, at) => ({ name, at }))
  if (chosen === 'rgb') return rgb.map((light) => ({ name: light, at: bands.indexOf(bandOf(light, scene)) }))
  return chosen.map((name) => {
    const at = bands.findIndex((band) => band.name === name)
    if (at < 0) throw missing(scene.id, name, namesOf(bands), `"${name}"`)
    return { name, at }
  })
}

/** By the node's choice: the name of the band of that light. Throws `imagery/band-missing` and `imagery/band-ambiguous`. */
export function bandNameOf(light: Light, chosen: ChosenBands | undefined, scene: NamedScene): string {
  const { id, facts } = scene
  if (chosen === undefined) return bandOf(light, scene).name
  if (chosen !== 'rgb') {
    const bands = chosenBands(chosen, scene).map(({ at }) => facts.bands[at] as SceneBand)
    return bandOf(light, { id, facts: { bands } }).name
  }
  if (light === 'nir') throw missing(id, light, rgb, isUnlit(light))
  return light
}

function bandOf(light: Light, { id, facts: { bands } }: NamedScene): SceneBand {
  const [first, ...others] = bandsOf(light, bands)
  if (!first) throw missing(id, light, namesOf(bands), isUnlit(light))
  if (others.length === 0) return first
  const names = namesOf([first, ...others])
  throw new PieceworkError(
    'imagery/band-ambiguous',
    `The scene "${id}" has several bands for "${light}": ${names.join(', ')}. Name the one that is meant`,
    { facts: { scene: id, band: light, bands: names } },
  )
}

/** By role; of those without one, by what the file says, or the name. */
function bandsOf(light: Light, bands: readonly SceneBand[]): readonly SceneBand[] {
  const withRole = (role: string) => bands.filter((band) => band.role === role)
  if (withRole(light).length > 0) return withRole(light)
  // As STAC names the near infrared of sensors whose band is narrow: Landsat 8.
  if (light === 'nir' && withRole('nir08').length > 0) return withRole('nir08')
  return bands.filter(({ role, color, name }) => role === undefined && (color === light || name === light))
}

const namesOf = (bands: readonly SceneBand[]): readonly string[] => bands.map(({ name }) => name)
const isUnlit = (light: Light): string => `for "${light}", by role, color or name`

function missing(scene: string, band: string, bands: readonly string[], which: string): PieceworkError {
  return new PieceworkError(
    'imagery/band-missing',
    `The scene "${scene}" has no band ${which}; there are ${bands.join(', ')}`,
    { facts: { scene, band, bands } },
  )
}
