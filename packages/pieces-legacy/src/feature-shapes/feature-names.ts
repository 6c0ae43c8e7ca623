import type { FindingCollector } from '@piecework/core/piece'
import { longestFeatureName, mostShapeFeatures } from '../defaults.js'
import { featureShapefile as labels } from '../shapes/labels.js'
import { nameKey } from '../shapes/name-key.js'

/** Checks the features' names of a layer, record by record. */
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
    if (name.length > longestFeatureName)
      return ['name-long', `The name in record ${record} is longer than ${longestFeatureName} characters`]
    const key = nameKey(name)
    const known = this.#known.get(key)
    if (known)
      return known.name === name
        ? undefined
        : [
            'name-spelling',
            `The feature of record ${record} is called ${JSON.stringify(name)}, and ${JSON.stringify(known.name)} in record ${known.record}`,
          ]
    if (this.#known.size === mostShapeFeatures)
      return [
        'too-many',
        `${JSON.stringify(name)} of record ${record} would be one feature more than the ${mostShapeFeatures} that are allowed`,
      ]
    this.#known.set(key, { name, record })
    return this.#ofSpec.has(key)
      ? ['name-taken', `The feature ${JSON.stringify(name)} of record ${record} is in spec.dat too`]
      : undefined
  }
}
