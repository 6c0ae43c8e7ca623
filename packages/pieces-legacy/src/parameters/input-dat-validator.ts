import { FindingCollector, type Validator } from '@piecework/core/piece'
import { readInputDat } from '@piecework/marxan-files'

/** Checks input.dat alone. */
export const inputDatValidator: Validator = {
  async *validate({ entries, signal }) {
    const findings = new FindingCollector()
    await readInputDat(entries.open('input.dat'), { findings, signal })
    yield* findings.list()
  },
}
