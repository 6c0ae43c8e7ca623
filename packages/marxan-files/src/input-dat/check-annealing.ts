import type { FindingCollector } from '@piecework/core/piece'
import type { MarxanParameters } from './parameters.js'
import type { Setting } from './settings.js'

/** Whether there are more temperature decreases than iterations: Marxan divides by the quotient of the two. */
export const hasTooManyDecreases = ({
  NUMITNS,
  NUMTEMP,
}: Pick<MarxanParameters, 'NUMITNS' | 'NUMTEMP'>): boolean =>
  // Without iterations there is no annealing, and NUMTEMP means nothing.
  NUMITNS > 0 && NUMTEMP > NUMITNS

/** What the parameters of annealing say of each other. */
export function checkAnnealing(
  parameters: MarxanParameters,
  given: ReadonlyMap<string, Setting>,
  file: string,
  findings: FindingCollector,
): void {
  const { NUMTEMP, NUMITNS, COOLFAC, STARTTEMP } = parameters
  const location = (key: string) => {
    const line = given.get(key)?.line
    return { file, column: key, ...(line !== undefined && { line }) }
  }
  if (hasTooManyDecreases(parameters))
    findings.error('legacy/numtemp-too-large', location('NUMTEMP'), () => ({
      message: `NUMTEMP is ${NUMTEMP}, more than NUMITNS, which is ${NUMITNS}`,
      hint: 'Write a smaller NUMTEMP or a larger NUMITNS: there can be no more temperature decreases than iterations.',
    }))
  if (COOLFAC >= 0) return
  if (STARTTEMP < 0)
    findings.warning('legacy/coolfac-unused', location('COOLFAC'), () => ({
      message: `COOLFAC is ${COOLFAC}; it is not used because STARTTEMP is negative`,
    }))
  else
    findings.error('legacy/out-of-range', location('COOLFAC'), () => ({
      message: `COOLFAC is ${COOLFAC}; it must be at least 0 unless STARTTEMP is negative`,
    }))
}
