import { check, checkOptions, FindingCollector, type Validator } from '@piecework/core/piece'
import { type ReadSpecOptions, readSpec } from '@piecework/marxan-files'

/** Checks spec.dat alone; what it and puvspr.dat say of each other is told by `puvsprValidator`. */
export function specValidator(given?: Pick<ReadSpecOptions, 'names'>): Validator {
  const options = checkOptions('specValidator()', given, { names: check.oneOf('required') })
  return {
    async *validate(context) {
      const { entries, signal } = context
      const findings = new FindingCollector()
      let rows = 0
      for await (const batch of readSpec(entries.open('spec.dat'), { ...options, findings, signal })) {
        rows += batch.length
        context.progress(rows)
      }
      yield* findings.list()
    },
  }
}
