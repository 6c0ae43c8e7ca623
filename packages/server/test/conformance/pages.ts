import assert from 'node:assert/strict'
import { problem } from '../support/answers.js'
import type { Case } from './case.js'

export const pages: Readonly<Record<string, Case>> = {
  'the page and its modules come to whom nobody knows, whole and with their types': async ({ call }) => {
    const page = await call('ui', { as: '' })
    const [path = ''] = /ui\/[0-9a-f]{12}\/page\.js/.exec(await page.text()) ?? []
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    const file = await call(path, { as: '', headers: { 'accept-encoding': 'gzip' } })
    assert.match(file.headers.get('content-type') ?? '', /^text\/javascript/)
    assert.match(await file.text(), /piecework-jobs\.js/)
    const etag = file.headers.get('etag') ?? ''
    const headers = { 'accept-encoding': 'gzip', 'if-none-match': etag }
    assert.equal((await call(path, { as: '', headers })).status, 304)
    await problem(await call('ui/other/page.js', { as: '' }), 404, 'page/file-not-found')
  },
  'names of resources are told to whom may see them': async ({ call }) => {
    const json = { resources: [{ kind: 'book', id: 'b1' }] }
    await problem(await call('ui/names', { json, as: '' }), 401, 'http/unauthenticated')
    const named = async (as: string) => (await call('ui/names', { json, as })).json()
    assert.deepEqual(await named('bob'), { items: [{ kind: 'book', id: 'b1', name: 'Birds' }] })
    assert.deepEqual(await named('eve'), { items: [{ kind: 'book', id: 'b1' }] })
  },
}
