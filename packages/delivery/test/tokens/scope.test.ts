import assert from 'node:assert/strict'
import { posix } from 'node:path'
import fc from 'fast-check'
import { suite } from 'uvu'
import { isInScope, type TokenScope } from '#internal/tokens/token-scope.js'

const test = suite('what a scoped token allows')

const below = '/api/v1/organizations/o/projects/london-2'
const scope: TokenScope = { GET: [`${below}/`], POST: [`${below}/parties`] }

const allowed = [
  below,
  `${below}/`,
  `${below}/parties/`,
  `${below}?page=2`,
  `${below}?next=/../../x`,
  `${below}?next=/#/../x`,
  `${below}//spatial/`,
  `${below}//`,
  `${below}/files/a%2Fb`,
  `${below}/files/a\\b`,
  `${below}/parties;v=1/x`,
  `${below}/...`,
  `${below}/.a/..b/c..`,
  `/api/v1/organizations/o/projects/%6Condon-2/`,
  `https://host.example${below}/parties`,
  `http://[::1]:80${below}`,
  `HTTP://host.example:8000${below}`,
  `${below}/a%20b/c%3Fd/e%25f`,
]

const refused = [
  '/',
  '',
  '*',
  'host.example:443',
  'api',
  `${below}0`,
  `${below}0/parties`,
  `${below}%30`,
  below.slice(0, -2),
  below.slice(0, -1),
  below.replace('london', 'London'),
  below.slice(1),
  `${below}/..`,
  `${below}/../`,
  `${below}/../london-20/`,
  `${below}/%2e%2e/london-20/`,
  `${below}/.%2E/london-20/`,
  `${below}/..%2Flondon-20`,
  `${below}/..%5Clondon-20`,
  `${below}/..\\london-20`,
  `${below}/%252e%252e/london-20`,
  `${below}/%252E`,
  `${below}/%25252e%25252e/x`,
  `${below}/%252fx`,
  `${below}/%255cx`,
  `${below}/..;/x`,
  `${below}/..;a=b/x`,
  `${below}/%00`,
  `${below}/a%0d%0ab`,
  `${below}/%7f`,
  `${below}/%`,
  `${below}/%2`,
  `${below}/%zz`,
  `${below}/%ff`,
  `${below}/%c0%af`,
  `${below}/\ud800`,
  `${below}/ x`,
  `${below}/\t../x`,
  `${below}/.\t./x`,
  `/../..${below}`,
  `/..${below}`,
  `/${below}`,
  `/\\${below}`,
  `/%2e%2e${below}`,
  `ftp://host.example${below}`,
  `http:${below}`,
  `http://host.example%c3${below}`,
  `http://ann@host.example${below}`,
  `http://host.example:80:80${below}`,
  `http://${below}`,
  `https:///host.example${below}`,
  ` ${below}`,
  // Servers disagree: some route an address as it is, and see london-20.
  ...['..', '%2e%2e', '.%2E', '%2e.'].flatMap((up) => [
    below.replace('london-2', `london-20/${up}/london-2`),
    `${below.replace('london-2', `london-20/${up}/london-2`)}/parties`,
    below.replace('london-2', `london-20;/${up}/london-2/`),
    below.replace('london-2', `london-20/files/${up}/${up}/london-2`),
    below.replace('london-2', `london-20/${up};/london-2`),
    below.replace('london-2', `london-20/${up}%3Bx=1/london-2`),
    below.replace('london-2', `london-20%2F${up}%2Flondon-2`),
    below.replace('london-2', `london-20%5C${up}\\london-2`),
    below.replace('london-2', `london-2/x/${up}`),
    below.replace('london-2', `london-2/${up}/london-2`),
    `https://host.example${below.replace('london-2', `london-20/${up}/london-2`)}`,
  ]),
  ...['.', '%2e', '.;', '%2E%3b', '.;x=1'].flatMap((here) => [
    `/api/${here}/v1/organizations/o/projects/london-2/`,
    `${below}/${here}`,
    `${below}/${here}/parties`,
  ]),
  `${below}/..%253bx`,
  `${below}/#top`,
  `${below}#`,
  `${below};/parties`,
  `${below};v=1`,
  // Empty segments may count, encoded slashes may part nothing.
  `/${below.slice(1).replace('/', '//')}/spatial/`,
  `/api/v1/organizations/o%2Fprojects%2flondon-2/parties`,
  `/api/v1/organizations/o\\projects%5Clondon-2`,
  `/api/v1/organizations/o/projects/london-3//../london-2`,
  `/api/v1/organizations/o/projects/x%2F../london-2`,
  `/api/v1/organizations/o/projects/x\\..\\london-2`,
]

for (const url of allowed)
  test(`allowed: ${JSON.stringify(url)}`, () => assert.equal(isInScope(scope, 'GET', url), true))

for (const url of refused)
  test(`refused: ${JSON.stringify(url)}`, () => assert.equal(isInScope(scope, 'GET', url), false))

test('methods are those of the scope; HEAD is allowed where GET is', () => {
  const methods = [
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'get',
    'Get',
    '',
    '__proto__',
    'constructor',
  ]
  const allowing = (url: string) => methods.filter((method) => isInScope(scope, method, url))
  assert.deepEqual(allowing(below), ['GET', 'HEAD'])
  assert.deepEqual(allowing(`${below}/parties/1`), ['GET', 'HEAD', 'POST'])
  assert.equal(isInScope({ POST: ['/a'] }, 'HEAD', '/a'), false)
  assert.equal(isInScope({ HEAD: ['/a'] }, 'GET', '/a'), false)
})

