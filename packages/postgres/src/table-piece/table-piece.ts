import type { PieceKeys } from '@piecework/core/piece'
import { checkSpec } from './check-spec.js'
import { checkSpecNames } from './check-spec-names.js'
import { cloneTables } from './clone-tables.js'
import { compareTables, resourceKey } from './compare/compare-tables.js'
import { exportTables } from './export-tables.js'
import { fileRemover } from './files/file-journal.js'
import { importTables } from './import-tables.js'
import { checkRoom } from './keys/check-room.js'
import { keyColumns } from './keys/key-columns.js'
import { numberedTables } from './keys/numbered-tables.js'
import { reserveKeys } from './keys/reserve-keys.js'
import { importSteps, planImportParts } from './plan-import-parts.js'
import { planParts } from './plan-parts.js'
import { removeTables } from './remove/remove-tables.js'
import { prepareShells } from './shells/prepare-shells.js'
import { registerSiblings } from './siblings.js'
import { type TablePiece, type TablePieceSpec, tableSpec } from './spec.js'
import { tableKey } from './table-name.js'
import { validateTables } from './validate-tables.js'
import { compareSummary } from './verify/compare-summary.js'
import { summarizeTables } from './verify/summarize.js'

/**
 * Makes exporter, importer, cloner, remover, validators and counts from one declaration. Throws `registry-invalid` if
 * it contradicts itself; whether it fits a database is checked by `checkTables` and by its first use.
 */
export function tablePiece<Options = unknown>(spec: TablePieceSpec<Options>): TablePiece<Options> {
  checkSpecNames(spec)
  checkSpec(spec)
  const { schema: _, tables: __, extraEntries: ___, partRows, validators = [], ...piece } = spec
  return {
    ...piece,
    contract: 1,
    [tableSpec]: spec,
    keys: keysOf(spec),
    registered: (pieces) => registerSiblings(pieces),
    exporter: {
      export: (context) => exportTables(spec, context),
      ...(partRows !== undefined && { parts: (context) => planParts(spec, partRows, context) }),
    },
    comparer: {
      resourceKey: (node, tx) => resourceKey(spec, node, tx),
      compare: (context) => compareTables(spec, context),
    },
    remover: { remove: (context) => removeTables(spec, context) },
    ...(spec.exportOnly
      ? {}
      : {
          importer: {
            import: (context) => importTables(spec, context),
            parts: {
              steps: (entries) => importSteps(spec, entries),
              plan: (context) => planImportParts(spec, context),
            },
            prepare: (context) => prepareShells(spec, context),
          },
          cloner: {
            clone: (context) => cloneTables(spec, context),
            prepare: (context) => prepareShells(spec, context),
          },
          ...(spec.tables.some(({ files }) => files) && { files: fileRemover(spec) }),
          verifier: {
            summarize: (context) => summarizeTables(spec, context),
            compare: (summary, context) => compareSummary(spec, summary, context),
          },
          validators: [{ validate: (context) => validateTables(spec, context) }, ...validators],
        }),
  }
}

const keysOf = <Options>(spec: TablePieceSpec<Options>): PieceKeys => {
  const { schema = 'public', tables } = spec
  const nameOf = (table: string): string => tableKey({ schema, name: table })
  return {
    tables: tables.map(({ table }) => nameOf(table)),
    forms: Object.fromEntries(
      tables.flatMap(({ table, key }) => (key === undefined ? [] : [[nameOf(table), key]])),
    ),
    ...(spec.exportOnly
      ? {}
      : {
          numbered: (db, asked) => numberedTables(db, spec, asked),
          columns: (db, asked) => keyColumns(db, spec, asked),
          reserve: (context) => reserveKeys(spec, context),
          check: (context) => checkRoom(spec, context),
        }),
  }
}
