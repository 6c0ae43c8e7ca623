import { costRole, featuresRole, protectedAreasRole } from '@piecework/marxan-files'
import { shapefileLabels } from '@piecework/vector-files'

export const featureShapefile = shapefileLabels({
  role: featuresRole,
  piece: 'legacy/feature-shapes',
  code: 'legacy/feature-shapes',
  what: 'the feature shapefile',
})

export const costShapefile = shapefileLabels({
  role: costRole,
  piece: 'legacy/cost-shapes',
  code: 'legacy/cost-shapes',
  what: 'the cost shapefile',
})

export const protectedAreaShapefile = shapefileLabels({
  role: protectedAreasRole,
  piece: 'legacy/protected-area-shapes',
  code: 'legacy/protected-area-shapes',
  what: 'the shapefile of protected areas',
})
