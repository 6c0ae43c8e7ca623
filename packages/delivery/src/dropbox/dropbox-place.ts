import type { DeliveredFile } from '@piecework/core/piece'
import { z } from 'zod'
import { dropboxDefaults } from '../defaults.js'
import { ending, ownNameOf } from '../names.js'
import type { DropboxAccount } from './dropbox-account.js'
import type { DropboxAnswer } from './dropbox-call.js'
import { dropboxError, tagsOf } from './dropbox-error.js'

/** Where a file is to be. */
export interface DropboxPlace {
  /** `/a/b`, or empty. */
  readonly folder: string
  /** That is wanted. */
  readonly name: string
  /** Of the delivery. */
  readonly key: string
}

const file = z.object({
  name: z.string(),
  id: z.string(),
  rev: z.string(),
  size: z.number(),
  content_hash: z.string(),
  path_display: z.string().optional(),
})

/** A file in a Dropbox. */
export interface DropboxFile {
  readonly name: string
  readonly id: string
  readonly rev: string
  readonly size: number
  readonly content_hash: string
  readonly path_display?: string | undefined
}

export interface CommitArgument {
  readonly path: string
  readonly mode: 'add'
  readonly autorename: false
}

/**
 * Gives it the wanted name, the first numbered one that no other file has, or one of its own: a file of the same bytes is the
 * same delivery, also under a number. `commit` may be called several times; resolves to its last answer, if that is not that the name
 * is taken.
 */
export async function committed(
  place: DropboxPlace,
  commit: (argument: CommitArgument) => Promise<DropboxAnswer>,
): Promise<DropboxAnswer> {
  const [first = '', ...others] = pathsOf(place)
  let answer = await commit({ path: first, mode: 'add', autorename: false })
  for (const path of others) {
    const tags = tagsOf(answer)
    if (!tags.includes('conflict') || tags.includes('file_ancestor')) break
    answer = await commit({ path, mode: 'add', autorename: false })
  }
  return answer
}

/** The file of these bytes that stands there under one of the names; undefined if there is none. */
export async function standing(
  account: DropboxAccount,
  place: DropboxPlace,
  { size }: Pick<DeliveredFile, 'size'>,
  hash: string,
): Promise<DropboxFile | undefined> {
  for (const path of pathsOf(place)) {
    const answer = await account.ask('files/get_metadata', { path })
    if (answer.status === 200) {
      const found = fileOf(answer)
      if (found?.content_hash === hash && found.size === size) return found
    } else if (tagsOf(answer).includes('not_found')) return undefined
    else throw dropboxError(answer)
  }
  return undefined
}

/** Undefined where it is something else. */
export function fileOf({ body }: DropboxAnswer): DropboxFile | undefined {
  return file.safeParse(body).data
}

/** `map.tif`, `map (1).tif` as Dropbox numbers them, and at last one of the delivery's own. */
function pathsOf({ folder, name, key }: DropboxPlace): readonly string[] {
  const numbered = Array.from({ length: dropboxDefaults.names }, (_, number) =>
    number === 0 ? name : ending(name, ` (${number})`),
  )
  return [...numbered, ownNameOf(name, key)].map((one) => `${folder}/${one}`)
}
