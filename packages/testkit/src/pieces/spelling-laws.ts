import assert from 'node:assert/strict'
import { canonicalId, keyFormText } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import type { PieceLawsOptions } from './piece-laws-options.js'

/**
 * The key of the kind is that of the host's column: spellings that the host takes for one resource are one to
 * who holds it. Run by `pieceLaws`.
 */
export function spellingLaws(test: LawTest, options: PieceLawsOptions): void {
  const { kind, key = 'uuid' } = options.kind
  test(`exclusion: ${kind}: spellings of an id that the host takes for one resource are one id`, async () => {
    const db = await options.database()
    const { resource } = await options.sample(db)
    const { id } = resource
    const form = keyFormText(key)
    assert.equal(
      canonicalId(key, id),
      id,
      `${JSON.stringify(id)}, the sample's id, is none of the key ${form}`,
    )
    const found = async (spelled: string): Promise<boolean> => {
      const described = options.kind.describe({ ...resource, id: spelled }, db)
      return described.then((there) => there !== undefined).catch(() => false)
    }
    assert.ok(await found(id), 'describe() does not find the sample')
    for (const spell of spellings) {
      const spelled = spell(id)
      if (spelled === id || !(await found(spelled))) continue
      const canonical = canonicalId(key, spelled) ?? id
      const message = `the host takes ${JSON.stringify(spelled)} for ${JSON.stringify(id)}, and by the key ${form} they are two resources`
      assert.equal(canonical, id, message)
    }
  })
}

const spellings: readonly ((id: string) => string)[] = [
  (id) => id.toUpperCase(),
  (id) => id.toLowerCase(),
  (id) => `{${id}}`,
  (id) => id.replaceAll('-', ''),
  (id) => id.replace(/(.{4})(?=.)/g, '$1-'),
  (id) => `0${id}`,
  (id) => `+${id}`,
  (id) => ` ${id}`,
  (id) => `${id} `,
  (id) => `${id}\n`,
]
