import { checkOptions, type Pack } from '@piecework/core/piece'
import { type LegacyMarxanOptions, legacyMarxan, legacyMarxanChecks } from './format.js'

/** Import of Marxan folders into projects and scenarios, whose kinds are those of the packs of projects and scenarios. */
export function legacyMarxanPack(given?: LegacyMarxanOptions): Pack {
  const options = checkOptions('legacyMarxanPack()', given, legacyMarxanChecks)
  return { name: '@piecework/pieces-legacy', formats: [legacyMarxan(options)] }
}
