import type { Guard } from '@piecework/core/store'
import type { Patience } from '../law.js'

export interface GuardLawsOptions extends Patience {
  /** A guard under which nothing is held. */
  make(): Guard | Promise<Guard>
}
