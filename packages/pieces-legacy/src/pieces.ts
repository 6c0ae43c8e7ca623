import type { Piece } from '@piecework/core'
import { z } from 'zod'
import { gridIds } from './grid/grid-ids.js'
import { planningGridValidator } from './grid/planning-grid-validator.js'
import { boundaryImporter } from './importers/boundary.js'
import { costSurfaceImporter } from './importers/cost-surface.js'
import { type FeatureGeometry, featuresImporter } from './importers/features.js'
import { parametersImporter } from './importers/parameters.js'
import { type PlanningAreaOptions, planningAreaImporter } from './importers/planning-area.js'
import { planningUnitsImporter } from './importers/planning-units.js'
import { scenarioFeaturesImporter } from './importers/scenario-features.js'
import { scenarioPlanningUnitsImporter } from './importers/scenario-planning-units.js'
import { resultsImporter } from './output/results-importer.js'
import { resultsValidator } from './output/results-validator.js'
import { costShapesImporter } from './shapefiles/cost-shapes-importer.js'
import { costShapesValidator } from './shapefiles/cost-shapes-validator.js'
import { featureShapesImporter } from './shapefiles/feature-shapes-importer.js'
import { featureShapesValidator } from './shapefiles/feature-shapes-validator.js'
import { protectedAreaShapesImporter } from './shapefiles/protected-area-shapes-importer.js'
import { protectedAreaShapesValidator } from './shapefiles/protected-area-shapes-validator.js'
import { scenarioProtectedAreasImporter } from './shapefiles/scenario-protected-areas-importer.js'
import { boundValidator } from './validators/bound.js'
import { inputDatValidator } from './validators/input-dat.js'
import { puValidator } from './validators/pu.js'
import { puvsprValidator } from './validators/puvspr.js'
import { specValidator } from './validators/spec.js'

const featureOptions = z.strictObject({
  /** `required`: a feature without a name is an error instead of being named "Unnamed Feature #1". */
  names: z.enum(['optional', 'required']).default('optional'),
  /** `none`: features are left without a geometry, which on irregular grids may be large. */
  geometry: z.enum(['union', 'none']).default('union') satisfies z.ZodType<FeatureGeometry>,
})

const areaOptions = z.strictObject({ skip: z.boolean().default(false) })

/** The pieces of a Marxan folder. Each reads the uploaded files that it needs; edges say what must be in the database before. */
export function legacyPieces(): readonly Piece[] {
  return [
    {
      contract: 1,
      name: 'legacy/planning-grid',
      of: 'project',
      version: 1,
      validators: [planningGridValidator],
      importer: planningUnitsImporter,
    },
    {
      contract: 1,
      name: 'legacy/planning-area',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid'],
      options: areaOptions,
      importer: planningAreaImporter,
    } satisfies Piece<PlanningAreaOptions>,
    {
      contract: 1,
      name: 'legacy/cost-surface',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid'],
      validators: [puValidator({ gridIds })],
      importer: costSurfaceImporter,
    },
    {
      contract: 1,
      name: 'legacy/features',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid'],
      options: featureOptions,
      validators: [
        {
          validate: (context) =>
            specValidator(context.options.names === 'required' ? { names: 'required' } : {}).validate(
              context,
            ),
        },
        puvsprValidator({ gridIds }),
      ],
      importer: featuresImporter,
    } satisfies Piece<z.infer<typeof featureOptions>>,
    {
      contract: 1,
      name: 'legacy/feature-shapes',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid', 'legacy/features'],
      validators: [featureShapesValidator],
      importer: featureShapesImporter,
    },
    {
      contract: 1,
      name: 'legacy/cost-shapes',
      of: 'project',
      version: 1,
      after: ['legacy/planning-grid', 'legacy/cost-surface'],
      validators: [costShapesValidator({ gridIds })],
      importer: costShapesImporter,
    },
    {
      contract: 1,
      name: 'legacy/protected-area-shapes',
      of: 'project',
      version: 1,
      validators: [protectedAreaShapesValidator],
      importer: protectedAreaShapesImporter,
    },
    {
      contract: 1,
      name: 'legacy/parameters',
      of: 'scenario',
      version: 1,
      after: ['legacy/cost-surface'],
      validators: [inputDatValidator],
      importer: parametersImporter,
    },
    {
      contract: 1,
      name: 'legacy/scenario-planning-units',
      of: 'scenario',
      version: 1,
      after: ['legacy/planning-grid'],
      importer: scenarioPlanningUnitsImporter,
    },
    {
      contract: 1,
      name: 'legacy/boundary',
      of: 'scenario',
      version: 1,
      after: ['legacy/planning-grid'],
      validators: [boundValidator({ gridIds })],
      importer: boundaryImporter,
    },
    {
      contract: 1,
      name: 'legacy/scenario-features',
      of: 'scenario',
      version: 1,
      after: ['legacy/features'],
      importer: scenarioFeaturesImporter,
    },
    {
      contract: 1,
      name: 'legacy/results',
      of: 'scenario',
      version: 1,
      after: ['legacy/planning-grid', 'legacy/scenario-planning-units', 'legacy/scenario-features'],
      validators: [resultsValidator],
      importer: resultsImporter,
    },
    {
      contract: 1,
      name: 'legacy/scenario-protected-areas',
      of: 'scenario',
      version: 1,
      after: ['legacy/protected-area-shapes', 'legacy/scenario-planning-units'],
      importer: scenarioProtectedAreasImporter,
    },
  ]
}
