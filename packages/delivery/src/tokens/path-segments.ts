/**
 * The path of a request target, taken apart: `/a//b/../c%2Fd/?x` is a, c, d. Undefined where servers disagree about what it
 * means, or where it means nothing. Letters keep their case, and their composition.
 */
export function pathSegments(target: string): readonly string[] | undefined {
  const path = pathOf(target)
  if (path === undefined || unsafe.test(path)) return undefined
  const text = decoded(path)
  if (text === undefined || control.test(text) || decodedTwice.test(text)) return undefined
  const segments = resolved(parts(text))
  if (!segments || segments.some((segment) => dotsAndMore.test(segment))) return undefined
  const readings = [asUrlStandard(path), asDecoded(text)]
  return readings.every((reading) => reading && isSame(reading, segments)) ? segments : undefined
}

/** Of a segment: one more could be hidden behind it, as `..;x` is to some servers. */
const dotsAndMore = /^\.{1,2};/
/** Tabs and ends of lines are dropped by the URL standard, and so are spaces at the end; halves of characters mean nothing. */
const unsafe = /[\p{Cc}\p{Cs} ]/u
const control = /\p{Cc}/u
/** What a server that decodes again would take for a dot, a slash or a control. */
const decodedTwice = /%(?:25)*(?:2e|2f|5c|[01][0-9a-f]|7f)/i

const origin = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?=[/\\?#]|$)/i

/** Without origin, query and fragment; undefined if it is none. */
function pathOf(target: string): string | undefined {
  const [begin = ''] = origin.exec(target) ?? []
  const [path = ''] = target.slice(begin.length).split(/[?#]/, 1)
  if (begin !== '' && path === '') return '/'
  // Two slashes at the beginning are those of an origin to some.
  return /^\/(?![/\\])/.test(path) ? path : undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Both kinds of slashes part; several are one. */
function parts(text: string): readonly string[] {
  return text.split(/[/\\]/).filter((part) => part !== '')
}

/** Without dot segments. Undefined if they lead out of the root. */
function resolved(segments: readonly string[]): readonly string[] | undefined {
  const kept: string[] = []
  for (const segment of segments) {
    if (segment === '.') continue
    if (segment !== '..') kept.push(segment)
    else if (kept.pop() === undefined) return undefined
  }
  return kept
}

/** Dots are resolved first, empty segments count, and the rest is decoded later. */
function asUrlStandard(path: string): readonly string[] | undefined {
  const raw = path
    .slice(1)
    .split(/[/\\]/)
    .map((segment) => (/^(?:\.|%2e){1,2}$/i.test(segment) ? segment.replace(/%2e/gi, '.') : segment))
  const kept = resolved(raw)
  return kept && parts(decoded(kept.join('/')) ?? '')
}

/** All is decoded first; a backslash is a letter like others until the end. */
function asDecoded(text: string): readonly string[] | undefined {
  const kept = resolved(text.split('/').filter((part) => part !== ''))
  return kept && parts(kept.join('/'))
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((segment, at) => segment === other[at])
}
