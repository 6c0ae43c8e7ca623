import { PieceworkError } from '@piecework/core/piece'

/** Errors of the file system as `input-incomplete`: they are about a file of the user's, not about this program. */
export async function asUnreadable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** `role`: of the file, so that a validator's error can be shown with it. */
export function unreadable(path: string, error: unknown, role?: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  return new PieceworkError('input-incomplete', `${path} cannot be read: ${error.message}`, {
    cause: error,
    ...(role !== undefined && { facts: { entry: role } }),
  })
}
