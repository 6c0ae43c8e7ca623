import { defaults } from './defaults.js'

export interface Flag {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: true
  /** Stands for the value in `--help`. */
  readonly value?: string
  readonly help: string
}

/** The options of the command, in the order of `--help`. `readArguments` checks their values. */
export const flags = {
  input: { type: 'string', value: 'FILE', help: 'the input.dat, if the folder holds several' },
  'id-attribute': {
    type: 'string',
    value: 'NAME',
    help: "the attribute of the shapefile that holds the planning units' ids, unless it is puid",
  },
  file: {
    type: 'string',
    multiple: true,
    value: 'ROLE=PATH',
    help: 'a file with another name or in another folder; repeatable. Roles are those of uploads: input.dat, pu.dat, spec.dat, puvspr.dat, bound.dat, output (a folder or zip), planning-grid, features, cost-surface, protected-areas (a .shp or zip)',
  },
  metadata: {
    type: 'string',
    multiple: true,
    value: 'ROLE.KEY=VALUE',
    help: 'what would come with the upload; repeatable. planning-grid.idAttribute; features and protected-areas: .nameAttribute, or .name for all records; cost-surface: .costAttribute, .idAttribute, .name',
  },
  names: {
    type: 'string',
    value: 'required',
    help: 'a feature without a name is an error instead of a warning',
  },
  'no-results': {
    type: 'boolean',
    help: 'the results in the output folder are left out, as marxanUploads(files, { output: false }) leaves them out of an import',
  },
  database: {
    type: 'string',
    value: 'URL',
    help: 'a PostgreSQL server with PostGIS that tries to repair invalid shapes, as the import would; nothing is written to it',
  },
  list: {
    type: 'string',
    value: 'NUMBER',
    help: `how many findings of one kind are listed for a file; default ${defaults.listed}, there are at most 100`,
  },
  strict: { type: 'boolean', help: 'warnings count: exit 1 if there are some' },
  json: { type: 'boolean', help: 'one JSON document on stdout' },
  version: { type: 'boolean', help: 'print the version' },
  help: { type: 'boolean', short: 'h', help: 'print this' },
} as const satisfies Readonly<Record<string, Flag>>
