import type { Job } from './model.js'

/** Whether the files of an import that has run and not succeeded can be used again. */
export function filesAreKept({ kind, retryUntil }: Job): boolean {
  return kind === 'import' && retryUntil !== undefined && new Date(retryUntil) > new Date()
}
