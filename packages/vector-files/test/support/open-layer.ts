import assert from 'node:assert/strict'
import { type Entries, isPieceworkError, type PieceworkError } from '@piecework/core/piece'
import {
  fieldNamed,
  layerLabels,
  openShapefile,
  type RowReader,
  type ShapefileOptions,
  type VectorLayer,
} from '@piecework/vector-files'

const labels = layerLabels({
  role: 'planning-grid',
  piece: 'test/piece',
  code: 'test/grid',
  what: 'the planning grid',
})

export const isLayerError = labels.isOwnError

export type IdReader = RowReader<number | undefined>

/** Opens the upload `planning-grid`; rows are the digits of the attribute `puid`. */
export const openLayer = (entries: Entries, options?: ShapefileOptions): Promise<VectorLayer<IdReader>> =>
  openShapefile<IdReader>(
    entries,
    labels,
    ({ fields }) => {
      const field = fieldNamed(fields, 'puid')
      if (!field) throw labels.problem('id-attribute', 'There is no attribute puid')
      return { findings: [], read: (record) => record.digits(field) }
    },
    options,
  )

/** Opens and reads the whole layer; resolves to the error that this must end with. */
export async function refusal(
  entries: Entries,
  code: string,
  options?: ShapefileOptions,
): Promise<PieceworkError> {
  try {
    const layer = await openLayer(entries, options)
    for await (const _ of layer.features());
  } catch (error) {
    assert.ok(isPieceworkError(error), String(error))
    assert.equal(error.code, code, error.message)
    return error
  }
  return assert.fail(`Nothing was refused; ${code} was expected`)
}

/** Hexadecimal EWKB of all shapes. */
export async function geometriesOf(entries: Entries): Promise<readonly string[]> {
  const layer = await openLayer(entries)
  const found: string[] = []
  for await (const batch of layer.features())
    for (const { geometry } of batch)
      found.push('problem' in geometry ? assert.fail(geometry.problem) : geometry.ewkb)
  return found
}
