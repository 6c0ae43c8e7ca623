import { costRole, featuresRole, protectedAreasRole } from '@piecework/marxan-files'
import { layerLabels } from '@piecework/vector-files'

export const featureShapefile = layerLabels({
  role: featuresRole,
  piece: 'legacy/feature-shapes',
  code: 'legacy/feature-shapes',
  what: 'the feature shapefile',
})

export const costShapefile = layerLabels({
  role: costRole,
  piece: 'legacy/cost-shapes',
  code: 'legacy/cost-shapes',
  what: 'the cost shapefile',
})

export const protectedAreaShapefile = layerLabels({
  role: protectedAreasRole,
  piece: 'legacy/protected-area-shapes',
  code: 'legacy/protected-area-shapes',
  what: 'the shapefile of protected areas',
})
