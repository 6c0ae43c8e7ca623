import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { JobReport } from '@piecework/core'
import type { Pack } from '@piecework/core/piece'
import { type TenureApiOptions, tenureApi } from '@piecework/pieces-tenure'
import { suite } from 'uvu'
import { type ApiHost, apiHost, party, root } from './api-host.js'

const test = suite('projects from an API')

async function withHost(
  use: (host: ApiHost) => Promise<void>,
  options: Parameters<typeof apiHost>[0] = {},
): Promise<void> {
  const host = await apiHost(options)
  try {
    await use(host)
    for await (const key of host.artifacts.list('jobs')) assert.doesNotMatch(key, /geheim/)
  } finally {
    await host.close()
  }
}

function failed({ job, findings }: JobReport): readonly [string | undefined, string] {
  assert.equal(job.outcome, 'failed', JSON.stringify([job, findings]))
  assert.equal(job.result.outputs, undefined)
  assert.doesNotMatch(JSON.stringify([job, findings]), /geheim|evil/)
  return [job.error?.code, job.error?.message ?? '']
}

const refused = (host: ApiHost, code: string, what: RegExp, ...outputs: readonly string[]) =>
  host.report(...(outputs.length > 0 ? outputs : ['tenure/shp'])).then((report) => {
    const [found, message] = failed(report)
    assert.equal(found, code, message)
    assert.match(message, what)
  })

test('pages become the tables, shapefiles and files that a database makes', () =>
  withHost(async (host) => {
    const report = await host.report('tenure/shp', 'tenure/xlsx', 'tenure/resources', 'archive')
    assert.equal(report.job.outcome, 'succeeded', JSON.stringify(report.job.error))
    const shp = await host.files(report, 'tenure/shp')
    assert.equal(
      shp.get('parties.csv'),
      "id,name,type,phone,age,members\na,Party a,IN,,33,\nb,'=cmd(),GR,,,x\\;y;;\nc,Party c,CO,,,\n",
    )
    assert.equal(
      shp.get('locations.csv'),
      "id,type,area,geometry,quality\nl1,AP,,SRID=4326;POINT(0.1 51.5),'-5\n" +
        'l2,PA,12.5,"SRID=4326;POLYGON((0 0,0 1,1 1,0 0))",\nl3,NP,,,\n',
    )
    assert.equal(
      shp.get('relationships.csv'),
      'id,party_id,spatial_unit_id,tenure_type,since\nr,a,l2,FH,1999\n',
    )
    assert.ok(shp.has('shapefiles/points.shp') && shp.has('shapefiles/polygons.shp'))
    const resources = await host.files(report, 'tenure/resources')
    assert.deepEqual([...resources.keys()], ['resources.csv', 'deed.pdf', '_con.txt'])
    assert.equal(resources.get('_con.txt')?.length, 300_000)
    assert.match(resources.get('resources.csv') ?? '', /^d1,Deed,,deed.pdf,deed.pdf,party:a$/m)
    assert.doesNotMatch(resources.get('resources.csv') ?? '', /Old/)
    assert.ok((await host.files(report, 'tenure/xlsx')).has('tenure.xlsx'))
    const archive = await host.files(report, 'archive')
    assert.doesNotMatch([...archive.values()].join(), /geheim|peer\.example/)
    assert.deepEqual(
      new Set(host.asked.map(([, authorization]) => authorization)),
      new Set(['ScopedToken geheim']),
    )
    assert.doesNotMatch(JSON.stringify(report), /geheim/)
  }))

