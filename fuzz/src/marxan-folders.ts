import { shapefileParts, squares } from '@piecework/test-support/fixtures/shapefile-of.js'
import type { Chance } from './chance.js'
import { changedBytes, hostileText } from './hostile.js'
import { type ZipFile, zipOf } from './zip.js'

/** A Marxan project as uploads, by role. */
export type Folder = Readonly<Record<string, Buffer>>

/** Files of a shapefile by their extension. */
export type Parts = Readonly<Record<string, Buffer>>

type Mutate = (chance: Chance) => Folder

/** Ids in the grid. */
export const units: readonly number[] = [1, 2, 3, 4, 10]
const features = (...rows: readonly string[]): string =>
  `"Conservation Feature","Feature Name","Target","Amount Held","Occurrence Target ","Occurrences Held","Separation Target ","Separation Achieved","Target Met","MPM"\n${rows.join('\n')}\n`

const texts = {
  'input.dat': 'BLM 0.5\nNUMREPS 2\nRUNMODE 1\nSCENNAME out\nPUNAME pu.dat\nPROP 0.5\n',
  'pu.dat': 'id,cost,status,xloc,yloc\n1,10,0,0.5,1\n2,20.5,1,1,1\n3,0,2,1,1\n4,1e3,3,1,1\n10,7,0,1,1\n',
  'spec.dat': 'id,prop,target,spf,name\n7,0.3,0,2,Eelgrass\n8,0,6,1,Reef\n',
  'puvspr.dat': 'species,pu,amount\n7,1,0.1\n7,2,3\n8,2,4\n8,4,8\n',
  'bound.dat': 'id1,id2,boundary\n1,2,1\n2,3,1.5\n3,3,2\n',
} as const

const results = {
  'out_sum.csv':
    '"Run_Number","Score","Cost","Planning_Units","Connectivity","Penalty","Shortfall","Missing_Values","MPM"\n1,20.5,10,2,3,0,0,0,1\n2,19.5,9,1,3,1.5,0.5,1,0.75\n',
  'out_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,0\n4,0\n10,1\n',
  'out_r00002.csv': '"planning_unit","solution"\n10,0\n4,0\n3,1\n2,0\n1,0\n',
  'out_best.csv': 'PUID,SOLUTION\n1,0\n2,0\n3,1\n4,0\n10,0\n',
  'out_solutionsmatrix.csv': 'SolutionsMatrix,P10,P4,P3,P2,P1\nS2,0,0,1,0,0\nS1,1,0,0,0,1\n',
  'out_ssoln.csv': '"planning_unit","number"\n10,1\n4,0\n3,1\n2,0\n1,1\n',
  'out_mv00001.csv': features('7,Eelgrass,4,5.5,0,2,0,0,yes,1', '8,Reef,1,1,0,1,0,-3,yes,1'),
  'out_mv00002.csv': features('7,Eelgrass,4,3,0,1,0,0,no,0.75', '8,Reef,1,1,0,1,0,2,yes,1'),
} as const

const columns = [
  { name: 'puid', type: 'N', length: 10 },
  { name: 'name', type: 'C', length: 12 },
]

/** Squares with their ids, as the files of a shapefile. */
function shapes(): Parts {
  const rows = squares(units).map(({ rings, values }, at) => ({ rings, values: [...values, `unit ${at}`] }))
  return { ...shapefileParts(rows, { columns }), cpg: Buffer.from('UTF-8') }
}

export const zipped = (files: Readonly<Record<string, Buffer | string>>, base = ''): Buffer =>
  zipOf(Object.entries(files).map(([name, text]) => ({ path: `${base}${name}`, bytes: Buffer.from(text) })))

/** Nothing is wrong with it. */
function folder(): Folder {
  const tables = Object.entries(texts).map(([role, text]) => [role, Buffer.from(text)])
  return { ...Object.fromEntries(tables), 'planning-grid': zipped(shapes(), 'grid.') }
}

const numbers = [0, 1, -1, 2, 5, 99, 255, 0x7fff, 0xffff, 2 ** 31 - 1, -(2 ** 31), 2 ** 24] as const
const codePages = ['', 'UTF-8', 'ISO-8859-1', '1252', 'Shift_JIS', 'UTF-16', 'x'.repeat(1000), '\0'] as const

