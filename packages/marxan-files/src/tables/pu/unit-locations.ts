import type { FindingCollector } from '@piecework/core/piece'
import { pluralize } from '../../pluralize.js'

interface Columns {
  readonly xloc: Float64Array
  readonly yloc: Float64Array
}

/** Locations of the planning units of one pu.dat: both coordinates or none. */
export class UnitLocations {
  readonly #file: string
  readonly #findings: FindingCollector
  #isPair = false
  #without = 0

  constructor(file: string, findings: FindingCollector) {
    this.#file = file
    this.#findings = findings
  }

  /** `names` in lower case. */
  header(names: readonly string[]): true {
    const [column, ...others] = ['xloc', 'yloc'].filter((name) => names.includes(name))
    this.#isPair = others.length > 0
    if (column !== undefined && !this.#isPair)
      this.#findings.warning('legacy/location-incomplete', { file: this.#file, column }, () => ({
        message: `The column ${column} is not imported: a location needs both xloc and yloc`,
      }))
    return true
  }

  /** False, with an error, if one coordinate is there without the other. */
  accept({ xloc, yloc }: Columns, row: number, line: number): boolean {
    if (!this.#isPair) {
      xloc[row] = Number.NaN
      yloc[row] = Number.NaN
      return true
    }
    const given = { xloc: !Number.isNaN(xloc[row]), yloc: !Number.isNaN(yloc[row]) }
    if (given.xloc !== given.yloc) {
      const [column, other] = given.xloc ? ['yloc', 'xloc'] : ['xloc', 'yloc']
      this.#findings.error('legacy/value-empty', { file: this.#file, line, column }, () => ({
        message: `${column} is empty, and ${other} is not: a location needs both`,
      }))
      return false
    }
    if (!given.xloc) this.#without += 1
    return true
  }

  report(): void {
    const count = this.#without
    if (count > 0)
      this.#findings.warning('legacy/location-missing', { file: this.#file, column: 'xloc' }, () => ({
        message: `${pluralize(count, 'planning unit has', 'planning units have')} neither xloc nor yloc, which Marxan itself does not read rightly; an export writes their centres`,
        count,
      }))
  }
}
