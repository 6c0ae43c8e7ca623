import type { Pack } from '@piecework/core/piece'
import { type LegacyMarxanOptions, legacyMarxan } from './format.js'

/** The import of Marxan folders. Register it beside `planningProject()` and `planningScenario()`, which define the kinds. */
export function legacyMarxanPack(options: LegacyMarxanOptions = {}): Pack {
  return { name: '@piecework/pieces-legacy', formats: [legacyMarxan(options)] }
}
