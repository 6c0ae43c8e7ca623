import type { Pack } from '@piecework/core/piece'
import { type LegacyMarxanOptions, legacyMarxan } from './format.js'

/** Import of Marxan folders into projects and scenarios, whose kinds are those of the packs of projects and scenarios. */
export function legacyMarxanPack(options: LegacyMarxanOptions = {}): Pack {
  return { name: '@piecework/pieces-legacy', formats: [legacyMarxan(options)] }
}