test('addresses in the form of an IRI and of a URI are the same', () => {
  const forms = [
    '/städte/zürich',
    '/st%C3%A4dte/z%c3%bcrich',
    '/städte/z%C3%BCrich/',
    '/%73t%C3%A4dte/zürich/x',
  ]
  for (const given of forms.slice(0, 3))
    for (const url of forms) assert.equal(isInScope({ GET: [given] }, 'GET', url), true, `${given} ${url}`)
  // Composed otherwise, it is another name to a server.
  assert.equal(isInScope({ GET: ['/städte'] }, 'GET', '/sta\u0308dte'), false)
})

test('the root allows all that is a path', () => {
  for (const url of ['/', '/a', 'http://host.example', 'http://host.example?x'])
    assert.equal(isInScope({ GET: ['/'] }, 'GET', url), true, url)
  assert.equal(isInScope({ GET: ['/'] }, 'GET', '*'), false)
})

const scopes = [['a', 'b'], ['ä']]
const small: TokenScope = { GET: ['/a/b/', '/ä'] }
const isBelow = (segments: readonly string[]) =>
  scopes.some((one) => one.every((segment, at) => segment === segments[at]))

const piece = fc.constantFrom(
  ...[
    '/',
    '/',
    '/',
    '//',
    '\\',
    '%2f',
    '%5C',
    '.',
    '..',
    '%2e',
    '%2E%2e',
    '.%2e',
    'a',
    'a',
    'b',
    'b',
    'c',
    '%61',
    'A',
  ],
  ...[
    'ä',
    '%C3%A4',
    '%c3',
    '%252e',
    '%252f',
    '%25',
    '%',
    '%00',
    ';',
    '?',
    '#',
    '%3f',
    '%23',
    ' ',
    '\t',
    '@',
    ':',
    '&',
    '+',
  ],
)
const target = fc
  .tuple(
    fc.constantFrom('/', '/a/b', '/a/b/', '/a/', '/ä/', '', 'http://x.example', '//a/b'),
    fc.array(piece, { maxLength: 9 }),
  )
  .map(([begin, pieces]) => begin + pieces.join(''))

/** How a server may take a path apart. */
type Reading = (path: string) => readonly string[]
const decode = (text: string) => decodeURIComponent(text)
const noEmpty = (segments: readonly string[]) => segments.filter(Boolean)
const readings: Readonly<Record<string, Reading>> = {
  'as the URL standard': (path) =>
    decode(new URL(path, 'http://x.example').pathname).split(/[/\\]/).filter(Boolean),
  'decoded, then resolved': (path) => posix.normalize(decode(path)).split(/[/\\]/).filter(Boolean),
  'unresolved, segments decoded': (path) => path.slice(1).split('/').map(decode),
  'unresolved, decoded before': (path) => decode(path).slice(1).split('/'),
  'unresolved, not decoded': (path) => path.slice(1).split('/').map(encodeOnce),
  'unresolved, both slashes, without empty ones': (path) => noEmpty(decode(path).split(/[/\\]/)),
  'unresolved, to the first semicolon': (path) => (path.split(';')[0] ?? '').slice(1).split('/').map(decode),
  'unresolved, without parameters': (path) =>
    path
      .slice(1)
      .split('/')
      .map((one) => decode(one.replace(/;.*/, ''))),
  'parameters dropped, then resolved': (path) =>
    noEmpty(
      posix
        .normalize(
          decode(path)
            .split('/')
            .map((one) => one.replace(/;.*/, ''))
            .join('/'),
        )
        .split('/'),
    ),
}
/** A server that decodes nothing knows names in one spelling: that of a URI, as clients send it. */
function encodeOnce(segment: string): string {
  return /%(?!C3%A4)/i.test(segment)
    ? encodeURIComponent(decode(segment))
    : encodeURI(segment).replace(/%25/g, '%')
}
const asUri = (segments: readonly string[]) =>
  segments.map((one) => (one.toUpperCase() === '%C3%A4' ? 'ä' : one))

test('whatever is allowed lies below the scope, however a server reads it', () => {
  let yes = 0
  const examples = [
    '/a/b/../../a/b',
    '/c/..%2fa/b',
    '/c//../a/b',
    '/c%5c../a/b',
    '/a/b?/../..',
    '/a/c/../b',
    '/a/c;/../b',
    '/a/c/%2e%2e/b/',
    '/c/../a/b',
    '/a//b',
    '/a%2fb',
    '/a;/b',
    '/a/b;/c',
  ].map((one): [string] => [one])
  fc.assert(
    fc.property(target, (url) => {
      if (!isInScope(small, 'GET', url)) return
      yes += 1
      const { hostname } = new URL(url, 'http://x.example')
      if (!url.startsWith('http')) assert.equal(hostname, 'x.example')
      const [path = ''] = url.replace(/^http:\/\/[^/\\?#]*/, '').split('?', 1)
      for (const [name, reading] of Object.entries(readings)) {
        const segments = asUri(reading(path))
        assert.ok(isBelow(segments), `${url} ${name}`)
        assert.ok(!segments.some((one) => one === '..' || one === '.'), `${url} ${name}`)
      }
    }),
    { numRuns: 20_000, examples },
  )
  assert.ok(yes > 1000, `only ${yes} were allowed`)
})

test('whatever is written plainly below the scope is allowed', () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
    .filter((text) => !/[\p{Cc}\p{Cs}/\\]|^\.{1,2}(;|$)|%/u.test(text))
  fc.assert(
    fc.property(fc.array(name, { maxLength: 4 }), (names) => {
      const path = `/a/b/${names.map(encodeURIComponent).join('/')}`
      assert.equal(isInScope(small, 'GET', path), true, path)
      assert.equal(isInScope(small, 'GET', path.replace('/b', '/c')), false, path)
    }),
    { numRuns: 2000 },
  )
})

test.run()
