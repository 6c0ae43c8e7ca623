import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createPiecework, type Piecework } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import fc from 'fast-check'
import { suite } from 'uvu'
import { ann, bytes, type Setup, withPiecework } from '../support/notebooks.js'
import { format, notes } from '../support/notes.js'
import { cutAfter, draftOf, refused, stored, uploadInCuts } from './support.js'

const test = suite('uploads')
const by = { principal: ann }
const ben = { principal: { id: 'ben' } }

/** `count` processes beside the first one, which run nothing. */
const others = ({ host, store, artifacts }: Setup, count: number): Piecework[] =>
  Array.from({ length: count }, () =>
    createPiecework({ packs: [notes(host)], store, artifacts, runtime: inProcess() }),
  )

/** An archive of many megabytes that cannot be compressed. */
async function largeArchive(piecework: Piecework, { host }: Setup): Promise<Buffer> {
  const lines = Array.from({ length: 25_000 }, () => randomBytes(400).toString('hex'))
  const resource = host.add('b1', 'Birds', lines)
  const { id, result } = await piecework.export({ resource, ...by })
  await result()
  const chunks: Uint8Array[] = []
  for await (const chunk of (await piecework.download(id, by)).bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('an archive that comes in cuts to several processes is imported whole', () =>
  withPiecework(notes, async (piecework, setup) => {
    const content = await largeArchive(piecework, setup)
    assert.ok(content.length > 8.5 * 1024 ** 2, `${content.length} bytes are more than one part`)
    const processes = [piecework, ...others(setup, 2)]
    const { id } = await piecework.createUpload({
      archive: true,
      size: content.length,
      fileName: 'b.zip',
      ...by,
    })
    const archive = { upload: id }
    await refused(piecework.import({ archive, ...by }), 'input-incomplete', /Of upload .* 0 of /)
    await uploadInCuts(processes, id, content, [1, 100_000, 1_000_000, 0, 5])
    const [other = piecework] = processes.slice(1)
    assert.equal((await other.inspect(archive, by)).tree.id, 'b1')
    assert.equal((await other.verify(archive, by)).ok, true)
    const validation = await piecework.validate({ archive, ...by })
    assert.equal((await validation.ended()).job.status, 'succeeded')
    const job = await other.import({ archive, ...by })
    const { resource } = await job.result()
    assert.deepEqual(setup.host.books.get(resource?.id ?? '')?.lines, setup.host.books.get('b1')?.lines)
    assert.deepEqual(await stored(setup), [], 'its parts went with the job')
    await refused(piecework.import({ archive, ...by }), 'uploads-closed', new RegExp(job.id))
    const upload = await piecework.upload(id, by)
    await refused(upload.delete(), 'uploads-closed')
    assert.equal((await upload.status()).isComplete, true)
  }))

test('flat memory, nothing lost: a file of a draft is what was sent, wherever it was cut', () =>
  fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 0, maxLength: 5 }),
      fc.array(fc.nat(3), { maxLength: 6 }),
      (content, cuts) =>
        withPiecework(notes, async (piecework, setup) => {
          const draft = await draftOf(piecework, format)
          const asked = { draft, role: 'cover', size: content.length, fileName: 'blue', ...by }
          const { id } = await piecework.createUpload(asked)
          await uploadInCuts([piecework, ...others(setup, 1)], id, content, cuts)
          const [file] = (await (await piecework.draft(draft, by)).status()).uploads
          assert.deepEqual([file?.id, file?.fileName, file?.size], [id, 'blue', content.length])
          assert.deepEqual((await stored(setup)).length, file?.parts?.length)
        }),
    ),
    {
      numRuns: 30,
      examples: [
        [new Uint8Array(), []],
        [Uint8Array.of(1, 2, 3), [3]],
        [Uint8Array.of(1, 2), [0, 0, 1]],
      ],
    },
  ))

