import { FindingCollector } from '@piecework/core/piece'
import { readBound, readPu, readPuvspr, readSpec } from '@piecework/marxan-files'
import { chunks } from '@piecework/test-support/fixtures/chunks.js'
import type { Imported, Tables } from './reference-project.js'

/** What the readers give the importers, which put in what has a planning unit in the grid. */
export async function importedOf(tables: Tables, grid: readonly number[]): Promise<Imported> {
  const options = () => ({ findings: new FindingCollector() })
  const inGrid = (id: unknown) => grid.includes(Number(id))
  const units = await rows(readPu(chunks(tables['pu.dat']), options()), [
    'id',
    'cost',
    'status',
    'xloc',
    'yloc',
  ])
  const features = await rows(readSpec(chunks(tables['spec.dat']), options()), [
    ...(['id', 'prop', 'target', 'spf', 'name'] as const),
    ...(['target2', 'targetocc', 'sepnum', 'sepdistance', 'type'] as const),
  ])
  const amounts = await rows(readPuvspr(chunks(tables['puvspr.dat']), options()), ['species', 'pu', 'amount'])
  const edges = await rows(readBound(chunks(tables['bound.dat']), options()), ['id1', 'id2', 'boundary'])
  const boundaries = new Map<string, number[]>()
  for (const [id1, id2, boundary] of edges) {
    if (!inGrid(id1) || !inGrid(id2)) continue
    const key = [Number(id1), Number(id2)].sort((a, b) => a - b).join(' ')
    boundaries.set(key, [...(boundaries.get(key) ?? []), Number(boundary)])
  }
  return {
    units: new Map(units.filter(([id]) => inGrid(id)).map(([id, ...rest]) => [String(id), rest])),
    features: new Map(features.map(([id, ...rest]) => [String(id), rest])),
    amounts: new Map(
      amounts
        .filter(([, pu]) => inGrid(pu))
        .map(([species, pu, amount]) => [`${species} ${pu}`, Number(amount)]),
    ),
    boundaries,
  }
}

interface Batch<Name extends string> {
  readonly length: number
  readonly columns: Readonly<Record<Name, ArrayLike<unknown>>>
}

async function rows<Name extends string>(
  batches: AsyncIterable<Batch<Name>>,
  columns: readonly Name[],
): Promise<readonly unknown[][]> {
  const all: unknown[][] = []
  for await (const batch of batches)
    for (let row = 0; row < batch.length; row += 1)
      all.push(columns.map((column) => batch.columns[column][row]))
  return all
}
