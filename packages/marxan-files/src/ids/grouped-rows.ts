import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import { IdSample } from './id-sample.js'

/** Rows about which the same is to be told: one warning with a count, however many they are. */
export class GroupedRows {
  readonly #ids = new IdSample()
  #first: { readonly line: number; readonly message: string } | undefined

  /** `message` is for the case that it is the only one. */
  add(line: number, id: number, message: () => string): void {
    this.#ids.add(id)
    this.#first ??= { line, message: message() }
  }

  /**
   * `many`: the sentence about several of them, before their ids are listed: "3 features have no name". `ids`: what these are, where the
   * sentence does not say it: "records".
   */
  report(
    code: string,
    location: Omit<FindingLocation, 'line'>,
    many: (count: number) => string,
    findings: FindingCollector,
    { ids, hint }: { readonly ids?: string; readonly hint?: string } = {},
  ): void {
    if (!this.#first) return
    const { line, message } = this.#first
    const { count, text } = this.#ids
    findings.warning(code, { ...location, line }, () => ({
      ...(count === 1
        ? { message }
        : { message: `${many(count)}: ${ids === undefined ? '' : `${ids} `}${text}`, count }),
      ...(hint !== undefined && { hint }),
    }))
  }
}