test('a file in parts takes the place of one in one piece and the other way round, and the import reads it', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await draftOf(piecework, format)
    const handle = await piecework.draft(draft, by)
    await handle.upload('text', { stream: bytes('old\n') })
    const content = Buffer.from('one\ntwo\n')
    const metadata = { language: 'en' }
    const asked = { draft, role: 'text', size: content.length, metadata, ...by }
    const first = await piecework.createUpload(asked)
    await uploadInCuts([piecework], first.id, content, [2, 3])
    assert.equal((await stored(setup)).length, 3, 'the old file is gone')
    await handle.upload('text', { stream: bytes('new\n') })
    assert.equal((await stored(setup)).length, 1, 'the parts are gone')
    const second = await piecework.createUpload(asked)
    await uploadInCuts([piecework], second.id, content, [5])
    assert.deepEqual((await handle.status()).uploads[0]?.metadata, metadata)
    const { resource } = await (await handle.run()).result()
    assert.deepEqual(setup.host.books.get(resource?.id ?? '')?.lines, ['one', 'two'])
    assert.deepEqual(await stored(setup), [])
    await refused(second.delete(), 'uploads-closed')
  }))

test('what cannot be taken is refused before the first byte', () =>
  withPiecework(
    notes,
    async (piecework, setup) => {
      const draft = await draftOf(piecework, format)
      const file = { draft, role: 'cover', size: 5, ...by }
      await refused(
        piecework.createUpload({ ...file, size: 6 }),
        'upload-limit',
        /larger than 5 bytes: it has 6/,
      )
      await refused(
        piecework.createUpload({ ...file, role: 'covr' }),
        'options-invalid',
        /did you mean "cover"/,
      )
      await refused(piecework.createUpload({ ...file, metadata: { a: 1 } }), 'options-invalid')
      await refused(piecework.createUpload({ ...file, archive: true } as never), 'options-invalid', /either/)
      await refused(piecework.createUpload({ size: 1, ...by } as never), 'options-invalid', /either/)
      await refused(
        piecework.createUpload({ ...file, draft: { kind: 'notebook', id: 'none' } }),
        'resource-not-found',
      )
      await refused(
        piecework.createUpload({ archive: true, size: 1e6 + 1, ...by }),
        'upload-limit',
        /archive is larger/,
      )
      await piecework.createUpload(file)
      await piecework.createUpload({ archive: true, size: 15, ...by })
      await refused(
        piecework.createUpload({ archive: true, size: 1, ...by }),
        'too-many-uploads',
        /2 unfinished/,
      )
      await refused(piecework.createUpload({ archive: true, size: 22, ...ben }), 'too-many-uploads')
      await piecework.createUpload({ archive: true, size: 20, ...ben })
      await (await piecework.draft(draft, by)).delete()
      await refused(piecework.createUpload(file), 'uploads-closed')
      assert.deepEqual(await stored(setup), [])
    },
    { uploadQuota: { uploads: 2, bytes: 21 }, limits: { archiveBytes: 1e6 } },
  ))

test('an upload goes on where it is, takes no byte more than it has, and belongs to who began it', () =>
  withPiecework(notes, async (piecework) => {
    const upload = await piecework.createUpload({ archive: true, size: 10, ...by })
    const append = (content: string, offset: number) => upload.append(bytes(content), { offset })
    assert.equal((await append('abc', 0)).offset, 3)
    await refused(append('abc', 0), 'upload-offset', /goes on at byte 3, not at 0/)
    await refused(append('abc', 4), 'upload-offset')
    await refused(append('defghijk', 3), 'upload-limit', /10 bytes; more have come/)
    assert.equal((await upload.status()).offset, 3, 'what is too long is not taken')
    assert.equal((await append('defghij', 3)).isComplete, true)
    await refused(append('x', 10), 'uploads-closed')
    await refused(piecework.upload(upload.id, ben), 'upload-not-found')
    await refused(piecework.import({ archive: { upload: upload.id }, ...ben }), 'upload-not-found')
    await refused(piecework.inspect({ upload: upload.id }, ben), 'upload-not-found')
    await refused(piecework.import({ archive: { upload: upload.id }, ...by }), 'archive-invalid')
    assert.equal((await upload.status()).isComplete, true, 'a request that was refused leaves it')
  }))

