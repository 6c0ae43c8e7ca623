import type { Piece } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { type PlanningDatabases, placed } from '../planning-databases.js'
import { planningSchema } from '../project-tables.js'
import { sharedData } from '../shared-data.js'

/** Paths in `features.geoprocessing` of the features that a feature was derived from. */
const sourceFeatures = ['baseFeatureId', 'againstFeatureId', 'featureId', 'intersectWith.featureId']

/** The project's own features, how they were derived, and their geometries. */
export const features = (databases: PlanningDatabases): Piece =>
  tablePiece({
    ...placed('project/features', databases),
    of: 'project',
    version: 1,
    after: ['project/metadata'],
    schema: planningSchema,
    tables: [
      {
        table: 'features',
        owner: 'project_id',
        order: ['name'],
        columns: [
          'name',
          'alias',
          'description',
          'tag',
          'is_legacy',
          'source',
          'properties',
          'amount_min',
          'amount_max',
        ],
        json: {
          geoprocessing: sourceFeatures.map((path) => ({ path, table: 'features', shared: sharedData })),
        },
        ignore: ['stable_key'],
      },
      {
        table: 'feature_geometries',
        owner: 'feature_id.project_id',
        order: ['feature_id.name', 'geom', 'properties'],
        columns: ['geom', 'properties'],
        references: { feature_id: 'features' },
      },
    ],
  })
