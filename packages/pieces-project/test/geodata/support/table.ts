import type { Field, GeoRow, GeoTable } from '@piecework/vector-files'

/** A table of rows in memory; widths are those of its values. */
export function table(
  fields: readonly Pick<Field, 'name' | 'type'>[],
  rows: readonly GeoRow[],
  polygonal = true,
): GeoTable {
  return {
    name: 'made',
    polygonal,
    fields: fields.map((field, at) => ({
      ...field,
      width: Math.max(0, ...rows.map(({ values }) => Buffer.byteLength(values[at] ?? ''))),
    })),
    rows: async function* () {
      // Batches of different sizes, an empty one among them.
      yield rows.slice(0, 1)
      yield []
      yield rows.slice(1)
    },
  }
}
