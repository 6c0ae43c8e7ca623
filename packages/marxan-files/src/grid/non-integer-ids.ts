import type { FindingCollector } from '@piecework/core/piece'
import type { LayerLabels } from '@piecework/vector-files'
import { IdSample } from '../ids/id-sample.js'

const kinds = { float: 'decimal number', text: 'text' } as const
export type Spelling = keyof typeof kinds

interface Spelled {
  readonly records: IdSample
  readonly record: number
  readonly text: string
  readonly id: number
}

/** Ids that are not written as integers: as mostly a whole column is so, they are one warning. */
export class NonIntegerIds {
  readonly #kinds = new Map<Spelling, Spelled>()

  add(spelling: Spelling, record: number, text: string, id: number): void {
    let kind = this.#kinds.get(spelling)
    if (!kind) {
      kind = { records: new IdSample(), record, text, id }
      this.#kinds.set(spelling, kind)
    }
    kind.records.add(record)
  }

  report(column: string, { role, code }: LayerLabels, findings: FindingCollector): void {
    for (const [spelling, { records, record, text, id }] of this.#kinds) {
      const { count } = records
      const first = JSON.stringify(text)
      findings.warning(`${code}-id-${spelling}`, { file: role, line: record, column }, () =>
        count === 1
          ? {
              message: `The id ${first} of record ${record} is written as a ${kinds[spelling]}; it is read as ${id}`,
            }
          : {
              message: `${count} ids are written as ${kinds[spelling]}s, ${first} for instance, which is read as ${id}: records ${records.text}`,
              count,
            },
      )
    }
  }
}
