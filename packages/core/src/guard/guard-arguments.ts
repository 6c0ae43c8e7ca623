import type { Queryable } from '../contracts/database.js'
import type { ResourcePath } from '../contracts/guard.js'
import type { AskedBy } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import { objectCheck } from '../options/object-check.js'
import { type Check, required } from '../options/option-checks.js'

/** A resource, or its path if the host knows it: `project:1/scenario:2`, from the root. */
export type Guarded = ResourceRef | ResourcePath

export interface EditOptions extends Partial<AskedBy> {
  readonly leaseMs?: number
  readonly tx?: Queryable
}

const guarded: Check<Guarded> = (value, place) =>
  typeof value === 'string' ? check.text(value, place) : check.resource(value, place)

const holderCheck = objectCheck<{ readonly id: string; readonly kind: string }>({
  id: required(check.text),
  kind: required(check.text),
})

/** Checks of what the guard's methods are given. Each throws `options-invalid`, naming the method. */
export const guardArguments = {
  claim: (resources: readonly Guarded[], holder: { readonly id: string; readonly kind: string }) => ({
    resources: checkArgument('guard.claim()', 'resources', resources, check.list(guarded)),
    holder: checkArgument('guard.claim()', 'holder', holder, holderCheck),
  }),
  edit: (resource: Guarded, edit: unknown, options: EditOptions | undefined): EditOptions => {
    const subject = 'guard.edit()'
    checkArgument(subject, 'resource', resource, guarded)
    checkArgument(subject, 'edit', edit, check.func())
    return checkOptions<EditOptions>(subject, options, {
      principal: check.principal,
      leaseMs: check.count,
      tx: check.having('a Queryable', 'query'),
    })
  },
  resource: (subject: string, resource: Guarded): Guarded =>
    checkArgument(subject, 'resource', resource, guarded),
  holder: (holder: string): string =>
    checkArgument('guard.release()', 'the id of the holder', holder, check.text),
} as const
