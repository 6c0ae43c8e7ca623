import { posix } from 'node:path'
import type { ZippedFile } from '@piecework/core/archive'
import type { ReadLimits } from './read-limits.js'
import { readWholeXml, type XmlAttributes, type XmlEvents } from './read-xml.js'
import { assertAtMost, type CellPlace, workbookInvalid } from './workbook-error.js'

export interface SheetPart {
  readonly name: string
  readonly file: ZippedFile
}

export interface WorkbookParts {
  /** In the workbook's order, without charts and the like. */
  readonly sheets: readonly SheetPart[]
  readonly sharedStrings?: ZippedFile
  readonly styles?: ZippedFile
}

export interface PartsContext {
  readonly place: CellPlace
  readonly limits: ReadLimits
  readonly signal?: AbortSignal | undefined
}

interface Relation {
  /** The last segment of its type: `worksheet`. */
  readonly kind: string
  readonly target: string
  readonly isExternal: boolean
}

/** Follows the relations of the package, as names of parts are free. */
export async function workbookParts(
  files: readonly ZippedFile[],
  context: PartsContext,
): Promise<WorkbookParts> {
  const { place, limits } = context
  const byName = new Map(files.map((file) => [file.name, file]))
  if (byName.size < files.length) throw workbookInvalid('two parts have the same name', place)
  const partAt = (path: string): ZippedFile => {
    const file = byName.get(path)
    if (file) return file
    throw workbookInvalid(
      `this is no Excel workbook (.xlsx): there is no part ${JSON.stringify(path.slice(0, 200))}`,
      place,
    )
  }
  const parsed = async (path: string, events: XmlEvents): Promise<void> => {
    const file = partAt(path)
    assertAtMost(`The size of ${path}`, file.size, limits.directoryBytes, place)
    await readWholeXml(file, events, { ...context, tokenCharacters: limits.cellCharacters })
  }
  const relationsOf = async (part: string): Promise<ReadonlyMap<string, Relation>> => {
    const { dir, base } = posix.parse(part)
    const found = new Map<string, Relation>()
    await parsed(posix.join(dir, '_rels', `${base}.rels`), {
      opened: (name, { Id, Type, Target, TargetMode }) => {
        if (name !== 'Relationship' || Id === undefined || Type === undefined || Target === undefined) return
        const target = posix.join('/', Target.startsWith('/') ? '' : dir, Target).slice(1)
        const kind = Type.slice(Type.lastIndexOf('/') + 1)
        found.set(Id, { kind, target, isExternal: TargetMode === 'External' })
      },
    })
    return found
  }

  const root = [...(await relationsOf('')).values()].find(({ kind }) => kind === 'officeDocument')
  if (!root || root.isExternal) throw workbookInvalid('this is no Excel workbook (.xlsx)', place)
  const relations = await relationsOf(root.target)
  const sheets: SheetPart[] = []
  await parsed(root.target, {
    opened: (element, attributes) => {
      if (element !== 'sheet') return
      const { name = '' } = attributes
      const relation = relations.get(relationId(attributes))
      if (!relation || relation.isExternal)
        throw workbookInvalid('the sheet is not in the workbook', { ...place, sheet: name.slice(0, 100) })
      if (relation.kind === 'worksheet') sheets.push({ name, file: partAt(relation.target) })
      assertAtMost('The number of sheets', sheets.length, limits.sheets, place)
    },
  })
  const related = (wanted: string): ZippedFile | undefined => {
    const found = [...relations.values()].find(({ kind, isExternal }) => kind === wanted && !isExternal)
    return found && partAt(found.target)
  }
  const [strings, styles] = [related('sharedStrings'), related('styles')]
  return { sheets, ...(strings && { sharedStrings: strings }), ...(styles && { styles }) }
}

/** `r:id`, under whatever prefix. */
const relationId = (attributes: XmlAttributes): string =>
  attributes[Object.keys(attributes).find((name) => name.endsWith(':id')) ?? ''] ?? ''
