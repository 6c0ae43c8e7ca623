import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { addColumn, rewrite, rewriteTable, setValue, type Unpacked } from './support/archive.js'
import { type Attacks, attacks, changed } from './support/attacks.js'
import { spotOf } from './support/refused.js'

const test = needsServer(suite('import: hostile rows'))
let attack: Attacks

test.before(async () => {
  attack = await attacks()
})
test.after(() => attack.stop())

const units = 'planning_units.csv'
const surfaces = 'cost_surface_values.csv'

interface Case {
  readonly change: (archive: Unpacked) => void
  /** Errors that the validators must find, as `file:line column code`. */
  readonly finds: readonly string[]
}

const names: Readonly<Record<string, string>> = {
  plain: 'favourite_colour',
  quotes: 'na"me',
  'a statement': 'id); DROP TABLE planning.projects; --',
  'ten thousand characters': 'x'.repeat(10_000),
  'a line break': 'na\nme',
  'a system column': 'ctid',
  'a prototype': 'constructor',
}

const cases: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    Object.entries(names).map(([name, column]): [string, Case] => [
      `a column that the table does not have: ${name}`,
      {
        change: (archive) => addColumn(archive, units, column, 'x'),
        finds: [`${units}:1 ${column.slice(0, 40)} table/column-unknown`],
      },
    ]),
  ),
  'a column with the name of an object’s prototype': {
    change: (archive) => addColumn(archive, units, '__proto__', 'x'),
    finds: [`${units}:1 __proto__ table/column-unknown`],
  },
  'the same column twice': {
    change: (archive) => addColumn(archive, units, 'puid', '9'),
    finds: [`${units} table/archive-invalid`],
  },
  'no id column': {
    change: (archive) =>
      rewriteTable(archive, units, (table) => {
        const at = table.columns.indexOf('id')
        table.columns.splice(at, 1)
        for (const row of table.rows) row.splice(at, 1)
      }),
    finds: [`${units}:1 id table/column-missing`],
  },
  'a record with a field too many': {
    change: (archive) => rewrite(archive, units, (bytes) => `${bytes}a,b,c,d,e,f,g\n`),
    finds: [`${units} table/archive-invalid`],
  },
  'the mark that would end a COPY': {
    change: (archive) => rewrite(archive, 'execution_files.csv', (bytes) => `${bytes}\\.\n`),
    finds: ['execution_files.csv table/archive-invalid'],
  },
  'a quote that does not end': {
    change: (archive) => rewrite(archive, units, (bytes) => `${bytes}"`),
    finds: [`${units} table/archive-invalid`],
  },
  'an integer that overflows': {
    change: (archive) => setValue(archive, units, 'puid', '99999999999', 1),
    finds: [`${units}:3 puid table/value-invalid`],
  },
  'a float that overflows': {
    change: (archive) => setValue(archive, surfaces, 'cost', '1e999', 1),
    finds: [`${surfaces}:3 cost table/value-invalid`],
  },
  'a number that is a word': {
    change: (archive) => setValue(archive, surfaces, 'cost', 'cheap', 2),
    finds: [`${surfaces}:4 cost table/value-invalid`],
  },
  'nothing where something must be': {
    change: (archive) => setValue(archive, surfaces, 'cost', null, 0),
    finds: [`${surfaces}:2 cost table/value-missing`],
  },
  'an id that is no uuid': {
    change: (archive) => setValue(archive, units, 'id', '7', 3),
    finds: [`${units}:5 id table/value-invalid`],
  },
  'JSON that is none': {
    change: (archive) => setValue(archive, 'projects.csv', 'bbox', '[1, 2', 0),
    finds: ['projects.csv:2 bbox table/value-invalid'],
  },
  'JSON with a character that PostgreSQL cannot keep': {
    change: (archive) => setValue(archive, 'projects.csv', 'bbox', '["\\u0000"]', 0),
    finds: ['projects.csv:2 bbox table/value-invalid'],
  },
  'a geometry that is garbage': {
    change: (archive) => setValue(archive, units, 'geom', '0103zz', 2),
    finds: [`${units}:4 geom table/value-invalid`],
  },
  'a geometry in another coordinate system': {
    change: (archive) =>
      setValue(archive, units, 'geom', (old) => old?.replace('E6100000', '110F0000') ?? null, 1),
    finds: [`${units}:3 geom table/value-invalid`],
  },
  'a point where a polygon must be': {
    change: (archive) =>
      setValue(archive, units, 'geom', '0101000020E610000000000000000000000000000000000000', 1),
    finds: [`${units}:3 table/check-violated`],
  },
  'an area that is a point': {
    change: (archive) =>
      setValue(archive, 'planning_areas.csv', 'geom', '0101000020E610000000000000000000000000000000000000'),
    finds: ['planning_areas.csv:2 geom table/value-invalid'],
  },
  'the same id twice': {
    change: (archive) =>
      rewriteTable(archive, units, ({ rows }) => {
        const [first, second] = rows
        if (first && second) second[0] = first[0] ?? null
      }),
    finds: [`${units}:3 id table/key-twice`],
  },
  'the same natural key twice': {
    change: (archive) => setValue(archive, units, 'puid', '1'),
    finds: [3, 4, 5].map((line) => `${units}:${line} table/key-twice`),
  },
  'a value that the table forbids': {
    change: (archive) => setValue(archive, surfaces, 'cost', '-1', 1),
    finds: [`${surfaces}:3 table/check-violated`],
  },
  'a status of our own making': {
    change: (archive) => setValue(archive, 'scenario_planning_units.csv', 'lock_status', 'mine', 1),
    finds: ['scenario_planning_units.csv:3 table/check-violated'],
  },
  'a line of five megabytes that is no geometry': {
    change: (archive) => setValue(archive, units, 'geom', 'A'.repeat(5_000_000), 1),
    finds: [`${units}:3 geom table/value-invalid`],
  },
  'bytes that are not UTF-8': {
    change: (archive) =>
      rewrite(archive, 'cost_surfaces.csv', (bytes) =>
        Buffer.from(bytes.toString('latin1').replace('Default', 'D\xe9fault'), 'latin1'),
      ),
    finds: ['cost_surfaces.csv table/archive-invalid'],
  },
  'NUL bytes': {
    change: (archive) =>
      rewrite(archive, 'cost_surfaces.csv', (bytes) =>
        bytes.toString('latin1').replace('Default', 'D\0fault'),
      ),
    finds: ['cost_surfaces.csv table/archive-invalid'],
  },
  'no row of its own': {
    change: (archive) => rewriteTable(archive, 'projects.csv', ({ rows }) => rows.splice(0)),
    finds: ['projects.csv table/not-one-row'],
  },
  'two rows of its own': {
    change: (archive) => rewriteTable(archive, 'projects.csv', ({ rows }) => rows.push(...rows.slice(0))),
    finds: ['projects.csv table/not-one-row'],
  },
  'an empty file': {
    change: (archive) => rewrite(archive, units, () => ''),
    finds: [`${units} table/archive-invalid`],
  },
}

for (const [name, { change, finds }] of Object.entries(cases)) {
  test(`hostile archives: refused, and nothing left behind: ${name}`, async () => {
    const bytes = changed(attack.archive(), change)
    const { code, message: said, findings } = await attack.refused(bytes)
    assert.equal(code, 'validation-failed', said)
    assert.deepEqual(findings.filter(({ severity }) => severity === 'error').map(spotOf), finds)
    for (const finding of findings) assert.ok(finding.message.length < 600, finding.message.slice(0, 700))
    assert.ok(said.length < 600, said.slice(0, 700))
  })
}

test.run()
