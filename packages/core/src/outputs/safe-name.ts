import { fileNameDefaults } from '../defaults.js'

/** Names that Windows keeps for devices, with any ending. */
const device = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\s*(?:\.|$))/i
/** Refused by Windows, or read as something else by a shell. */
const refused = /[<>:"|?*]/g
/** Controls, halves of characters, and marks that turn the reading direction: a name would not be what it looks like. */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/**
 * The name as every disk takes it, without a folder: as it was, but for characters that are refused somewhere. Never
 * empty, `.` or `..`.
 */
export function safeName(name: string): string {
  const parts = safePath(name)
  return parts.at(-1) ?? fallback
}

const fallback = 'file'

/** The same of a name with folders, either way of slashes: never absolute, never upwards; of a long one its end. */
export function safePath(path: string): readonly string[] {
  const { pathBytes, bytes } = fileNameDefaults
  const segments = path
    .slice(-fileNameDefaults.examinedCharacters)
    .split(/[/\\]/)
    .map(safeSegment)
    .filter((segment) => segment !== '')
  let room = pathBytes - bytes
  const folders: string[] = []
  for (const segment of segments.slice(0, -1).reverse()) {
    room -= Buffer.byteLength(segment) + 1
    if (room < 0) break
    folders.unshift(segment)
  }
  return [...folders, ...segments.slice(-1)]
}

function safeSegment(given: string): string {
  const ended = endedWell(given.replace(unseen, '').replace(refused, '_').trimStart())
  return endedWell(shortened(device.test(ended) ? `_${ended}` : ended))
}

/** Windows drops dots and spaces at the end. */
function endedWell(name: string): string {
  let end = name.length
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end--
  return name.slice(0, end)
}

/** The end of a name tells what it is. */
function shortened(name: string): string {
  const { bytes, endingBytes } = fileNameDefaults
  if (Buffer.byteLength(name) <= bytes) return name
  const ending = endingOf(name)
  const kept = Buffer.byteLength(ending) <= endingBytes ? ending : ''
  return `${cut(name.slice(0, name.length - kept.length), bytes - Buffer.byteLength(kept))}${kept}`
}

function cut(text: string, bytes: number): string {
  let size = 0
  let kept = ''
  for (const character of text) {
    size += Buffer.byteLength(character)
    if (size > bytes) break
    kept += character
  }
  return kept
}

/** `.tar.gz` as `.gz`; none of a name that begins with its only dot. */
function endingOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(dot) : ''
}

/** `map (2).tif`, for the second file that would be `map.tif`. */
export function numberedName(name: string, number: number): string {
  const ending = endingOf(name)
  const suffix = ` (${number})${ending}`
  const stem = name.slice(0, name.length - ending.length)
  return `${cut(stem, fileNameDefaults.bytes - Buffer.byteLength(suffix))}${suffix}`
}
