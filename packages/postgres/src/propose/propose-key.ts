import { isSequenceForm, type KeyForm } from '@piecework/core/piece'
import type { Column, Table } from '../table-piece/catalogue.js'
import { keyFamily } from '../table-piece/key-family.js'
import { likelySequences } from '../table-piece/keys/number-problems.js'
import { proposeForm } from '../table-piece/propose-form.js'
import type { Ask, Below } from './proposal.js'

/** How new keys of a table are made; undefined if its column says so. */
export async function proposeKey(
  below: Below,
  table: Table,
  column: Column | undefined,
  ask: Ask,
): Promise<KeyForm | undefined> {
  if (!column) return undefined
  const family = keyFamily(column)
  if (family === 'uuid') return undefined
  if (family === 'integer') return numbersOf(below, table, column, ask)
  const form = family === 'text' ? await formOf(below, table, column) : 'natural'
  if (form === 'natural')
    ask(
      `do people give these keys (${column.type})? Then they travel; keys that programs make need a form.`,
      column.name,
    )
  else ask('what do new keys look like? This is the form of the present ones.', column.name)
  return form
}

/**
 * By the present keys. One program makes those of all tables: of few keys some look like another form by chance, and a table may
 * have none yet.
 */
async function formOf(below: Below, table: Table, column: Column): Promise<KeyForm> {
  const own = await below.someKeys(table, column.name)
  const form = proposeForm(own)
  if (own.length > 0 && form === 'natural') return form
  const others: string[] = []
  for (const other of below.owned.keys()) {
    const key = other === below.root ? other.columns.get(below.key) : keyOfItsOwn(other)
    if (other === table || !key || keyFamily(key) !== 'text') continue
    const keys = await below.someKeys(other, key.name)
    if (proposeForm(keys) !== 'natural') others.push(...keys)
  }
  if (own.length === 0) {
    const [, most] = /\((\d+)\)$/.exec(column.type) ?? []
    const fitting = most === undefined || others.every((key) => key.length <= Number(most))
    return fitting ? proposeForm(others) : 'natural'
  }
  const together = proposeForm([...own, ...others.filter((key) => key.length === own[0]?.length)])
  return together === 'natural' ? form : together
}

function keyOfItsOwn({ primaryKey: [name = '', ...more], foreignKeys, columns }: Table): Column | undefined {
  const leads = foreignKeys.some((foreign) => foreign.columns.includes(name))
  return more.length > 0 || leads ? undefined : columns.get(name)
}

function numbersOf({ reading }: Below, table: Table, { name }: Column, ask: Ask): KeyForm | undefined {
  if (reading.sequences.of(table, name)) return undefined
  const sequence = likelySequences(table.name, name)
    .map((likely) => reading.sequences.named(likely))
    .find((one) => one !== undefined)
  const form: KeyForm = sequence ? { sequence: sequence.text } : 'natural'
  ask(
    isSequenceForm(form)
      ? `is "${form.sequence}" the sequence that numbers these rows?`
      : `no sequence numbers these rows: do people give the numbers? Then they travel.`,
    name,
  )
  return form
}

/** The primary key of a table if it is one column that leads nowhere, or the one of several that is made anew. */
export function ownColumn(
  { reading }: Below,
  table: Table,
  leads: (name: string) => boolean,
): Column | undefined {
  const own = table.primaryKey.filter((name) => !leads(name)).flatMap((name) => table.columns.get(name) ?? [])
  if (table.primaryKey.length === 1) return own[0]
  return own.find(({ name }) => reading.sequences.of(table, name) !== undefined)
}
