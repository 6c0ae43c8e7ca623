/**
 * The path of a request target as a router takes it apart: `/a/b%20c//d/` is `a`, `b c`, empty, `d`. What lies below plain
 * segments does so for every server, whether it decodes before or after, keeps empty segments or not. Undefined where servers
 * disagree, above all at dot segments: some resolve them, others route them as they are, and clients send none. Letters keep
 * their case, and their composition.
 */
export function pathSegments(target: string): readonly string[] | undefined {
  const path = pathOf(target)
  if (path === undefined || unsafe.test(path)) return undefined
  const text = decoded(path)
  if (text === undefined || control.test(text) || decodedTwice.test(text)) return undefined
  if (text.split(/[/\\]/).some((segment) => dots.test(segment))) return undefined
  const raw = path.replace(/^\/|\/$/g, '')
  return raw === '' ? [] : raw.split('/').map(decodeURIComponent)
}

/** A segment that leads elsewhere; some servers drop what follows a semicolon. */
const dots = /^\.{1,2}(?:$|;|%(?:25)*3b)/i
/**
 * Tabs and ends of lines are dropped by the URL standard, and so are spaces at the end; halves of characters mean nothing; a
 * fragment is never sent, and some servers take it for a part of the path.
 */
const unsafe = /[\p{Cc}\p{Cs} #]/u
const control = /\p{Cc}/u
/** What a server that decodes again would take for a dot, a slash or a control. */
const decodedTwice = /%(?:25)*(?:2e|2f|5c|[01][0-9a-f]|7f)/i

const origin = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?=[/\\?#]|$)/i

/** Without origin and query; undefined if it is none. */
function pathOf(target: string): string | undefined {
  const [begin = ''] = origin.exec(target) ?? []
  const [path = ''] = target.slice(begin.length).split('?', 1)
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
