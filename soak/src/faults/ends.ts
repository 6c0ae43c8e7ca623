import type { SoakJob } from '../place.js'
import type { Ends } from './fault.js'

export const never = (): Ends => []

/** An import draft that is not continued. */
export const abandoned = (job: SoakJob): Ends => (job === 'legacy import' ? ['expired'] : [])