test('a file that turns out longer than it was to be replaces no other', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await draftOf(piecework, format)
    const handle = await piecework.draft(draft, by)
    const { id } = await handle.upload('cover', { stream: bytes('old') })
    const upload = await piecework.createUpload({ draft, role: 'cover', size: 3, ...by })
    await refused(upload.append(bytes('newer'), { offset: 0 }), 'upload-limit', /more have come/)
    assert.deepEqual(
      (await handle.status()).uploads.map((one) => one.id),
      [id],
    )
    assert.equal((await stored(setup)).length, 1)
    assert.equal((await upload.append(bytes('new'), { offset: 0 })).isComplete, true)
  }))

test('of two that go on with one upload the later one does, and the file is whole', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await draftOf(piecework, format)
    const { id } = await piecework.createUpload({ draft, role: 'cover', size: 5, ...by })
    const [one, two] = [await piecework.upload(id, by), await piecework.upload(id, by)]
    let begin = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    let go = (): void => undefined
    async function* slow() {
      yield Buffer.from('ab')
      begin()
      await new Promise<void>((resolve) => {
        go = resolve
      })
      yield Buffer.from('cde')
    }
    const first = one.append(slow(), { offset: 0 })
    await begun
    const second = two.append(bytes('12345'), { offset: 0 })
    assert.equal((await second).isComplete, true)
    go()
    await refused(first, 'lease-lost')
    assert.equal((await stored(setup)).length, 1, 'what came too late is gone')
    let text = ''
    for await (const chunk of setup.artifacts.open((await stored(setup))[0] ?? '')) text += String(chunk)
    assert.equal(text, '12345')
  }))

test('an upload that is removed leaves nothing, and of a draft takes its file along', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await draftOf(piecework, format)
    const asked = { draft, role: 'cover', size: 5, ...by }
    const half = await piecework.createUpload(asked)
    await assert.rejects(half.append(cutAfter(Buffer.from('12345'), { most: 2 }), { offset: 0 }), /lost/)
    await half.delete()
    const whole = await piecework.createUpload(asked)
    await whole.append(bytes('12345'), { offset: 0 })
    assert.equal((await (await piecework.draft(draft, by)).status()).uploads.length, 1)
    await whole.delete()
    assert.deepEqual((await (await piecework.draft(draft, by)).status()).uploads, [])
    for (const { id } of [half, whole]) await refused(piecework.upload(id, by), 'upload-not-found')
    assert.deepEqual(await stored(setup), [])
  }))

test('a file that is removed from its draft, or replaced there, is no upload any more', () =>
  withPiecework(notes, async (piecework) => {
    const handle = await piecework.draft(await draftOf(piecework, format), by)
    const uploaded = async () => {
      const asked = { draft: handle.resource, role: 'cover', size: 1, ...by }
      const upload = await piecework.createUpload(asked)
      assert.equal((await upload.append(bytes('x'), { offset: 0 })).isComplete, true)
      return upload
    }
    const removed = await uploaded()
    await handle.removeUpload(removed.id)
    const replaced = await uploaded()
    const there = await uploaded()
    for (const upload of [removed, replaced]) await refused(upload.status(), 'upload-not-found')
    assert.equal((await there.status()).isComplete, true)
  }))

test('a draft that ends while a file comes leaves nothing of it', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await draftOf(piecework, format)
    const upload = await piecework.createUpload({ draft, role: 'cover', size: 5, ...by })
    async function* ending() {
      yield Buffer.from('12')
      await (await piecework.draft(draft, by)).delete()
      yield Buffer.from('345')
    }
    await refused(upload.append(ending(), { offset: 0 }), 'uploads-closed')
    assert.deepEqual(await stored(setup), [])
  }))

test.run()
