import type { PolymorphicReference, Reference } from './spec.js'

export const asReference = (reference: string | Reference): Reference =>
  typeof reference === 'string' ? { table: reference } : reference

export const isPolymorphic = (
  reference: string | Reference | PolymorphicReference,
): reference is PolymorphicReference => typeof reference === 'object' && 'tables' in reference

/** Of one column: each reference, with the type that the row must have if there are several. */
export const alternatives = (
  reference: string | Reference | PolymorphicReference,
): readonly { readonly reference: Reference; readonly is?: string }[] =>
  isPolymorphic(reference)
    ? Object.entries(reference.tables).map(([is, to]) => ({ reference: asReference(to), is }))
    : [{ reference: asReference(reference) }]
