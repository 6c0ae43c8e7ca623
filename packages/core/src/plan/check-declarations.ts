import type { PieceComparer } from '../contracts/compare.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Format, Role, UnsortedFiles } from '../contracts/format.js'
import type { PieceFiles } from '../contracts/new-files.js'
import type { Output } from '../contracts/output.js'
import type { Pack } from '../contracts/pack.js'
import type { ImportParts } from '../contracts/parts.js'
import type { Piece, PieceCloner, PieceExporter, PieceImporter, PieceKeys } from '../contracts/piece.js'
import type { PieceRemover } from '../contracts/piece-remover.js'
import type { PieceVerifier } from '../contracts/piece-verifier.js'
import type { ResourceKind, ResourceTree, ShellLifecycle } from '../contracts/resource.js'
import type { Schema } from '../contracts/schema.js'
import type { Target } from '../contracts/target.js'
import type { Validator } from '../contracts/validator.js'
import { check } from '../options/check.js'
import { checkDeclaration } from '../options/check-options.js'
import { keyFormCheck } from '../options/key-form-check.js'
import { contractCheck } from '../options/object-check.js'
import { type Check, type OptionChecks, required } from '../options/option-checks.js'
import { placeIn } from '../options/place.js'

const schema = check.having<Schema<never>>('a schema', 'parse')

const importerCheck = check.having<PieceImporter>('an importer', 'import')
const importParts = contractCheck<ImportParts>({
  steps: required(check.func()),
  plan: required(check.func()),
})

const pieceChecks: OptionChecks<Piece> = {
  contract: required(check.anything),
  name: required(check.text),
  of: required(check.text),
  version: required(check.anything),
  after: check.list(check.text),
  database: check.text,
  options: schema,
  exportOnly: check.isTrue,
  applies: check.func(),
  exporter: check.having<PieceExporter>('an exporter', 'export'),
  importer: (value, place) => {
    const importer = importerCheck(value, place)
    if (importer.parts !== undefined) importParts(importer.parts, placeIn(place, 'parts'))
    return importer
  },
  cloner: check.having<PieceCloner>('a cloner', 'clone'),
  remover: check.having<PieceRemover>('a remover', 'remove'),
  files: check.having<PieceFiles>('what removes files', 'remove'),
  verifier: check.having<PieceVerifier>('a verifier', 'summarize', 'compare'),
  validators: check.list(check.having<Validator>('a validator', 'validate')),
  keys: contractCheck<PieceKeys>({
    forms: check.record(keyFormCheck),
    tables: check.list(check.text),
    numbered: check.func(),
    columns: check.func(),
    reserve: check.func(),
    check: check.func(),
  }),
  comparer: contractCheck<PieceComparer>({ resourceKey: check.func(), compare: required(check.func()) }),
  upgrades: check.record(check.func()),
  registered: check.func(),
}

const shellChecks: OptionChecks<ShellLifecycle> = {
  create: required(check.func()),
  createAll: check.func(),
  ready: required(check.func()),
  incomplete: check.func(),
  remove: required(check.func()),
}

const kindChecks: OptionChecks<ResourceKind> = {
  kind: required(check.text),
  parent: check.text,
  table: required(check.text),
  key: keyFormCheck,
  parentOf: check.func(),
  listUnder: check.func(),
  describe: required(check.func()),
  unitMap: check.func(),
  shell: contractCheck(shellChecks),
}

const roleChecks: OptionChecks<Role> = {
  required: check.isTrue,
  maxBytes: required(check.size),
  metadata: schema,
}

const unsortedChecks: OptionChecks<UnsortedFiles> = {
  maxBytes: required(check.size),
  maxFiles: required(check.count),
  sort: required(check.func()),
}

const formatChecks: OptionChecks<Format> = {
  name: required(check.text),
  roles: required(check.record(contractCheck(roleChecks))),
  tree: check.having<ResourceTree>('a tree of resources', 'kind', 'id', 'children'),
  pieces: required(check.list(check.anything)),
  unsorted: contractCheck(unsortedChecks),
  partial: check.isTrue,
  keepsShell: check.isTrue,
  open: required(check.func()),
  unitMap: check.func(),
}

const outputChecks: OptionChecks<Output> = {
  name: required(check.text),
  mediaType: required(check.text),
  pieces: check.list(check.text),
  options: schema,
  check: check.func(),
  estimate: check.func(),
  fileName: required(check.func()),
  assemble: required(check.func()),
}

const packChecks: OptionChecks<Pack> = {
  name: required(check.text),
  kinds: check.list(check.anything),
  pieces: check.list(check.anything),
  formats: check.list(check.anything),
  outputs: check.list(check.anything),
}

/**
 * What is wrong with the declarations themselves: names that no contract has, members that are missing or not
 * what they must be.
 */
export function declarationProblems(packs: readonly Pack[]): readonly string[] {
  return packs.flatMap((pack) => {
    const problems = problemsOf(`Pack ${named(pack, 'name')}`, pack, contractCheck(packChecks))
    if (problems.length > 0) return problems
    const formats = pack.formats ?? []
    const wrong = formats.flatMap((one) =>
      problemsOf(`Format ${named(one, 'name')}`, one, contractCheck(formatChecks)),
    )
    const ofFormats = wrong.length === 0 ? formats.flatMap(({ pieces }) => pieces) : []
    return [
      ...(pack.kinds ?? []).flatMap((one) =>
        problemsOf(`Resource kind ${named(one, 'kind')}`, one, contractCheck(kindChecks)),
      ),
      ...wrong,
      ...(pack.outputs ?? []).flatMap((one) =>
        problemsOf(`Output ${named(one, 'name')}`, one, contractCheck(outputChecks)),
      ),
      ...[...(pack.pieces ?? []), ...ofFormats].flatMap((one) =>
        problemsOf(`Piece ${named(one, 'name')}`, one, contractCheck(pieceChecks)),
      ),
    ]
  })
}

const targetChecks: OptionChecks<Target> = {
  name: required(check.text),
  schema: required(check.having<Schema<unknown>>('a schema', 'parse')),
  check: check.func(),
  deliver: required(check.func()),
}

/** The same of targets. */
export function targetDeclarationProblems(targets: readonly Target[]): readonly string[] {
  return targets.flatMap((one) =>
    problemsOf(`Target ${named(one, 'name')}`, one, contractCheck(targetChecks)),
  )
}

function problemsOf<T>(subject: string, value: T, checkIt: Check<T>): readonly string[] {
  try {
    checkDeclaration(subject, value, checkIt)
    return []
  } catch (error) {
    if (!isPieceworkError(error, 'registry-invalid')) throw error
    return [error.message]
  }
}

function named(value: unknown, name: string): string {
  const found =
    typeof value === 'object' && value !== null && (value as Readonly<Record<string, unknown>>)[name]
  return typeof found === 'string' ? `"${found}"` : 'without a name'
}
