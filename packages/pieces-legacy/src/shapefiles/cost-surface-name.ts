import type { Entries } from '@piecework/core'
import { metadataText } from './metadata.js'
import { costShapefile } from './words.js'

/** The metadata's `name`, else the layer's. */
export const costSurfaceName = (entries: Entries, layer: string): string =>
  metadataText(entries, costShapefile.role, 'name') ?? layer
