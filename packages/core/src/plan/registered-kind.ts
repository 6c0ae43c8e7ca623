import { PieceworkError } from '../contracts/errors.js'
import type { ResourceKind, ResourceRef, ShellLifecycle } from '../contracts/resource.js'
import { hasCode } from '../engine/job-error.js'
import { canonicalId } from './canonical-id.js'

/** A kind whose resources have one spelling, whatever the host's own functions give. */
export interface RegisteredKind extends Required<Pick<ResourceKind, 'key'>>, Omit<ResourceKind, 'key'> {}

export function registeredKind(
  kind: ResourceKind,
  kinds: (name: string) => ResourceKind | undefined,
): RegisteredKind {
  const { parent, parentOf, listUnder, unitMap, shell } = kind
  const given = (method: string, ref: ResourceRef): ResourceRef => {
    const id = canonicalId(kinds(ref.kind)?.key ?? 'uuid', ref.id)
    if (id !== undefined) return { kind: ref.kind, id }
    const what = `${method}() of the resource kind "${kind.kind}" gives an id that no ${ref.kind} can have; see its "key".`
    throw new PieceworkError('registry-invalid', what)
  }
  return {
    kind: kind.kind,
    table: kind.table,
    key: kind.key ?? 'uuid',
    describe: (ref, db) => kind.describe(ref, db),
    ...(parent !== undefined && { parent }),
    ...(parentOf && {
      parentOf: async (ref, db) => {
        const above = await parentOf.call(kind, ref, db)
        return above && given('parentOf', above)
      },
    }),
    ...(listUnder && {
      listUnder: async (above, db) =>
        (await listUnder.call(kind, above, db)).map((ref) => given('listUnder', ref)),
    }),
    ...(unitMap && { unitMap: (ref, db) => unitMap.call(kind, ref, db) }),
    ...(shell && { shell: namedShell(kind.kind, shell) }),
  }
}

/** What a function of the shell throws without a code of its own says at least which one it was. */
function namedShell(kind: string, shell: ShellLifecycle): ShellLifecycle {
  const named = async (name: keyof ShellLifecycle, call: () => Promise<void> | undefined): Promise<void> => {
    try {
      await call()
    } catch (cause) {
      if (hasCode(cause)) throw cause
      const what = `"shell.${name}" of the resource kind "${kind}" failed unexpectedly.`
      throw new PieceworkError('internal', what, { cause })
    }
  }
  return {
    create: (made, tx) => named('create', () => shell.create(made, tx)),
    ...(shell.createAll && {
      createAll: (made, tx) => named('createAll', () => shell.createAll?.(made, tx)),
    }),
    ready: (ref, tx) => named('ready', () => shell.ready(ref, tx)),
    ...(shell.incomplete && {
      incomplete: (ref, reason, tx) => named('incomplete', () => shell.incomplete?.(ref, reason, tx)),
    }),
    remove: (ref, tx) => named('remove', () => shell.remove(ref, tx)),
  }
}
