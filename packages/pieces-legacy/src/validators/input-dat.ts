import type { Validator } from '@piecework/core'
import { Findings } from '../dat/findings.js'
import { readInputDat } from '../dat/input-dat.js'

/** Checks input.dat alone. */
export const inputDatValidator: Validator = {
  async *validate({ entries, signal }) {
    const findings = new Findings()
    await readInputDat(entries.open('input.dat'), { findings, signal })
    yield* findings.list()
  },
}
