import assert from 'node:assert/strict'
import type { Folder } from './folder.js'

/**
 * Reads a folder in the narrowest way in which releases of Marxan 4 do: keys of input.dat wherever a line
 * holds them, cells by one delimiter without empty ones, puvspr.dat and bound.dat by position and without
 * quotation marks, whole numbers of digits alone. Throws where one of them would stop, warn, or read
 * something else than what is meant.
 */
export function readAsV4(folder: Folder): void {
  for (const [path, text] of Object.entries(folder)) {
    assert.ok(!text.startsWith('\ufeff'), `${path} begins with a byte order mark`)
    assert.ok(!text.includes('\r'), `${path} has carriage returns`)
    assert.ok(text.endsWith('\n'), `${path} ends within a line`)
    assert.ok(!text.includes('"'), `${path} has quotation marks`)
  }
  const input = settings(folder['input.dat'] ?? assert.fail('no input.dat'))
  for (const key of ['RANDSEED', 'INPUTDIR', 'OUTPUTDIR', 'PUNAME', 'SPECNAME', 'PUVSPRNAME', 'RUNMODE'])
    assert.ok(input.has(key), `${key} is missing`)
  const [iterations, temperatures] = [Number(input.get('NUMITNS')), Number(input.get('NUMTEMP'))]
  assert.ok(iterations === 0 || temperatures <= iterations, 'a division by zero')
  const outputs = Object.keys(folder).filter((path) => path.startsWith(`${input.get('OUTPUTDIR')}/`))
  assert.ok(outputs.length > 0, 'OUTPUTDIR does not exist')
  const file = (key: string): string => {
    const path = `${input.get('INPUTDIR')}/${input.get(key)}`
    return folder[path] ?? assert.fail(`${path} does not exist`)
  }
  const units = readUnits(file('PUNAME'))
  const features = readFeatures(file('SPECNAME'))
  readAmounts(file('PUVSPRNAME'), units, features)
  if (input.has('BOUNDNAME')) readConnections(file('BOUNDNAME'), units)
  else assert.ok(!Object.keys(folder).some((path) => path.endsWith('bound.dat')), 'bound.dat is not named')
}

const keys =
  `VERSION BLM CM PROP RANDSEED BESTSCORE NUMITNS STARTTEMP COOLFAC NUMTEMP NUMREPS COSTTHRESH THRESHPEN1 THRESHPEN2 SCENNAME
 SAVERUN SAVEBEST SAVESUMMARY SAVESCEN SAVETARGMET SAVESUMSOLN SAVESPEC SAVEPU SAVEMATRIXPUORDER SAVEMATRIXSPORDER SAVEPENALTY
 SAVETOTALAREAS SAVEDEBUGTRACEFILE SAVERICHNESS SAVESOLUTIONSMATRIX SOLUTIONSMATRIXHEADERS SAVELOG SAVESNAPSTEPS SAVESNAPCHANGES
 SAVESNAPFREQUENCY SAVEANNEALINGTRACE ANNEALINGTRACEROWS SAVEITIMPTRACE ITIMPTRACEROWS ASYMMETRICCONNECTIVITY CONNECTIVITYIN INPUTDIR
 OUTPUTDIR PUNAME SPECNAME PUVSPRNAME MATRIXSPORDERNAME PENALTYNAME BOUNDNAME CONNECTIONNAME CONNECTIONFILESNAME BLOCKDEFNAME
 BESTFIELDNAME RUNMODE MISSLEVEL HEURTYPE CLUMPTYPE ITIMPTYPE VERBOSITY PROBABILITYWEIGHTING`.split(/\s+/)

const wholeKeys = [
  'RANDSEED',
  'NUMITNS',
  'NUMTEMP',
  'NUMREPS',
  'RUNMODE',
  'HEURTYPE',
  'CLUMPTYPE',
  'ITIMPTYPE',
  'VERBOSITY',
]

