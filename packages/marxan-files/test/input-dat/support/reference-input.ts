import { referenceInteger, referenceNumber } from '@piecework/test-support/fixtures/reference-table.js'

type Kind = 'integer' | 'number'

/** The table of the rules: kind, least, most, default. */
const keys: Readonly<Record<string, readonly [Kind, number, number, number]>> = {
  BLM: ['number', 0, Infinity, 1],
  PROP: ['number', 0, 1, 0.5],
  RANDSEED: ['integer', -Infinity, Infinity, -1],
  BESTSCORE: ['number', -Infinity, Infinity, -1],
  NUMREPS: ['integer', 1, 2 ** 31 - 1, 10],
  NUMITNS: ['integer', 0, Infinity, 1_000_000],
  STARTTEMP: ['number', -Infinity, Infinity, -1],
  COOLFAC: ['number', -Infinity, Infinity, 0],
  NUMTEMP: ['integer', 1, Infinity, 10_000],
  COSTTHRESH: ['number', 0, Infinity, 0],
  THRESHPEN1: ['number', 0, Infinity, 0],
  THRESHPEN2: ['number', 0, Infinity, 0],
  RUNMODE: ['integer', 0, 6, 1],
  MISSLEVEL: ['number', 0, 1, 1],
  ITIMPTYPE: ['integer', 0, 3, 0],
  HEURTYPE: ['integer', -1, 7, -1],
  CLUMPTYPE: ['integer', 0, 2, 0],
  VERBOSITY: ['integer', 0, 3, 2],
}
const names = [
  'INPUTDIR',
  'PUNAME',
  'SPECNAME',
  'PUVSPRNAME',
  'BOUNDNAME',
  'BLOCKDEFNAME',
  'MATRIXSPORDERNAME',
]
const isKey = (token: string) =>
  token in keys ||
  names.includes(token) ||
  ['SCENNAME', 'OUTPUTDIR'].includes(token) ||
  /^SAVE[A-Z]+$/.test(token)

/** The parameters that the rules say these bytes mean. Undefined: to be refused. */
export function referenceInput(bytes: Buffer): Readonly<Record<string, number>> | undefined {
  const text = bytes.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  if (bytes.includes(0) || text.trim() === '') return undefined
  const given = new Map<string, string>()
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [key = '', ...rest] = line.trim().split(/\s+/)
    const [before = ''] = key.split('=')
    if (isKey(before) && (key.includes('=') || rest[0]?.startsWith('='))) return undefined
    if (isKey(key)) given.set(key, line.trim().slice(key.length).trim())
  }
  const read: Record<string, number> = {}
  for (const [key, [kind, least, most, usual]] of Object.entries(keys)) {
    const value = given.has(key) ? numberOf(kind, given.get(key) ?? '') : usual
    if (value === undefined || value < least || value > most) return undefined
    read[key] = value
  }
  for (const [key, value] of given) {
    if (!key.startsWith('SAVE')) continue
    const option = numberOf('integer', value)
    if (option === undefined || option < 0 || option > (key === 'SAVESNAPFREQUENCY' ? 2 ** 31 - 1 : 3))
      return undefined
  }
  const { NUMITNS = 0, NUMTEMP = 0, COOLFAC = 0, STARTTEMP = 0 } = read
  if ((NUMITNS > 0 && NUMTEMP > NUMITNS) || (COOLFAC < 0 && STARTTEMP >= 0)) return undefined
  return read
}

const numberOf = (kind: Kind, text: string) =>
  kind === 'number'
    ? referenceNumber(text)
    : referenceInteger(text, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
