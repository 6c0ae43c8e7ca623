import { csvLine, type Output } from '@piecework/core/piece'
import { tenureProject } from '@piecework/pieces-tenure'
import { needsGdal } from '@piecework/test-support'
import { type OutputLawsOptions, outputLaws } from '@piecework/testkit'
import { suite } from 'uvu'

const table = (...records: readonly (readonly (string | null)[])[]): string => records.map(csvLine).join('')
const point = '0101000020E6100000000000000000F03F0000000000000040'
const line = '0102000020E610000002000000000000000000F03F000000000000004000000000000008400000000000001040'

const pieces: OutputLawsOptions['pieces'] = [
  {
    piece: 'tenure/project',
    entries: { 'projects.csv': table(['id', 'slug', 'name'], ['p', 'reefs', 'Reefs']) },
  },
  {
    piece: 'tenure/schemas',
    entries: {
      'attribute_schemas.csv': table(
        ['id', 'content_type', 'selector', 'fields'],
        ['s', 'party', 'IN', '[{"name": "age", "type": "integer"}]'],
      ),
    },
  },
  {
    piece: 'tenure/locations',
    entries: {
      'locations.csv': table(
        ['id', 'type', 'area', 'geom', 'attributes'],
        ['a', 'PA', '1.5', point, '{"quality": "good"}'],
        ['b', 'RW', null, line, '{}'],
        ['c', 'NP', null, null, '{"quality": ["a", "b"]}'],
        ['d', 'PA', '2', point, '{}'],
      ),
    },
  },
  {
    piece: 'tenure/parties',
    entries: {
      'parties.csv': table(
        ['id', 'name', 'type', 'attributes'],
        ['x', 'Ana', 'IN', '{"age": 3}'],
        ['y', '=Ben', 'GR', '{}'],
      ),
    },
  },
  {
    piece: 'tenure/relationships',
    entries: {
      'tenure_relationships.csv': table(
        ['id', 'party_id', 'location_id', 'tenure_type', 'attributes'],
        ['r', 'x', 'a', 'FH', '{}'],
      ),
    },
  },
]

for (const output of tenureProject().outputs ?? []) {
  const named = suite(`laws of the output ${output.name}`)
  const test = output.name === 'tenure/gpkg' ? needsGdal(named) : named
  outputLaws(test, { output: output as Output<never>, pieces })
  test.run()
}
