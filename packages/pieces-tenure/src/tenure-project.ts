import type { Pack } from '@piecework/core/piece'
import { check, checkOptions, type OptionChecks } from '@piecework/core/piece'
import { tenureFormats } from './import/tenure-format.js'
import { organizationKind } from './organization-kind.js'
import { all } from './output/all.js'
import { gpkg } from './output/gpkg/gpkg.js'
import { resourceFiles } from './output/resource-files.js'
import { shp } from './output/shp.js'
import { xlsx } from './output/xlsx.js'
import { attributeSchemas } from './pieces/attribute-schemas.js'
import { files } from './pieces/files.js'
import { locations } from './pieces/locations.js'
import { parties } from './pieces/parties.js'
import { project } from './pieces/project.js'
import { relationships } from './pieces/relationships.js'
import { resources } from './pieces/resources.js'
import { tenureProjectKind } from './project-kind.js'
import type { ResourceFiles } from './resource-files.js'
import type { TenureProjectOptions } from './tenure-project-options.js'

const optionChecks: OptionChecks<TenureProjectOptions> = {
  files: check.having<ResourceFiles>('a store of files', 'open', 'put', 'delete'),
  users: check.oneOf('known', 'importer'),
  archived: check.oneOf('left', 'carried'),
}

/**
 * Tenure projects: the kind `tenure-project` in `tenure-organization`, and its pieces and outputs. The tables are those of
 * `tenureMigrations`.
 */
export function tenureProject(given?: TenureProjectOptions): Pack {
  const options = checkOptions('tenureProject()', given, optionChecks)
  return {
    name: '@piecework/pieces-tenure',
    kinds: [organizationKind, tenureProjectKind],
    pieces: [
      project,
      attributeSchemas,
      parties,
      locations,
      relationships,
      resources(options),
      ...(options.files ? [files(options.files, options)] : []),
    ],
    formats: tenureFormats(options.files),
    outputs: [shp, xlsx, gpkg, ...(options.files ? [resourceFiles, all] : [])],
  }
}
