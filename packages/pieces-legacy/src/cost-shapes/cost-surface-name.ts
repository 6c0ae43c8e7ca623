import type { Entries } from '@piecework/core/piece'
import { costShapefile } from '../shapes/labels.js'
import { metadataText } from '../shapes/metadata.js'

/** The metadata's `name`, else the layer's. */
export const costSurfaceName = (entries: Entries, layer: string): string =>
  metadataText(entries, costShapefile.role, 'name') ?? layer
