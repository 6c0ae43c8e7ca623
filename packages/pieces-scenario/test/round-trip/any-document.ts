import fc from 'fast-check'

/**
 * What stands where a document holds an id. `own`, `upper`, `shared` and `foreign` count through the rows
 * that are there.
 */
export type DocumentId =
  | { readonly own: number }
  /** An own id in capital letters: the same uuid to PostgreSQL. */
  | { readonly upper: number }
  | { readonly shared: number }
  /** An id of another project. */
  | { readonly foreign: number }
  /** The id of no row, or no id at all. */
  | { readonly gone: string }

/** A document as JSON whose leaves may be ids: `{ id: … }`. */
export type Document =
  | string
  | number
  | boolean
  | null
  | readonly Document[]
  | { readonly id: DocumentId }
  | { readonly [name: string]: Document }

const id: fc.Arbitrary<Document> = fc
  .oneof(
    fc.record({ own: fc.nat(3) }),
    fc.record({ upper: fc.nat(3) }),
    fc.record({ shared: fc.nat(1) }),
    fc.record({ foreign: fc.nat(3) }),
    fc.record({
      gone: fc.constantFrom(
        '00000000-0000-4000-8000-000000000000',
        '',
        'x',
        'shared:',
        'shared:iucn:4711',
        'shared:nobody',
        'gone:',
        "'; --",
        '\\',
      ),
    }),
  )
  .map((value) => ({ id: value }))

/** No id, but stands where one should. */
const noId: fc.Arbitrary<Document> = fc.oneof(
  fc.constantFrom<Document[]>(null, true, 0, -1.5, {}, []),
  fc.record({ a: fc.constant('text') }),
)
const place = fc.oneof({ weight: 4, arbitrary: id }, { weight: 1, arbitrary: noId })
const optional = { requiredKeys: [] }
const note = fc.constantFrom<Document[]>('split', '', '\\.', null, '\n"')

/** `features.geoprocessing`. */
export const anyGeoprocessing: fc.Arbitrary<Document> = fc.oneof(
  noId,
  fc.record(
    {
      operation: note,
      baseFeatureId: place,
      againstFeatureId: place,
      featureId: place,
      intersectWith: fc.oneof(noId, fc.record({ featureId: place, note }, optional)),
    },
    optional,
  ),
)

/** `scenarios.protected_area_ids`. */
export const anySelection: fc.Arbitrary<Document> = fc.oneof(
  fc.array(place, { maxLength: 4 }),
  fc.record({ a: place, b: place }, optional),
  fc.constantFrom<Document[]>(null, 0),
)

/** `feature_specifications.raw`. */
export const anySpecification: fc.Arbitrary<Document> = fc.oneof(
  noId,
  fc.record(
    {
      status: note,
      features: fc.oneof(
        noId,
        fc.array(
          fc.record(
            {
              featureId: place,
              geoprocessingOperations: fc.array(
                fc.record({ kind: note, intersectWith: fc.record({ featureId: place }, optional) }, optional),
                { maxLength: 2 },
              ),
            },
            optional,
          ),
          { maxLength: 3 },
        ),
      ),
    },
    optional,
  ),
)
