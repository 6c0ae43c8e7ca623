import { isDeepStrictEqual } from 'node:util'
import type { KeyForm } from '../contracts/key-form.js'
import type { Piece } from '../contracts/piece.js'
import { keyFormText } from '../key-forms.js'

/** Forms of keys by table, of all pieces. That two pieces differ about a table is a problem. */
export function keyFormsOf(
  pieces: readonly Pick<Piece, 'name' | 'keys'>[],
  problems: string[] = [],
): ReadonlyMap<string, KeyForm> {
  const declared = new Map<string, { readonly form: KeyForm; readonly by: string }>()
  for (const { name, keys } of pieces) {
    for (const [table, form] of Object.entries(keys?.forms ?? {})) {
      const before = declared.get(table)
      if (!before) declared.set(table, { form, by: name })
      else if (!isDeepStrictEqual(before.form, form))
        problems.push(
          `Pieces "${before.by}" and "${name}" differ about keys of "${table}": ${keyFormText(before.form)}, ${keyFormText(form)}.`,
        )
    }
  }
  return new Map([...declared].map(([table, { form }]) => [table, form]))
}
