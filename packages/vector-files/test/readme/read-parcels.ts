import { fileSource } from '@piecework/core/archive'
import { entriesOf } from '@piecework/core/piece'
import { fieldNamed, layerLabels, openShapefile } from '@piecework/vector-files'

const labels = layerLabels({
  role: 'parcels',
  piece: 'land/parcels',
  code: 'land/parcels',
  what: 'the parcels',
})

export async function readParcels(path: string): Promise<readonly string[]> {
  const { size, read } = await fileSource(path)
  const open = (range = { start: 0, end: size }) => read(range)
  const uploads = entriesOf([{ path: 'parcels', facts: { size }, open }])
  const layer = await openShapefile(uploads, labels, ({ fields }) => {
    const owner = fieldNamed(fields, 'owner')
    if (!owner) throw labels.problem('no-owner', 'The parcels have no attribute owner')
    return { findings: [], read: (record) => record.text(owner) }
  })
  const found: string[] = []
  for await (const batch of layer.features())
    for (const { record, row, geometry } of batch)
      found.push(`${record} ${row} ${'problem' in geometry ? geometry.problem : geometry.ewkb}`)
  return found
}
