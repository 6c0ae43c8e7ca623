import type { Pack } from '@piecework/core'
import { legacyMarxan } from './format.js'

/** Import of Marxan folders into projects and scenarios, whose kinds are those of the packs of projects and scenarios. */
export function legacyMarxanPack(): Pack {
  return { name: '@piecework/pieces-legacy', formats: [legacyMarxan()] }
}