/** Answers to the second page of parties. */
const pages: Readonly<Record<string, readonly [answer: object | string, code: string, what: RegExp]>> = {
  'a next link to the page before': [
    { count: 3, next: `?page=2`, results: [party('c')] },
    'tenure/api-invalid',
    /leads back/,
  ],
  'a next link to the first page': [
    { count: 3, next: `${root}parties/`, results: [party('c')] },
    'tenure/api-invalid',
    /leads back/,
  ],
  'a next link to another origin': [
    { count: 3, next: `https://evil.example.org${root}parties/`, results: [party('c')] },
    'tenure/api-address',
    /another origin/,
  ],
  'a next link to another port': [
    { count: 3, next: `https://peer.example.org:1${root}`, results: [party('c')] },
    'tenure/api-address',
    /another origin/,
  ],
  'a next link without TLS': [
    { count: 3, next: 'http://peer.example.org/', results: [party('c')] },
    'tenure/api-address',
    /https/,
  ],
  'a next link to another project': [
    { count: 3, next: '/api/v1/organizations/o/projects/london-20/', results: [party('c')] },
    'tenure/api-address',
    /scope/,
  ],
  'a next link upwards': [
    { count: 3, next: `${root}../evil/`, results: [party('c')] },
    'tenure/api-address',
    /scope/,
  ],
  'a next link upwards, encoded': [
    { count: 3, next: `${root}..%2fevil/`, results: [party('c')] },
    'tenure/api-address',
    /scope/,
  ],
  'an empty page with a next one': [
    { count: 3, next: '?page=3', results: [] },
    'tenure/api-invalid',
    /empty page/,
  ],
  'truncated JSON': [
    '{"count": 3, "next": null, "results": [{"id": "c"',
    'tenure/api-invalid',
    /page 2.*no JSON, or not all/,
  ],
  'no list': [{ count: 3, next: null }, 'tenure/api-invalid', /neither results nor features/],
  'a text as its count': [{ count: '3', next: null, results: [] }, 'tenure/api-invalid', /count/],
  'a row of another type': [
    { count: 3, next: null, results: [party('c', { type: 'XX' })] },
    'tenure/api-invalid',
    /page 2, row 1: type/,
  ],
  'a number as an id': [
    { count: 3, next: null, results: [party('c', { id: 7 })] },
    'tenure/api-invalid',
    /row 1: id/,
  ],
  'a list as attributes': [
    { count: 3, next: null, results: [party('c', { attributes: [] })] },
    'tenure/api-invalid',
    /attributes/,
  ],
  'a number of more digits than a double holds': [
    '{"count": 3, "next": null, "results": [{"id": "c", "name": "C", "type": "IN", "attributes": {"tax": 12345678901234567890}}]}',
    'tenure/api-invalid',
    /page 2: the number 12345678901234567890 has more digits/,
  ],
  'more rows than are counted': [
    { count: 3, next: '?page=3', results: [party('c'), party('d')] },
    'source-changed',
    /4 rows and not 3/,
  ],
  'a huge page': ['x'.repeat(70_000), 'tenure/api-invalid', /more than 65536 bytes/],
}

for (const [name, [answer, code, what]] of Object.entries(pages))
  test(`a job fails by ${name}`, () =>
    withHost(
      async (host) => {
        host.api.hook = (path, response) => {
          if (path !== 'parties/?page=2') return undefined
          response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
          return true
        }
        await refused(host, code, what)
      },
      { pageBytes: 65_536, attempts: 2 },
    ))

const geometries: Readonly<Record<string, unknown>> = {
  'of an unknown type': { type: 'Curve', coordinates: [] },
  'with texts': { type: 'Point', coordinates: ['0', '1'] },
  'with heights here and there': {
    type: 'LineString',
    coordinates: [
      [0, 1, 2],
      [0, 1],
    ],
  },
}
for (const [name, geometry] of Object.entries(geometries))
  test(`a job fails by a geometry ${name}`, () =>
    withHost(async (host) => {
      host.api.spatial.push({ type: 'Feature', geometry, properties: { id: 'x', type: 'PA' } })
      await refused(host, 'tenure/api-invalid', /spatial\/, page 2, row 2: geometry/)
    }))

/** First answers to the second page; the right one comes after as many. */
const troubles: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '500': (response) => void response.writeHead(500).end('<html>'),
  '503 with a wait': (response) => void response.writeHead(503, { 'retry-after': '0' }).end(),
  '429': (response) => void response.writeHead(429).end(),
  'a connection that ends': (response) => void response.destroy(),
  'half of an answer': (response) => {
    response.writeHead(200, { 'content-length': 1000 }).write('{"count"')
    setTimeout(() => response.destroy(), 20)
  },
}
for (const [name, trouble] of Object.entries(troubles))
  test(`${name} is tried again; for good, it fails the job`, () =>
    withHost(
      async (host) => {
        let left = 2
        host.api.hook = (path, response) => {
          if (path !== 'parties/?page=2' || left-- <= 0) return undefined
          trouble(response)
          return true
        }
        const report = await host.report('tenure/shp')
        assert.equal(report.job.outcome, 'succeeded', JSON.stringify(report.job.error))
        left = 1000
        await refused(host, /^\d/.test(name) ? 'tenure/api-answer' : 'tenure/api-unreachable', /API/)
        assert.equal(left, 1000 - 3)
      },
      { attempts: 3 },
    ))

