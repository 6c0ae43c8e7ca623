import type { DeliveredFile } from '@piecework/core/piece'
import { z } from 'zod'
import { dropboxDefaults } from '../defaults.js'
import type { DropboxAccount } from './dropbox-account.js'
import type { DropboxAnswer } from './dropbox-call.js'
import { dropboxError, tagsOf } from './dropbox-error.js'

/** Where a file is to be: the folder, `/a/b` or empty, and the name that is wanted. */
export interface DropboxPlace {
  readonly folder: string
  readonly name: string
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
  readonly autorename: boolean
}

/**
 * Gives it the wanted name, or the first numbered one that no other file has: a file of the same bytes is the same delivery,
 * also under a number. `commit` may be called several times; resolves to its last answer, if that is not that the name
 * is taken.
 */
export async function committed(
  { folder, name }: DropboxPlace,
  commit: (argument: CommitArgument) => Promise<DropboxAnswer>,
): Promise<DropboxAnswer> {
  for (let number = 0; number < dropboxDefaults.names; number++) {
    const path = `${folder}/${numbered(name, number)}`
    const answer = await commit({ path, mode: 'add', autorename: false })
    const tags = tagsOf(answer)
    if (!tags.includes('conflict') || tags.includes('file_ancestor')) return answer
  }
  return commit({ path: `${folder}/${name}`, mode: 'add', autorename: true })
}

/** The file of these bytes that stands there under one of the names; undefined if there is none. */
export async function standing(
  account: DropboxAccount,
  { folder, name }: DropboxPlace,
  { size }: Pick<DeliveredFile, 'size'>,
  hash: string,
): Promise<DropboxFile | undefined> {
  for (let number = 0; number < dropboxDefaults.names; number++) {
    const answer = await account.ask('files/get_metadata', { path: `${folder}/${numbered(name, number)}` })
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

/** `map (1).tif`, as Dropbox numbers them. */
function numbered(name: string, number: number): string {
  if (number === 0) return name
  const dot = name.lastIndexOf('.')
  const end = dot > 0 ? dot : name.length
  return `${name.slice(0, end)} (${number})${name.slice(end)}`
}
