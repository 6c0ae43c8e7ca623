import { isDeepStrictEqual } from 'node:util'
import type { KeyForm } from '../contracts/key-form.js'
import type { Piece } from '../contracts/piece.js'
import { keyFormText } from '../key-forms.js'
import { declaredTables, keyName } from './key-names.js'

/** Forms of keys by table, as kinds and pieces declare them. That two differ about a table is a problem. */
export function keyFormsOf(
  declaring: readonly Pick<Piece, 'name' | 'keys'>[],
  problems: string[] = [],
): ReadonlyMap<string, KeyForm> {
  const tables = declaredTables(declaring)
  const declared = new Map<string, { readonly form: KeyForm; readonly by: string }>()
  for (const { name, keys } of declaring) {
    for (const [given, form] of Object.entries(keys?.forms ?? {})) {
      const table = keyName(given, tables)
      const before = declared.get(table)
      if (!before) declared.set(table, { form, by: name })
      else if (!isDeepStrictEqual(before.form, form))
        problems.push(
          `"${before.by}" and "${name}" differ about keys of "${table}": ${keyFormText(before.form)}, ${keyFormText(form)}.`,
        )
    }
  }
  return new Map([...declared].map(([table, { form }]) => [table, form]))
}