test('as long as Retry-After says is waited, but no more than some minutes', () =>
  withHost(async (host) => {
    const times: number[] = []
    let retryAfter = '1'
    host.api.hook = (path, response) => {
      if (path !== 'parties/') return undefined
      times.push(performance.now())
      if (times.length === 2) return undefined
      response.writeHead(429, { 'retry-after': retryAfter }).end()
      return true
    }
    assert.equal((await host.report('tenure/shp')).job.outcome, 'succeeded')
    const [first = 0, second = 0] = times
    assert.ok(second - first > 900, `${second - first} ms`)
    retryAfter = '3600'
    await refused(host, 'tenure/api-answer', /429/)
  }))

test('a redirect is not followed', () =>
  withHost(async (host) => {
    host.api.hook = (path, response) => {
      if (path !== 'parties/') return undefined
      response.writeHead(302, { location: `${host.origin}${root}evil/` }).end()
      return true
    }
    await refused(host, 'tenure/api-answer', /302; redirects are not followed/)
    assert.ok(!host.asked.some(([path]) => path.includes('evil')))
  }))

test('a list that changes while it is read is read from the start; three times, then the job fails', () =>
  withHost(async (host) => {
    const changes: (() => void)[] = [
      () => host.api.parties.shift(),
      () => host.api.parties.unshift(party('z')),
      () => host.api.parties.push(party('y'), party('x')),
    ]
    host.api.relationships.pop()
    let read = 0
    host.api.hook = (path) => {
      if (path === 'parties/?page=2') read++
      if (path === 'parties/?page=2' && read < 3) changes[read - 1]?.()
      return undefined
    }
    host.api.parties.push(party('d'))
    const report = await host.report('tenure/shp')
    assert.equal(report.job.outcome, 'succeeded', JSON.stringify(report.job.error))
    const ids = (await host.files(report, 'tenure/shp')).get('parties.csv')?.match(/^\w(?=,)/gm)
    assert.deepEqual(ids, ['z', 'b', 'c', 'd'])
    let added = 0
    host.api.hook = (path) => {
      if (path === 'parties/?page=2') host.api.parties.unshift(party(`n${added++}`))
      return undefined
    }
    await refused(host, 'source-changed', /added or deleted/)
    assert.equal(added, 3)
  }))

test('a row that comes does not hide one that goes, where a page between tells of it', () =>
  withHost(async (host) => {
    const { parties, relationships } = host.api
    relationships.pop()
    parties.push(party('d'), party('e'), party('f'))
    const [first] = parties
    host.api.hook = (path) => {
      if (path === 'parties/?page=2' && parties[0] === first) parties.shift()
      if (path !== 'parties/?page=2' && parties.length === 5) parties.push(party('g'))
      return undefined
    }
    const report = await host.report('tenure/shp')
    assert.equal(report.job.outcome, 'succeeded', JSON.stringify(report.job.error))
    const ids = (await host.files(report, 'tenure/shp')).get('parties.csv')?.match(/^\w(?=,)/gm)
    assert.deepEqual(ids, ['b', 'c', 'd', 'e', 'f', 'g'])
  }))

test('a relationship of a party that came later, or went, fails the job', () =>
  withHost(async (host) => {
    const [relationship] = host.api.relationships as readonly object[]
    host.api.relationships.push({ ...relationship, id: 's', party_id: 'later' })
    await refused(host, 'source-changed', /the party_id "later" is not in parties\.csv/)
    await refused(host, 'source-changed', /the party_id "later"/, 'tenure/xlsx')
    host.api.relationships.splice(1, 1, { ...relationship, id: 's', spatial_unit_id: 'gone' })
    await refused(host, 'source-changed', /the location_id "gone" is not in locations\.csv/)
  }))

test('resources that change between the reading of their rows and of their files fail the job', () =>
  withHost(async (host) => {
    let reads = 0
    const more = { id: 'd5', name: 'More', file: 'files/1', links: [] }
    host.api.hook = (path) => {
      if (path === 'resources/' && ++reads === 2) host.api.resources.push(more)
      return undefined
    }
    await refused(host, 'source-changed', /read from different lists/, 'tenure/resources')
    assert.equal((await host.report('tenure/resources')).job.outcome, 'succeeded')
  }))

/** Its files are read by another process than everything else. */
function inTwoProcesses(options: TenureApiOptions): Pack {
  const [one, other] = [tenureApi(options), tenureApi(options)]
  const files = other.pieces?.filter(({ name }) => name === 'tenure/files') ?? []
  return { ...one, pieces: [...(one.pieces ?? []).filter(({ name }) => name !== 'tenure/files'), ...files] }
}

