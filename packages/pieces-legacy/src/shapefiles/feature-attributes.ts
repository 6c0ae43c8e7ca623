import type { Entries } from '@piecework/core'
import { type Attributes, openShapefile, type Shapefile } from '../shapefile/shapefile.js'
import { namesOf } from './name-attribute.js'
import { featureShapefile } from './words.js'

/** Attributes that name features; the first that is there counts. Two are what ten letters leave of `feature_name`. */
const candidates = ['name', 'feature', 'feature_na', 'featurenam', 'feat_name', 'species']

export interface FeatureAttributes extends Attributes<string> {
  /** Undefined: all records are one feature. */
  readonly column?: string
}

/** Each record's row is the name of its feature; '' where it has none. */
export function openFeatures(entries: Entries, signal: AbortSignal): Promise<Shapefile<FeatureAttributes>> {
  return openShapefile<FeatureAttributes>(
    entries,
    featureShapefile,
    (_, header, layer) => {
      const names = namesOf(entries, featureShapefile, header, candidates) ?? { of: () => layer }
      return {
        findings: [],
        ...(names.column !== undefined && { column: names.column }),
        read: (record) => names.of(record),
      }
    },
    { signal },
  )
}
