import { openZip } from '@piecework/core/archive'
import type { Entries } from '@piecework/core/piece'
import type { AttributeTable } from '../../attribute-table.js'
import { defaultShapefileLimits as limits } from '../../defaults.js'
import type { LayerLabels } from '../../layer-labels.js'
import { openDbf } from './dbf-table.js'
import { findParts } from './parts.js'

/**
 * The attribute table of the zipped shapefile of the role, without looking at anything else. Throws an error
 * of the labels.
 */
export async function openAttributes(entries: Entries, labels: LayerLabels): Promise<AttributeTable> {
  const files = await openZip(entries, labels.role, limits.entries, labels)
  return openDbf(findParts(files, limits, labels), labels)
}
