import type { Principal, ResourceRef } from '@piecework/core'
import type { HttpSettings } from '../http-settings.js'

/**
 * Takes the resource for an edit; resolves, once it is held, to what gives it back. Throws `resource-busy`,
 * `resource-not-found`, `forbidden`. One that is held for longer than the store's lease lapses, which is reported.
 */
export function holdEdit(
  { piecework, onError }: Pick<HttpSettings, 'piecework' | 'onError'>,
  resource: ResourceRef,
  principal: Principal,
): Promise<() => void> {
  return new Promise((resolve, reject) => {
    let isHeld = false
    const edit = () =>
      new Promise<void>((release) => {
        isHeld = true
        resolve(release)
      })
    piecework.guard
      .edit(resource, edit, { principal })
      .catch((error: unknown) => (isHeld ? onError(error) : reject(error)))
  })
}
