import { closest, type FindingCollector } from '@piecework/core/piece'
import { reportCharacters } from './line-characters.js'
import { isMarzoneKey, isSilentKey, notCarried } from './other-keys.js'
import { knownNames, newerNames, parameters, saveRule } from './parameters.js'

/** One key with its value, the rest of the line. */
export interface Setting {
  readonly key: string
  readonly value: string
  readonly line: number
}

/** The last setting of each known key, also of those that are not imported, under its newer name too. Prose between the settings is normal. */
export function settings(
  text: string,
  file: string,
  findings: FindingCollector,
): ReadonlyMap<string, Setting> {
  const given = new Map<string, Setting>()
  const unknown: Unknown[] = []
  for (const [at, content] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const place = { file, line: at + 1 }
    const plain = reportCharacters(content, place, { isKnown, isNumber }, findings)
    readLine(unquoted(plain ?? content), place, { given, unknown }, findings)
  }
  for (const one of unknown) reportUnknown(one, given, findings)
  for (const [older, name] of Object.entries(newerNames)) {
    const setting = given.get(older)
    if (setting && !given.has(name)) given.set(name, setting)
  }
  return given
}

interface Line {
  readonly file: string
  readonly line: number
}

interface Unknown {
  readonly key: string
  readonly place: Line
}

interface Read {
  readonly given: Map<string, Setting>
  readonly unknown: Unknown[]
}

function readLine(text: string, place: Line, { given, unknown }: Read, findings: FindingCollector): void {
  const { line } = place
  const [, key = '', value = ''] = /^(\S+)(?:\s+(.*))?$/s.exec(text) ?? []
  const [name = ''] = key.split('=', 1)
  if (isKnown(name) && (name !== key || value.startsWith('='))) {
    const meant = text.slice(name.length).replace(/^\s*=\s*/, '')
    findings.error('legacy/parameter-equals', { ...place, column: name }, () => ({
      message: `${name} is written with an equals sign`,
      hint: `Write the key, a blank and the value: ${name} ${meant}`,
    }))
    // Not missing, whatever is on other lines.
    given.set(name, { key: name, value: meant, line })
  } else if (isKnown(key)) {
    const before = given.get(key)
    if (before)
      findings.warning('legacy/parameter-duplicate', { ...place, column: key }, () => ({
        message: `${key} stands on line ${before.line} and again on line ${line}; the last one counts`,
      }))
    given.set(key, { key, value, line })
  } else if (name === key && looksLikeKey(key) && !isSilentKey(key) && !isOff(key, value)) {
    unknown.push({ key, place })
    if (Object.hasOwn(notCarried, key)) given.set(key, { key, value, line })
  }
}

function reportUnknown(
  { key, place }: Unknown,
  given: ReadonlyMap<string, Setting>,
  findings: FindingCollector,
): void {
  findings.warning('legacy/parameter-unknown', { ...place, column: key }, () => {
    if (Object.hasOwn(notCarried, key)) return { message: `${key} is not imported: ${notCarried[key]}` }
    const meant = closest(key, knownNames)
    // Were it written right, the last of the two lines would count.
    const line = meant === undefined ? undefined : given.get(meant)?.line
    return {
      message: `${key} is not a known parameter; the line is ignored${line === undefined ? '' : `, and ${meant} is that of line ${line}`}`,
      ...(meant !== undefined && { hint: `Did you mean ${meant}?` }),
    }
  })
}

/** CSV writers put a line with a comma into quotation marks. */
const unquoted = (line: string) =>
  line
    .trim()
    .replace(/^"([^"]*)"$/, '$1')
    .trim()

/** 0 or nothing asks for none of it. */
const isOff = (key: string, value: string) => Object.hasOwn(notCarried, key) && /^0*$/.test(value)

const looksLikeKey = (key: string) => /^[A-Z][A-Z0-9_]+$/.test(key)

const known: ReadonlySet<string> = new Set([...knownNames, ...Object.keys(newerNames)])

const isNumber = (key: string): boolean => Object.hasOwn(parameters, key) || saveRule(key) !== undefined

const isKnown = (key: string): boolean => known.has(key) || saveRule(key) !== undefined || isMarzoneKey(key)