function settings(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split('\n'))
    for (const key of keys) {
      if (!line.includes(`${key} `)) continue
      assert.ok(line.startsWith(`${key} `), `${key} stands within: ${line}`)
      assert.ok(!found.has(key), `${key} stands twice`)
      const value = line.slice(key.length + 1)
      assert.match(value, /^\S+$/, `the value of ${key}`)
      if (wholeKeys.includes(key) || key.startsWith('SAVE')) assert.match(value, /^-?\d+$/, key)
      found.set(key, value)
    }
  return found
}

/** Rows of cells by column: by tabs where the header has one, else by commas. */
function table(text: string, allowed: readonly string[]): readonly ReadonlyMap<string, string>[] {
  const [header = '', ...lines] = text.slice(0, -1).split('\n')
  const delimiter = header.includes('\t') ? '\t' : ','
  const columns = header.split(delimiter)
  for (const column of columns) assert.ok(allowed.includes(column), `the column ${column} is unknown`)
  assert.equal(new Set(columns).size, columns.length, 'a column stands twice')
  return lines.map((line) => {
    const cells = line.split(delimiter)
    assert.equal(cells.length, columns.length, line)
    for (const cell of cells) assert.notEqual(cell, '', `an empty cell: ${line}`)
    return new Map(columns.map((column, at) => [column, cells[at] ?? '']))
  })
}

function readUnits(text: string): ReadonlySet<number> {
  const rows = table(text, ['id', 'cost', 'status', 'xloc', 'yloc', 'prob'])
  const ids = new Set<number>()
  for (const row of rows) {
    ids.add(whole(row.get('id')))
    for (const name of ['cost', 'xloc', 'yloc']) if (row.has(name)) number(row.get(name))
    assert.match(row.get('status') ?? '', /^[0-3]$/)
  }
  assert.equal(ids.size, rows.length, 'a unit stands twice')
  return ids
}

function readFeatures(text: string): ReadonlySet<number> {
  const numbers = ['target', 'prop', 'spf', 'target2', 'targetocc', 'sepnum', 'sepdistance']
  const rows = table(text, ['id', 'type', ...numbers, 'name'])
  const ids = new Set<number>()
  for (const row of rows) {
    ids.add(whole(row.get('id')))
    for (const name of numbers) if (row.has(name)) number(row.get(name))
    if (row.has('type') && row.get('type') !== '-1') whole(row.get('type'))
    assert.equal([...row.keys()].at(-1), 'name')
  }
  assert.equal(ids.size, rows.length, 'a feature stands twice')
  return ids
}

function readAmounts(text: string, units: ReadonlySet<number>, features: ReadonlySet<number>): void {
  const [header, ...lines] = text.slice(0, -1).split('\n')
  assert.equal(header, 'species,pu,amount')
  let before: readonly number[] = [-1, -1]
  for (const line of lines) {
    const [species, pu, amount, more] = line.split(',')
    assert.equal(more, undefined, line)
    assert.ok(features.has(whole(species)) && units.has(whole(pu)), line)
    number(amount)
    const order = [whole(pu), whole(species)]
    const [a = 0, b = 0] = order
    const [c = 0, d = 0] = before
    assert.ok(a > c || (a === c && b > d), `not in order: ${line}`)
    before = order
  }
}

function readConnections(text: string, units: ReadonlySet<number>): void {
  const [header, ...lines] = text.slice(0, -1).split('\n')
  assert.equal(header, 'id1,id2,boundary')
  const pairs = new Set<string>()
  for (const line of lines) {
    const [id1, id2, boundary, more] = line.split(',')
    assert.equal(more, undefined, line)
    assert.ok(units.has(whole(id1)) && units.has(whole(id2)), line)
    number(boundary)
    const pair = [whole(id1), whole(id2)].sort((a, b) => a - b).join()
    assert.ok(!pairs.has(pair), `the pair ${pair} stands twice`)
    pairs.add(pair)
  }
}

function whole(text = ''): number {
  assert.match(text, /^\d+$/, 'a whole number')
  return Number(text)
}

function number(text = ''): void {
  assert.match(text, /^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/, 'a number')
}