/** A shapefile one of whose fields or bytes is another one. */
export function hostileShapes(chance: Chance): Parts {
  const parts: Record<string, Buffer> = { ...shapes() }
  const part = chance.pick(Object.keys(parts))
  const bytes = Buffer.from(parts[part] ?? '')
  const ways: readonly (() => Buffer)[] = [
    () => changedBytes(bytes, chance),
    () => field(part, bytes, chance),
    () => field(part, bytes, chance),
    () => bytes.subarray(0, chance.number(bytes.length)),
    () => Buffer.concat([bytes, Buffer.alloc(chance.pick([1, 100, 100_000]), chance.number(256))]),
    () => Buffer.alloc(chance.pick([0, 1, 100, 1_000_000])),
  ]
  parts[part] = chance.pick(ways)()
  if (chance.one(4)) parts.cpg = Buffer.from(chance.pick(codePages))
  if (chance.one(8)) parts.prj = Buffer.from(hostileText(chance))
  if (chance.one(8)) delete parts[chance.pick(Object.keys(parts))]
  return parts
}

/** One number of a header or a record. */
function field(part: string, bytes: Buffer, chance: Chance): Buffer {
  const changed = Buffer.from(bytes)
  const value = chance.one(4) ? chance.number(2 ** 32) - 2 ** 31 : chance.pick(numbers)
  const last = changed.length - 8
  if (last < 0) return changed
  if (part === 'dbf') {
    // The number of records, lengths of header and record, and the descriptors of fields.
    const at = chance.pick([0, 4, 8, 10, 29, 32, 43, 48, 49, 64, 80, chance.number(last)])
    if (chance.one(2)) changed.writeUInt8(value & 0xff, Math.min(at, last))
    else changed.writeInt32LE(value, Math.min(at, last))
    return changed
  }
  // File code, length, version, type, box; number and length of a record, its type, and counts of parts and points.
  const at = Math.min(
    chance.pick([0, 24, 28, 32, 36, 100, 104, 108, 112, 144, 148, 152, chance.number(last)]),
    last,
  )
  const ways: readonly (() => void)[] = [
    () => changed.writeInt32BE(value, at),
    () => changed.writeInt32LE(value, at),
    () => changed.writeDoubleLE(chance.pick([Number.NaN, Infinity, -1e308, 1e308, 1e-308, 1e12]), at),
  ]
  chance.pick(ways)()
  return changed
}

/** Text of a table of which one value, line or run of bytes is another one. */
function hostileTable(text: string, chance: Chance): Buffer {
  if (chance.one(3)) return changedBytes(Buffer.from(text), chance)
  const lines = text.trimEnd().split('\n')
  const at = chance.number(lines.length)
  const cells = (lines[at] ?? '').split(',')
  const ways: readonly (() => void)[] = [
    () => cells.splice(chance.number(cells.length), 1, hostileText(chance)),
    () => cells.splice(chance.number(cells.length), 1, String(chance.pick(numbers))),
    () => cells.splice(chance.number(cells.length), chance.number(2), ...cells.slice(0, chance.number(3))),
    () => cells.reverse(),
  ]
  chance.pick(ways)()
  lines[at] = cells.join(chance.one(10) ? '\t' : ',')
  if (chance.one(6)) lines.push(lines[chance.number(lines.length)] ?? '')
  if (chance.one(50)) lines.push(...Array.from({ length: 20_000 }, () => lines[at] ?? ''))
  return Buffer.from(lines.join(chance.one(10) ? '\r\n' : '\n'), chance.one(10) ? 'utf16le' : 'utf8')
}

/** Kinds of mutants by name. */
export const folderMutations: Readonly<Record<string, Mutate>> = {
  'a table of Marxan': (chance) => {
    const role = chance.pick(Object.keys(texts) as (keyof typeof texts)[])
    return { ...folder(), [role]: hostileTable(texts[role], chance) }
  },

  'a grid of Marxan': (chance) => ({ ...folder(), 'planning-grid': zipped(hostileShapes(chance), 'grid.') }),

  'a zip of Marxan': (chance) => {
    const files: readonly ZipFile[] = Object.entries(shapes()).map(([name, bytes]) => ({
      path: chance.one(10) ? hostileText(chance) : `grid.${name}`,
      bytes,
    }))
    return { ...folder(), 'planning-grid': changedBytes(zipOf(files), chance) }
  },

  'shapes beside the grid of Marxan': (chance) => {
    const role = chance.pick(['features', 'cost-surface', 'protected-areas'])
    return { ...folder(), [role]: zipped(hostileShapes(chance), 'shapes.') }
  },

  'results of Marxan': (chance) => {
    const name = chance.pick(Object.keys(results) as (keyof typeof results)[])
    const files = { ...results, [name]: hostileTable(results[name], chance) }
    return { ...folder(), output: chance.one(5) ? changedBytes(zipped(files), chance) : zipped(files) }
  },
}
