import type { Entries } from '@piecework/core/piece'
import type { DbfHeader, ShapefileFinding } from '@piecework/vector-files'
import { type Attributes, openShapefile, type Shapefile } from '@piecework/vector-files'
import { featureShapefile as words } from '../shapes/labels.js'
import { namesOf } from '../shapes/name-attribute.js'

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
    words,
    (_, header, layer) => {
      const names = namesOf(entries, words, header, candidates)
      if (!names) return { findings: merged(header, layer), read: () => layer }
      return {
        findings: [],
        ...(names.column !== undefined && { column: names.column }),
        read: (record) => names.of(record),
      }
    },
    { signal },
  )
}

/** Nobody has asked for it that all records become one feature. */
function merged({ records, fields }: DbfHeader, layer: string): readonly ShapefileFinding[] {
  if (records < 2) return []
  const texts = fields.filter(({ type }) => type === 'C').map(({ name }) => name)
  const attributes =
    texts.length === 0 ? 'there are no text attributes' : `text attributes: ${texts.join(', ')}`
  const message = `${records} records of the feature shapefile become one feature ${JSON.stringify(layer)}; ${attributes}`
  return [
    words.finding('warning', 'merged', message, {
      hint: `Name the attribute with the upload: { "nameAttribute": "${texts.length === 1 ? texts[0] : '…'}" }.`,
    }),
  ]
}
