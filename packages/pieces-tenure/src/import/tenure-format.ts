import { type Format, uploadEntries } from '@piecework/core/piece'
import { mostUploadBytes } from '../defaults.js'
import type { ResourceFiles } from '../resource-files.js'
import { csvTables } from './csv-tables.js'
import { importPieces } from './import-pieces.js'
import type { RawTables } from './raw-table.js'
import { locationDigest, shapefileProblems } from './shapefile/shapefile-problems.js'
import { sheetTables } from './sheet-tables.js'
import type { TenureFiles } from './tenure-files.js'
import { uploadProject, uploadRole } from './uploaded-export.js'

/**
 * Imports of what `tenure/shp` and `tenure/xlsx` have exported, each in the role `export`; with the resources of `tenure/all`.
 * Without `store`, these have no files.
 */
export function tenureFormats(store: ResourceFiles | undefined): readonly Format[] {
  const keepsFiles = store !== undefined
  return [
    formatOf(
      {
        name: 'tenure-shp',
        keepsFiles,
        open: csvTables,
        digest: locationDigest,
        problems: shapefileProblems,
      },
      store,
    ),
    formatOf({ name: 'tenure-xlsx', keepsFiles, open: sheetTables }, store),
  ]
}

function formatOf<Tables extends RawTables>(
  files: TenureFiles<Tables>,
  store: ResourceFiles | undefined,
): Format {
  const pieces = importPieces(files, store)
  const tree = { ...uploadProject, children: [] }
  return {
    name: files.name,
    roles: { [uploadRole]: { required: true, maxBytes: mostUploadBytes } },
    tree,
    pieces,
    open: async ({ uploads, artifacts }) => {
      const entries = await uploadEntries(uploads, artifacts)
      return {
        tree,
        nodes: pieces.map(({ name, version }) => ({
          resource: uploadProject,
          piece: name,
          version,
          entries,
        })),
        findings: [],
        close: async () => {},
      }
    },
  }
}
