import { FindingCollector, type Validator } from '@piecework/core/piece'
import { readSpec } from '@piecework/marxan-files'
import type { FeaturesOptions } from './features-options.js'

/** Checks spec.dat alone; `puvsprValidator` compares it with puvspr.dat. */
export const specValidator: Validator<Pick<FeaturesOptions, 'names'>> = {
  async *validate({ entries, signal, progress, options: { names } }) {
    const findings = new FindingCollector()
    let rows = 0
    for await (const batch of readSpec(entries.open('spec.dat'), {
      findings,
      signal,
      ...(names === 'required' && { names }),
    })) {
      rows += batch.length
      progress(rows)
    }
    yield* findings.list()
  },
}
