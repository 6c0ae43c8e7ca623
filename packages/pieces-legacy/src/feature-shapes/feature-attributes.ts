import type { Entries, NewFinding } from '@piecework/core/piece'
import { metadataFix } from '@piecework/marxan-files'
import { type AttributeTable, openShapefile, type RowReader, type VectorLayer } from '@piecework/vector-files'
import { featureShapefile as labels } from '../shapes/labels.js'
import { namesOf } from '../shapes/name-attribute.js'

/** Attributes that name features; the first one present counts. Two are `feature_name` cut to ten letters. */
const candidates = ['name', 'feature', 'feature_na', 'featurenam', 'feat_name', 'species']

export interface FeatureAttributes extends RowReader<string> {
  /** Undefined: all records are one feature. */
  readonly column?: string
}

/** The row of a record is the name of its feature; '' if it has none. */
export function openFeatures(entries: Entries, signal: AbortSignal): Promise<VectorLayer<FeatureAttributes>> {
  return openShapefile<FeatureAttributes>(
    entries,
    labels,
    (table, layer) => {
      const names = namesOf(entries, labels, table, candidates)
      if (!names) return { findings: merged(table, layer), read: () => layer }
      return {
        findings: [],
        ...(names.column !== undefined && { column: names.column }),
        read: (record) => names.of(record),
      }
    },
    { signal, crs: 'any' },
  )
}

/** A warning if several records become one feature although the upload does not ask for it. */
function merged({ size, fields }: AttributeTable, layer: string): readonly NewFinding[] {
  if (size < 2) return []
  const texts = fields.filter(({ kind }) => kind === 'text').map(({ name }) => name)
  const attributes =
    texts.length === 0 ? 'there are no text attributes' : `text attributes: ${texts.join(', ')}`
  const message = `${size} records of the feature shapefile become one feature ${JSON.stringify(layer)}; ${attributes}`
  return [
    labels.finding('warning', 'merged', message, {
      ...metadataFix(labels.role, 'nameAttribute', { value: texts.length === 1 ? texts[0] : undefined }),
    }),
  ]
}
