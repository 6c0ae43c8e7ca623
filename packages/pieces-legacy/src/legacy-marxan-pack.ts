import { checkOptions, type Pack } from '@piecework/core/piece'
import { type LegacyMarxanOptions, legacyMarxan, legacyMarxanChecks } from './legacy-marxan.js'

/**
 * The import of Marxan folders. Register it beside `planningProject()` and `planningScenario()`, which define
 * the kinds.
 */
export function legacyMarxanPack(given?: LegacyMarxanOptions): Pack {
  const options = checkOptions('legacyMarxanPack()', given, legacyMarxanChecks)
  return { name: '@piecework/pieces-legacy', formats: [legacyMarxan(options)] }
}