test('so they do if two processes have read them', async () => {
  const host = await apiHost({}, inTwoProcesses)
  try {
    let reads = 0
    host.api.hook = (path) => {
      if (path === 'resources/' && ++reads === 2)
        host.api.resources.push({ id: 'd5', name: 'More', links: [] })
      return undefined
    }
    await refused(host, 'source-changed', /read from different lists/, 'tenure/resources')
    assert.equal((await host.report('tenure/resources')).job.outcome, 'succeeded')
  } finally {
    await host.close()
  }
})

test('an answer that is compressed unasked is refused: a file would be stored as other bytes', () =>
  withHost(async (host) => {
    host.api.hook = (path, response, { headers }) => {
      assert.equal(headers['accept-encoding'], 'identity')
      if (!path.endsWith('files/1')) return undefined
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
      return true
    }
    await refused(host, 'tenure/api-invalid', /compressed/, 'tenure/resources')
  }))

test('a token that expires in the middle is asked for again; one that is refused for good fails the job', async () => {
  let issued = 0
  const url: { current?: string } = {}
  await withHost(
    async (host) => {
      url.current = `${host.origin}${root}`
      let valid = ''
      host.api.hook = (path, response, { headers }) => {
        if (path !== 'parties/?page=2') return undefined
        if (valid === '') valid = `ScopedToken geheim-${issued + 1}`
        if (headers.authorization === valid) return undefined
        response.writeHead(401).end()
        return true
      }
      const report = await host.report('tenure/shp')
      assert.equal(report.job.outcome, 'succeeded', JSON.stringify(report.job.error))
      valid = 'never'
      await refused(host, 'tenure/api-refused', /401/)
      host.api.hook = (path, response) => path === 'parties/' && Boolean(response.writeHead(403).end())
      await refused(host, 'tenure/api-refused', /403/)
    },
    { access: async () => ({ url: url.current ?? '', authorization: `ScopedToken geheim-${++issued}` }) },
  )
})

test('a file that breaks off goes on where it was; a file that changes or leads elsewhere fails the job', () =>
  withHost(
    async (host) => {
      let breaks = 2
      const whole = host.api.files.get('2') as Buffer
      let sent = whole
      host.api.hook = (path, response) => {
        if (!path.endsWith('files/2') || breaks-- <= 0) return undefined
        response.writeHead(200, { 'content-length': whole.length }).write(sent.subarray(0, 200_000))
        setTimeout(() => response.destroy(), 30)
        return true
      }
      const report = await host.report('tenure/resources')
      assert.equal(report.job.outcome, 'succeeded', JSON.stringify(report.job.error))
      assert.equal((await host.files(report, 'tenure/resources')).get('_con.txt'), String(whole))
      breaks = 1000
      await refused(host, 'tenure/api-unreachable', /API/, 'tenure/resources')
      sent = Buffer.alloc(whole.length, 'y')
      let call = 0
      host.api.hook = (path, response) => {
        if (!path.endsWith('files/2') || call++ % 2 > 0) return undefined
        response.writeHead(200, { 'content-length': whole.length }).write(sent.subarray(0, 200_000))
        setTimeout(() => response.destroy(), 30)
        return true
      }
      await refused(host, 'source-changed', /other bytes/, 'tenure/resources')
      host.api.hook = () => undefined
      host.api.resources.push({ id: 'd5', name: 'Evil', file: 'https://evil.example.org/x' })
      await refused(host, 'tenure/api-address', /"d5" leads to another origin/, 'tenure/resources')
      host.api.resources.pop()
      host.api.files.delete('1')
      const { job, findings } = await host.report('tenure/resources')
      assert.equal(job.outcome, 'succeeded')
      assert.deepEqual(findings.map(({ code, count }) => [code, count]).slice(0, 1), [
        ['tenure/file-missing', 1],
      ])
    },
    { attempts: 3 },
  ))

test('an address that is not public is refused, and a project that the host does not know', async () => {
  await withHost((host) => refused(host, 'tenure/api-address', /not at a public address/), {
    allowNetworks: [],
  })
  await withHost((host) => refused(host, 'resource-not-found', /no project/), {
    access: async () => undefined,
  })
  for (const url of [
    'http://peer.example.org/p/',
    'https://peer.example.org/p/?a=1',
    'https://peer.example.org/a/..%2fb/',
  ])
    await withHost((host) => refused(host, 'tenure/api-address', /address of the project/), {
      access: async () => ({ url, authorization: 'geheim' }),
    })
})

test.run()
