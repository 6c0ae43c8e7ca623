import type { OutputFeature, OutputField, OutputLayer } from '@piecework/vector-files'

/** A layer in memory; widths are those of its values. */
export function outputLayer(
  fields: readonly Pick<OutputField, 'name' | 'type'>[],
  rows: readonly OutputFeature[],
  polygonal = true,
): OutputLayer {
  return {
    name: 'made',
    polygonal,
    fields: fields.map((field, at) => ({
      ...field,
      width: Math.max(0, ...rows.map(({ values }) => Buffer.byteLength(values[at] ?? ''))),
    })),
    features: async function* () {
      // Batches of different sizes, an empty one among them.
      yield rows.slice(0, 1)
      yield []
      yield rows.slice(1)
    },
  }
}
