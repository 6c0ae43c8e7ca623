import assert from 'node:assert/strict'
import {
  createPiecework,
  memoryArtifacts,
  memoryStore,
  type Piecework,
  PieceworkError,
} from '@piecework/core'
import type { Environment, Store } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { FakeClock } from '../support/fake-clock.js'
import { ann, bytes, Notebooks } from '../support/notebooks.js'
import { format, notes } from '../support/notes.js'
import { cutAfter, draftOf, refused, stored } from './support.js'

const test = suite('uploads: faults')
const by = { principal: ann }
const hour = 60 * 60 * 1000
const day = 24 * hour

/** One place, whose processes have this environment and see the store through `through`. */
function place(environment?: Environment) {
  const host = new Notebooks()
  const own = environment && { environment }
  const [store, artifacts] = [memoryStore(own), memoryArtifacts(own)]
  const process = (through: (store: Store) => Store = (same) => same): Piecework =>
    createPiecework({
      packs: [notes(host)],
      store: through(store),
      artifacts,
      runtime: inProcess(),
      sweepMs: hour / 2,
      heartbeatMs: hour,
      ...own,
    })
  return { host, store, artifacts, process }
}

const half = (content: string) => cutAfter(Buffer.from(content), { most: 2 })

test('a process that dies between a part and its row loses that part at most, and another one goes on', async () => {
  const here = place()
  const dying = here.process((store) => ({
    ...store,
    uploads: {
      ...store.uploads,
      add: () => Promise.reject(new PieceworkError('database', 'The process has died.', { retryable: true })),
    },
  }))
  const piecework = here.process()
  const draft = await draftOf(piecework, format)
  const { id } = await piecework.createUpload({ draft, role: 'cover', size: 5, ...by })
  await refused((await dying.upload(id, by)).append(bytes('12345'), { offset: 0 }), 'database')
  assert.equal((await stored(here)).length, 1)
  const upload = await piecework.upload(id, by)
  assert.equal((await upload.status()).offset, 0)
  await assert.rejects(upload.append(half('abcde'), { offset: 0 }), /lost/)
  assert.equal((await upload.append(bytes('cde'), { offset: 2 })).isComplete, true)
  const [file] = (await (await piecework.draft(draft, by)).status()).uploads
  assert.deepEqual(
    file?.parts?.map(({ size }) => size),
    [2, 3],
  )
  await upload.delete()
  assert.deepEqual(await stored(here), [], 'what nobody has recorded is gone with it')
})

test('an archive whose removal stops half-way is not imported, and its bytes go as orphans', async () => {
  const clock = new FakeClock()
  const here = place(clock.process())
  const piecework = here.process()
  const upload = await piecework.createUpload({ archive: true, size: 5, ...by })
  await assert.rejects(upload.append(half('12345'), { offset: 0 }), /lost/)
  await upload.append(bytes('345'), { offset: 2 })
  const { artifacts } = here
  const whole = artifacts.delete
  artifacts.delete = async () => {
    await whole((await stored(here))[0] ?? '')
    throw new Error('The storage is away.')
  }
  await refused(upload.delete(), 'storage')
  artifacts.delete = whole
  assert.equal((await stored(here)).length, 1)
  await refused(piecework.import({ archive: { upload: upload.id }, ...by }), 'upload-not-found')
  await piecework.start()
  await clock.pass(2 * day)
  assert.deepEqual(await stored(here), [])
})

test('an upload that nobody goes on with is removed with its bytes when its time is over; each part gives it more', async () => {
  const clock = new FakeClock()
  const here = place(clock.process())
  const piecework = here.process()
  await piecework.start()
  const draft = await draftOf(piecework, format)
  const ofDraft = await piecework.createUpload({ draft, role: 'cover', size: 5, ...by })
  const archive = await piecework.createUpload({ archive: true, size: 5, ...by })
  for (const upload of [ofDraft, archive]) {
    await assert.rejects(upload.append(half('12345'), { offset: 0 }), /lost/)
  }
  await clock.pass(day - hour)
  await assert.rejects(
    archive.append(cutAfter(Buffer.from('12345'), { offset: 2, most: 1 }), { offset: 2 }),
    /lost/,
  )
  await clock.pass(2 * hour)
  await refused(piecework.upload(ofDraft.id, by), 'upload-not-found')
  assert.equal((await archive.status()).offset, 3)
  assert.deepEqual(
    (await stored(here)).map((key) => key.includes(archive.id)),
    [true, true],
  )
  await clock.pass(day)
  await refused(archive.append(bytes('45'), { offset: 3 }), 'upload-not-found')
  assert.deepEqual(await stored(here), [])
  assert.equal((await (await piecework.draft(draft, by)).status()).status, 'draft')
})

test('a file that a draft has stays when its upload is forgotten, and one whose time is over takes no more', async () => {
  const clock = new FakeClock()
  const here = place(clock.process())
  const piecework = here.process()
  const draft = await draftOf(piecework, format)
  const whole = await piecework.createUpload({ draft, role: 'cover', size: 5, ...by })
  await whole.append(bytes('12345'), { offset: 0 })
  const late = await piecework.createUpload({ draft, role: 'text', size: 5, ...by })
  await clock.pass(day + hour)
  await refused(late.append(bytes('12345'), { offset: 0 }), 'expired')
  await piecework.start()
  await clock.pass(hour)
  for (const { id } of [whole, late]) await refused(piecework.upload(id, by), 'upload-not-found')
  assert.equal((await (await piecework.draft(draft, by)).status()).uploads.length, 1)
  assert.equal((await stored(here)).length, 1)
})

test('an archive that comes for days is no orphan', async () => {
  const clock = new FakeClock()
  const here = place(clock.process())
  const piecework = here.process()
  await piecework.start()
  const archive = await piecework.createUpload({ archive: true, size: 10, ...by })
  for (let offset = 0; offset < 5; offset += 1) {
    const content = cutAfter(Buffer.from('0123456789'), { offset, most: 1 })
    await assert.rejects(archive.append(content, { offset }), /lost/)
    await clock.pass(day - 2 * hour)
  }
  assert.equal((await archive.status()).offset, 5)
  assert.equal((await stored(here)).length, 5)
})

test.run()
