import { type Entries, FindingCollector } from '@piecework/core/piece'
import { readSpec } from '@piecework/marxan-files'
import { featureShapefile as labels } from '../shapes/labels.js'
import { nameKey } from '../shapes/name-key.js'

/** More are no features but an attribute that names records. */
const maxFeatures = 100_000
const maxNameLength = 1000

/** The names of the features of a layer, as they come record by record. */
export class FeatureNames {
  readonly #known = new Map<string, { readonly name: string; readonly record: number }>()
  readonly #ofSpec: ReadonlySet<string>
  readonly #findings: FindingCollector

  constructor(ofSpec: ReadonlySet<string>, findings: FindingCollector) {
    this.#ofSpec = ofSpec
    this.#findings = findings
  }

  add(name: string, record: number, column: string | undefined): void {
    const problem = this.#problem(name, record)
    if (!problem) return
    const [kind, message] = problem
    const place = { file: labels.role, line: record, ...(column !== undefined && { column }) }
    this.#findings.error(`${labels.code}-${kind}`, place, () => ({ message }))
  }

  #problem(name: string, record: number): readonly [kind: string, message: string] | undefined {
    if (name === '') return ['name-null', `Record ${record} does not say which feature it is of`]
    if (name.length > maxNameLength)
      return ['name-long', `The name in record ${record} is longer than ${maxNameLength} characters`]
    const key = nameKey(name)
    const known = this.#known.get(key)
    if (known)
      return known.name === name
        ? undefined
        : [
            'name-spelling',
            `The feature of record ${record} is called ${JSON.stringify(name)}, and ${JSON.stringify(known.name)} in record ${known.record}`,
          ]
    if (this.#known.size === maxFeatures)
      return [
        'too-many',
        `${JSON.stringify(name)} of record ${record} would be one feature more than the ${maxFeatures} that are allowed`,
      ]
    this.#known.set(key, { name, record })
    return this.#ofSpec.has(key)
      ? ['name-taken', `The feature ${JSON.stringify(name)} of record ${record} is in spec.dat too`]
      : undefined
  }
}

/** Keys of the names that spec.dat's features get. */
export async function specNames(entries: Entries, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const keys = new Set<string>()
  for await (const { length, columns } of readSpec(entries.open('spec.dat'), {
    findings: new FindingCollector({ limit: 0 }),
    signal,
  }))
    for (const name of columns.name.slice(0, length)) keys.add(nameKey(name))
  return keys
}
