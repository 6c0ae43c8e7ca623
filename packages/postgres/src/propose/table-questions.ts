import type { Table } from '../table-piece/catalogue.js'
import { looksLikePeople } from '../table-piece/facts/looks-like-people.js'
import { snakeCase } from '../table-piece/facts/looks-secret.js'
import { foreignOf, waysToRoot } from './owned-tables.js'
import type { Ask, Below } from './proposal.js'

/** Whether rows have an owner, and whether all of them travel. */
export function askOfOwner(below: Below, table: Table, owner: string, ask: Ask): void {
  const { reading, owned, root, key } = below
  const way = owned.get(table)
  if (table !== root && way?.nullable) {
    const others = waysToRoot(reading.catalogue, table, owned, { root, key })
      .map(({ path }) => path.join('.'))
      .filter((path) => path !== owner)
    const also =
      others.length > 0 ? `, also those that ${[...new Set(others)].join(', ')} leads to the root` : ''
    ask(`may be NULL, and then the row does not travel${also}: does each row have an owner?`, owner)
  }
  const [first = ''] = way?.path ?? []
  if (table !== root && foreignOf(table, first)?.likely)
    ask('leads to the resource by its name, and no foreign key says so: does it?', first)
  const deleted = [...table.columns.values()].find(({ name }) =>
    /^(?:deleted|removed|archived)_?at$/i.test(name),
  )
  if (deleted)
    ask(`do deleted rows travel? If not: where: { sql: '"${deleted.name}" IS NULL' }.`, deleted.name)
  const said = [...table.columns.values()].find(({ name }) => snakeCase(name) === 'is_deleted')
  if (said) ask('do deleted rows travel? If not, say so by "where".', said.name)
}

const rights =
  /(?:^|_)(?:members?|memberships?|permissions?|grants?|shares?|sharings?|collaborators?|roles?|acls?|access(?:es)?|invit(?:es?|ations?))$/

/** People in it may get rights of the archive's choice. */
export function askOfRights({ reading }: Below, table: Table, ask: Ask): void {
  const leadsToPeople = table.foreignKeys.some(({ schema, table: name }) => {
    const to = reading.catalogue.get({ schema, name })
    return to !== undefined && looksLikePeople(to)
  })
  if (leadsToPeople && rights.test(snakeCase(table.name)))
    ask(
      'do these rows say who may do what? Then leave the table out: an archive may name whom it likes. The shell can add whoever asked.',
    )
}
