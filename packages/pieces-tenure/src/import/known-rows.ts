import type { FindingCollector } from '@piecework/core/piece'
import { IdTable } from '../id-table.js'
import { shown } from './cell-values.js'
import type { ImportedTable } from './imported-tables.js'
import type { Problem } from './raw-table.js'
import type { LinkKind } from './resources/resource-rows.js'
import { whatToChange } from './what-to-change.js'

const partyTypes = [
  ['IN', 'individuals'],
  ['CO', 'corporations'],
  ['GR', 'groups'],
] as const
const typeOf = (type: string | null): number => partyTypes.findIndex(([name]) => name === type)

function* once(isNew: boolean, id: string): Generator<Problem> {
  if (isNew) return
  yield { code: 'tenure/id-repeated', column: 'id', message: `Another row has the id ${shown(id)}.` }
}

/** What rows of one table say about those of others: ids, each with what the others are checked by. */
export class KnownRows {
  /** With the index of the type. */
  readonly parties = new IdTable()
  /** With the digest of what a shapefile holds of it; 0 if none does. */
  readonly locations = new IdTable()
  readonly relationships = new IdTable()
  readonly #resources = new IdTable()
  /** To which links lead: the files do not say which it is. */
  #project: string | undefined
  readonly #unreadable = new Set<ImportedTable['name']>()
  readonly #withoutGeometry = { count: 0, first: [] as string[] }
  readonly #perType = partyTypes.map(() => 0)

  /** Not all of its rows are read: that others lead to unknown ids may follow from that. */
  setUnreadable(table: ImportedTable['name']): void {
    this.#unreadable.add(table)
  }

  /** A row as its piece's entry has it. What is wrong with it beside the others. */
  *add(
    table: ImportedTable['name'],
    cells: readonly (string | null)[],
    { digest, isGeometryRead }: { digest(): number; readonly isGeometryRead: boolean },
  ): Generator<Problem> {
    const [id = null, second = null, third = null, geometry = null] = cells
    if (id === null) return
    switch (table) {
      case 'locations':
        if (geometry === null && isGeometryRead) this.#addWithoutGeometry(id)
        yield* once(this.locations.add(id, digest()), id)
        return
      case 'parties':
        yield* once(this.parties.add(id, typeOf(third)), id)
        return
      case 'relationships': {
        yield* once(this.relationships.add(id), id)
        const type = this.parties.get(second ?? '')
        const before = this.#perType[type ?? -1]
        if (type !== undefined && before !== undefined) this.#perType[type] = before + 1
        yield* this.#reference('parties', 'tenure/party-unknown', 'party_id', second)
        yield* this.#reference('locations', 'tenure/location-unknown', 'spatial_unit_id', third)
      }
    }
  }

  *addResource(id: string): Generator<Problem> {
    yield* once(this.#resources.add(id), id)
  }

  /** Whether a link leads to a row, or to a table that cannot be read. All links to a project must lead to one. */
  isThere(kind: LinkKind, id: string): boolean {
    if (kind === 'project') {
      this.#project ??= id
      return id !== '' && id === this.#project
    }
    const table = ({ party: 'parties', location: 'locations', relationship: 'relationships' } as const)[kind]
    return this.#unreadable.has(table) || this[table].has(id)
  }

  *#reference(
    table: 'parties' | 'locations',
    code: Problem['code'],
    column: string,
    id: string | null,
  ): Generator<Problem> {
    if (id === null || this.#unreadable.has(table) || this[table].has(id)) return
    yield { code, column, message: `No row of the table ${table} has the id ${shown(id)}.` }
  }

  #addWithoutGeometry(id: string): void {
    const { first } = this.#withoutGeometry
    this.#withoutGeometry.count++
    if (first.length < 5) first.push(shown(id))
  }

  /** @param all also what is no cause for concern */
  report(findings: FindingCollector, fileOf: (table: string) => string, all: boolean): void {
    const { count, first } = this.#withoutGeometry
    if (count > 0)
      findings.warning('tenure/no-geometry', { file: fileOf('locations'), column: 'geometry' }, () => ({
        message: `${count === 1 ? '1 location has' : `${count} locations have`} no geometry: ${first.join(', ')}${count > first.length ? ' …' : ''}.`,
        ...whatToChange('tenure/no-geometry'),
        count,
      }))
    if (!all) return
    for (const [at, [type, of]] of partyTypes.entries())
      findings.warning('tenure/relationships-of', { file: fileOf('relationships') }, () => {
        const relationships = this.#perType[at] ?? 0
        return { message: `${relationships} relationships are of ${of} (${type}).`, count: relationships }
      })
  }
}
