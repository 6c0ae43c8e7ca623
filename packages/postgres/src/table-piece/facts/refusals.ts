import { rowSecurityText } from '../../database/row-security-text.js'
import { asMember, asText } from '../as-source.js'
import type { MatchedTable } from '../table-plan.js'
import { carriesAsIs } from './carries-as-is.js'
import { looksSecret } from './looks-secret.js'
import type { Problem } from './problem.js'
import type { TableFacts } from './table-facts.js'

/**
 * What keeps every job of a piece from running: what it would carry wrongly, or without being asked to.
 * `declared`: the tables of the piece.
 */
export function refusals(plan: MatchedTable, facts: TableFacts, declared: ReadonlySet<string>): Problem[] {
  return [...heirs(plan, facts, declared), ...unknownTriggers(plan, facts), ...undecidedColumns(plan, facts)]
}

export const switchedOff: Problem = {
  severity: 'error',
  code: 'database/replication-role',
  text: 'session_replication_role of this connection is replica, so no foreign key is checked and no trigger runs',
  hint: 'Take the setting from the role, the database or the pool.',
}

export const noEncoding: Problem = {
  severity: 'error',
  code: 'database/encoding',
  text: 'the database has the encoding SQL_ASCII, in which texts are bytes of unknown characters: lengths, patterns and documents would be read wrongly',
  hint: `Dump it, and restore the dump into a database with ENCODING 'UTF8', or the encoding that its texts have.`,
}

export function rowSecurity(table: string): Problem {
  return {
    severity: 'error',
    code: 'tables/row-security',
    table,
    text: rowSecurityText(table),
    hint: 'Run it as a role that sees each row: the owner, without FORCE ROW LEVEL SECURITY, or one with BYPASSRLS.',
  }
}

function heirs({ spec }: MatchedTable, facts: TableFacts, declared: ReadonlySet<string>): Problem[] {
  const undecided = facts.heirs.filter((name) => !declared.has(name) && !spec.inheritedBy?.includes(name))
  if (undecided.length === 0) return []
  return [
    {
      severity: 'error',
      code: 'tables/inherited',
      table: spec.table,
      text: `table "${spec.table}" is inherited by ${quoted(undecided)}, which must be declared beside it or stand in "inheritedBy"`,
      hint: 'Declare each of them as a table of the piece if its rows travel, or list it in "inheritedBy" if they do not, or travel with another piece.',
    },
  ]
}

function unknownTriggers({ spec }: MatchedTable, facts: TableFacts): Problem[] {
  const names = [...facts.triggers.map(({ name }) => name), ...facts.rules]
  const unknown = spec.triggers?.filter((name) => !names.includes(name)) ?? []
  return unknown.map((name) => ({
    severity: 'error',
    code: 'tables/trigger-unknown',
    table: spec.table,
    text: `table "${spec.table}" has no enabled trigger or rule "${name}" for INSERT or UPDATE (triggers)`,
    hint:
      names.length === 0
        ? 'Take it from "triggers".'
        : `Write one of ${quoted(names)}, or take it from "triggers".`,
  }))
}

function undecidedColumns(plan: MatchedTable, facts: TableFacts): Problem[] {
  const { table } = plan.spec
  return plan.carried.filter(carriesAsIs(plan)).flatMap((column): Problem[] => {
    const { name, type } = column
    const at = { severity: 'error', table, column: name } as const
    const what = `column "${name}" of table "${table}"`
    if (facts.oids.includes(name)) {
      return [
        {
          ...at,
          code: 'tables/large-object',
          text: `${what} is ${type}, the id of a large object, which does not travel, and must stand in "set" or "ignore"`,
          hint: 'Keep what it holds in a column of type bytea if it is to travel.',
        },
      ]
    }
    if (plan.spec.columns?.includes(name)) return []
    if (facts.uuids.includes(name) && !plan.table.primaryKey.includes(name)) {
      return [
        {
          ...at,
          code: 'tables/id-undecided',
          text: `${what} is ${type} and must stand in "references", "columns", "set" or "ignore", for an id that travels as it is leads to the rows of the source`,
          hint: referenceOrNot(name),
        },
      ]
    }
    if (!looksSecret(column)) return []
    return [
      {
        ...at,
        code: 'tables/secret-undecided',
        text: `${what} looks like a secret and must stand in "columns", "set" or "ignore"`,
        hint: `Write ignore: [${asText(name)}] if it stays behind, or set: { ${asMember(name)}: <value> } where a row needs one; columns: [${asText(name)}] only if the archive may hold it.`,
      },
    ]
  })
}

const referenceOrNot = (name: string): string =>
  `Write references: { ${asMember(name)}: '<table>' } if it is the id of a row, columns: [${asText(name)}] if it means the same everywhere, ignore: [${asText(name)}] if it stays behind.`

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ')
