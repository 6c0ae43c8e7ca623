import assert from 'node:assert/strict'
import {
  type ImportDraft,
  isPieceworkError,
  memoryArtifacts,
  memoryStore,
  type Piecework,
  PieceworkError,
} from '@piecework/core'
import type { Database, Transaction } from '@piecework/core/store'
import { suite } from 'uvu'
import { newJob } from '../support/fake-job.js'
import { ann, bytes, keys, type Setup, withPiecework } from '../support/notebooks.js'
import { format, notes } from '../support/notes.js'

const test = suite('engine: draft')

const createDraft = (piecework: Piecework, more = {}): Promise<ImportDraft> =>
  piecework.createDraft({ format, principal: ann, name: 'Notes', ...more })

const text = (content: string) => ({ stream: bytes(content), fileName: 'my text.txt' })

const draftJob = newJob('d1')

const refused = (work: Promise<unknown>, code: Parameters<typeof isPieceworkError>[1], words = /./) =>
  assert.rejects(work, (error) => isPieceworkError(error, code) && words.test(error.message))

const uploadsOf = (draft: ImportDraft, { artifacts }: Pick<Setup, 'artifacts'>) =>
  keys(artifacts, `jobs/${draft.job}`)

test('nothing half-made: uploads fill a shell that is hidden until the import has succeeded', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await createDraft(piecework, { description: 'mine' })
    const { resource, resources } = draft
    assert.deepEqual(resources, [resource])
    const shell = setup.host.books.get(resource.id)
    assert.deepEqual([shell?.name, shell?.owner, shell?.visible], ['Notes', 'ann', false])
    await refused(
      piecework.guard.edit(resource, async () => {}),
      'resource-busy',
    )
    assert.deepEqual((await draft.status()).missing, ['text'])
    const { status, firstStep } = await draft.validationResults()
    assert.deepEqual([status, firstStep], ['none', undefined])

    const upload = await draft.upload('text', { ...text('one\nodd\n'), metadata: { language: 'en' } })
    assert.deepEqual(
      [upload.role, upload.fileName, upload.size, upload.metadata],
      ['text', 'my text.txt', 8, { language: 'en' }],
    )
    const found = await piecework.draft(resource, { principal: ann })
    const { keptUntil, ...now } = await found.status()
    assert.deepEqual(now, { status: 'draft', uploads: [upload], missing: [] })
    assert.ok(keptUntil && keptUntil > new Date())
    assert.equal((await (await found.validate()).ended()).job.status, 'succeeded')
    assert.equal((await found.status()).status, 'draft')

    const { resource: made } = await (
      await draft.run({ options: { 'notes/text': { upper: true } } })
    ).result()
    assert.deepEqual(made, resource)
    assert.deepEqual(setup.host.books.get(resource.id)?.lines, ['ONE', 'ODD'])
    assert.ok(setup.host.books.get(resource.id)?.visible)
    const results = await draft.validationResults()
    assert.deepEqual([results.status, results.errors, results.warnings], ['passed', 0, 2])
    assert.match(results.firstStep ?? '', /^Nothing has to be mended; look at .*text.* first: .*\.$/)
    assert.equal((await draft.status()).status, 'succeeded')
    assert.deepEqual(await uploadsOf(draft, setup), [])
    await piecework.guard.edit(resource, async () => {})
    await refused(draft.delete(), 'unsupported')
    assert.ok(setup.host.books.has(resource.id))
  }))

test('what changes a draft is recorded: uploads before they are taken, a run in the step that begins it', () =>
  withPiecework(notes, async (piecework, { store }) => {
    const recorded = async () =>
      (await store.records.list({}))
        .map(({ action, outcome, job, code }) => [action, outcome, job, code])
        .reverse()
    await refused(createDraft(piecework, { format: 'none' }), 'options-invalid')
    const draft = await createDraft(piecework)
    const { job } = draft
    await refused(draft.run(), 'input-incomplete')
    const upload = await draft.upload('cover', { stream: bytes('jpeg') })
    await draft.removeUpload(upload.id)
    await draft.upload('text', text('one\n'))
    await (await draft.run()).result()
    await refused(draft.upload('text', text('two\n')), 'uploads-closed')
    await refused(draft.run(), 'uploads-closed')
    const other = await createDraft(piecework)
    await other.delete()
    const about = (id: string, ...entries: (string | undefined)[][]) =>
      entries.map(([action, outcome, code]) => [action, outcome, id, code])
    assert.deepEqual(await recorded(), [
      ...about(
        job,
        ['import', 'allowed'],
        ['draft', 'failed', 'input-incomplete'],
        ['draft', 'allowed'],
        ['draft', 'allowed'],
        ['draft', 'allowed'],
        ['draft', 'allowed'],
        ['draft', 'failed', 'uploads-closed'],
      ),
      ...about(other.job, ['import', 'allowed'], ['draft', 'allowed']),
    ])
  }))

test('a second upload of a role replaces the first, and one can be removed by its id', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await createDraft(piecework)
    const first = await draft.upload('text', text('first\n'))
    const second = await draft.upload('text', text('second\n'))
    const cover = await draft.upload('cover', text('blue'))
    assert.deepEqual((await draft.status()).uploads, [second, cover])
    assert.deepEqual(await uploadsOf(draft, setup), [second.artifact, cover.artifact].sort())
    assert.equal(await draft.removeUpload(first.id), false)
    assert.equal(await draft.removeUpload(cover.id), true)
    assert.deepEqual((await draft.status()).uploads, [second])
    assert.deepEqual(await uploadsOf(draft, setup), [second.artifact])
  }))

test('uploads of unknown roles, too large, or with other metadata are refused and leave nothing', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await createDraft(piecework)
    await refused(draft.upload('sound', text('x')), 'options-invalid', /text, cover/)
    await refused(draft.upload('constructor', text('x')), 'options-invalid')
    await refused(draft.upload('cover', text('x'.repeat(6))), 'upload-limit', /5 bytes/)
    const wrong = { ...text('x'), metadata: { langage: 'en' } }
    await refused(draft.upload('text', wrong), 'options-invalid', /metadata of text is .*(langage|language)/)
    await refused(draft.upload('cover', { ...text('x'), metadata: {} }), 'options-invalid')
    const cyclic: Record<string, unknown> = {}
    cyclic.again = cyclic
    for (const metadata of [
      { language: Array.from({ length: 100_000 }, () => []) },
      { language: 'x'.repeat(70_000) },
      Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`p${at}`, 0])),
      cyclic,
    ])
      await refused(
        draft.upload('text', { ...text('x'), metadata }),
        'options-invalid',
        /hold more than 1000 values/,
      )
    await refused(draft.upload('cover', {} as never), 'options-invalid', /\{ stream \}/)
    await refused(createDraft(piecework, { name: ' ' }), 'options-invalid')
    assert.deepEqual((await draft.status()).uploads, [])
    assert.deepEqual(await uploadsOf(draft, setup), [])
    await refused(draft.run(), 'input-incomplete', /text/)
    await refused(draft.validate(), 'input-incomplete', /text/)
    assert.equal((await draft.status()).status, 'draft')
    await refused(
      piecework.import({ format, principal: ann, uploads: { cover: text('blue'), sound: text('x') } }),
      'options-invalid',
    )
  }))

test('all problems at once: validation runs any number of times, and reports all of each file', () =>
  withPiecework(notes, async (piecework, { host }) => {
    const draft = await createDraft(piecework)
    await draft.upload('text', text('bad\nodd\nbad\n'))
    const first = await draft.validate()
    await first.ended()
    const results = await draft.validationResults()
    assert.deepEqual(
      [results.status, results.job, results.errors, results.warnings],
      ['failed', first.id, 2, 2],
    )
    assert.match(results.firstStep ?? '', /^Mend line 1 of text first: .*\.$/)
    assert.equal((await piecework.job(first.id, { principal: ann })).firstStep, results.firstStep)
    assert.deepEqual(
      results.files.map(({ file, errors, findings }) => [file, errors, findings.map(({ line }) => line)]),
      [['text', 2, [1, 3, undefined, 2]]],
    )
    assert.equal(results.outdated, false)
    await draft.upload('text', text('good\n'))
    assert.equal((await draft.validationResults()).outdated, true)
    await (await draft.validate()).ended()
    assert.deepEqual(
      [(await draft.validationResults()).status, host.books.get(draft.resource.id)?.lines],
      ['passed', []],
    )
  }))

test('the results are those of the import where it has validated last', () =>
  withPiecework(notes, async (piecework) => {
    const draft = await createDraft(piecework)
    await draft.upload('text', text('good\n'))
    await (await draft.validate()).ended()
    await draft.upload('text', text('bad\n'))
    const job = await draft.run()
    await job.ended()
    const { status, errors, job: from, outdated } = await draft.validationResults()
    assert.deepEqual([status, errors, from, outdated], ['failed', 1, job.id, false])
    assert.deepEqual((await draft.status()).uploads, [])
  }))

test('a draft is found, and the results of its import, however many validations came after it', () =>
  withPiecework(notes, async (piecework) => {
    const { resource, upload, validate } = await createDraft(piecework)
    await upload('text', text('good\n'))
    for (let count = 0; count <= 100; count += 1) await (await validate()).ended()
    const draft = await piecework.draft(resource, { principal: ann })
    await draft.upload('text', text('bad\n'))
    const job = await draft.run()
    await job.ended()
    const { status, job: from } = await draft.validationResults()
    assert.deepEqual([status, from], ['failed', job.id])
    assert.equal((await piecework.jobs({ resource, making: true, principal: ann }))[0]?.id, job.id)
  }))

test('once the import runs nothing can be uploaded, removed, validated or run again, whatever becomes of it', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await createDraft(piecework)
    const upload = await draft.upload('text', text('bad\n'))
    const runs = await Promise.allSettled([draft.run(), draft.run(), draft.run()])
    const [run] = runs.filter((one) => one.status === 'fulfilled')
    assert.equal(runs.filter((one) => one.status === 'fulfilled').length, 1)
    const closed = async () => {
      await refused(draft.upload('text', text('good\n')), 'uploads-closed')
      await refused(draft.removeUpload(upload.id), 'uploads-closed')
      await refused(draft.validate(), 'uploads-closed')
      await refused(draft.run(), 'uploads-closed')
    }
    await closed()
    await run?.value.ended()
    assert.equal((await draft.status()).status, 'failed')
    assert.equal((await draft.validationResults()).status, 'failed')
    await closed()
    assert.deepEqual(await uploadsOf(draft, setup), [])
    assert.equal(setup.host.books.get(draft.resource.id)?.visible, false)
    await refused(
      piecework.guard.edit(draft.resource, async () => {}),
      'resource-not-found',
    )
    await draft.delete()
    await draft.delete()
    assert.ok(!setup.host.books.has(draft.resource.id))
  }))

test('deleting stops a running import and takes everything with it', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await createDraft(piecework, { keepUploads: true })
    await draft.upload('text', text('one\nwait\n'))
    await draft.run()
    for await (const { job } of piecework.watch(draft.job, { principal: ann }))
      if (job.status === 'running') break
    await draft.delete()
    assert.equal((await piecework.job(draft.job, { principal: ann })).job.status, 'cancelled')
    assert.ok(!setup.host.books.has(draft.resource.id))
    assert.deepEqual(await uploadsOf(draft, setup), [])
  }))

test('uploads that are to be kept outlive the import', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await createDraft(piecework, { keepUploads: true })
    const { artifact } = await draft.upload('text', text('one\n'))
    await (await draft.validate()).result()
    await (await draft.run()).result()
    assert.deepEqual(await uploadsOf(draft, setup), [artifact])
  }))

test('an upload whose answer was lost is there, and so is one whose predecessor could not be deleted', async () => {
  const store = memoryStore()
  const artifacts = memoryArtifacts()
  let isCut = true
  const put: typeof store.drafts.put = async (...given) => {
    const replaced = await store.drafts.put(...given)
    if (!isCut) return replaced
    throw new PieceworkError('database', 'The connection was cut.', { retryable: true })
  }
  const options = {
    store: { ...store, drafts: { ...store.drafts, put } },
    artifacts: {
      ...artifacts,
      delete: (key: string) =>
        key.includes('/uploads/') ? Promise.reject(new Error('away')) : artifacts.delete(key),
    },
  }
  await withPiecework(
    notes,
    async (piecework) => {
      const draft = await createDraft(piecework)
      await refused(draft.upload('text', text('one\n')), 'database')
      assert.deepEqual((await draft.status()).missing, [])
      await (await draft.validate()).result()
      isCut = false
      await draft.upload('text', text('two\n'))
      await (await draft.run()).result()
    },
    options,
  )
})

test('nothing half-made: a draft that was left alone takes uploads that were to be kept with it', () =>
  withPiecework(
    notes,
    async (piecework, setup) => {
      const draft = await createDraft(piecework, { keepUploads: true })
      await draft.upload('text', text('one\n'))
      await piecework.cancel(draft.job, { principal: ann })
      const other = await createDraft(piecework, { keepUploads: true })
      await other.upload('text', text('one\n'))
      for await (const { job } of piecework.watch(other.job, { principal: ann }))
        if (job.status === 'cancelled') break
      assert.deepEqual(await uploadsOf(other, setup), [])
      assert.deepEqual((await other.status()).uploads, [])
      // The shell of the one that was cancelled is there, and so are its files.
      assert.equal((await uploadsOf(draft, setup)).length, 1)
    },
    { draftTtlMs: 100, sweepMs: 20 },
  ))

test('nothing half-made: a draft does not expire before its shell is made', async () => {
  const database: Database = {
    query: async () => ({ rows: [], rowCount: 0 }),
    transaction: async (work) => {
      const done = await work({} as Transaction)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return done
    },
  }
  const store = memoryStore({ database })
  const made = store.drafts.create({ ...draftJob, kind: 'import', claims: [] }, async () => {
    assert.deepEqual(await store.drafts.idle(new Date(Date.now() + 60_000)), [])
  })
  assert.deepEqual(await store.drafts.idle(new Date((await made).createdAt.getTime() + 1)), [draftJob.id])
})

test('an upload that the host keeps itself is read, and never deleted', () =>
  withPiecework(notes, async (piecework, setup) => {
    await setup.artifacts.put('host/text', bytes('one\n'))
    await setup.artifacts.put('host/cover', bytes('too large'))
    const draft = await createDraft(piecework)
    await draft.upload('text', { artifact: 'host/text' })
    await refused(draft.upload('cover', { artifact: 'host/cover' }), 'upload-limit')
    await refused(draft.upload('cover', { artifact: 'host/gone' }), 'artifact-not-found')
    await draft.upload('text', { artifact: 'host/text' })
    await (await draft.run()).result()
    assert.deepEqual(await keys(setup.artifacts, 'host'), ['host/cover', 'host/text'])
  }))

test('an upload taken over from another draft stays when that one is deleted', () =>
  withPiecework(notes, async (piecework) => {
    const failed = await createDraft(piecework, { keepUploads: true })
    await failed.upload('text', text('one\nbad\n'))
    assert.equal((await (await failed.run()).ended()).job.status, 'failed')
    const [kept] = (await failed.status()).uploads
    assert.ok(kept)
    const second = await createDraft(piecework)
    const { size } = await second.upload('text', { artifact: kept.artifact })
    assert.equal(size, kept.size)
    await failed.delete()
    await refused(second.upload('cover', { artifact: kept.artifact }), 'artifact-not-found')
    await (await second.validate()).ended()
    assert.deepEqual((await second.status()).missing, [])
    assert.equal((await (await second.run()).ended()).job.error?.code, 'validation-failed')
  }))

test('what is left alone is removed, with the reason', () =>
  withPiecework(
    notes,
    async (piecework, setup) => {
      const draft = await createDraft(piecework)
      await draft.upload('text', text('one\n'))
      for await (const { job } of piecework.watch(draft.job, { principal: ann }))
        if (job.status === 'cancelled') break
      assert.equal((await piecework.job(draft.job, { principal: ann })).job.error?.code, 'expired')
      assert.ok(!setup.host.books.has(draft.resource.id))
      assert.deepEqual(await uploadsOf(draft, setup), [])
      await refused(draft.run(), 'uploads-closed')
    },
    { draftTtlMs: 100, sweepMs: 20 },
  ))

test('only what a format makes of any uploads has drafts, for those who may import', async () => {
  await withPiecework(
    (host) => ({ ...notes(host), formats: [{ name: 'other', roles: {}, pieces: [], open: notOpened }] }),
    async (piecework) => {
      await refused(createDraft(piecework, { format: 'other' }), 'unsupported')
      await refused(createDraft(piecework, { format: 'archive' }), 'unsupported')
      await refused(createDraft(piecework, { format: 'none' }), 'options-invalid')
      await refused(
        piecework.draft({ kind: 'notebook', id: 'none' }, { principal: ann }),
        'resource-not-found',
      )
    },
  )
  const access = { allows: async () => false }
  await withPiecework(notes, (piecework) => refused(createDraft(piecework), 'forbidden'), { access })
})

const notOpened = () => Promise.reject(new Error('not opened'))

test('a draft that failed is not retried: its shell can only be deleted', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await createDraft(piecework)
    await draft.upload('text', text('bad\n'))
    const { job } = await (await draft.run()).ended()
    assert.equal(job.status, 'failed')
    await refused(piecework.retry(job.id, { principal: ann }), 'unsupported', /create a new draft/)
    assert.deepEqual(await uploadsOf(draft, setup), [])
    await draft.delete()
    assert.equal(setup.host.books.size, 0)
  }))

test('a draft that has run and failed is repeated with its files, once for each request, until their time is over', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await createDraft(piecework, { keepUploads: 'failed', description: 'of spring' })
    await draft.upload('text', text('bad\n'))
    await draft.upload('cover', { ...text('c'), fileName: 'cover.txt' })
    const principal = ann
    await refused(piecework.repeatDraft(draft.resource, { principal }), 'unsupported', /has not ended/)
    assert.equal((await (await draft.run()).ended()).job.status, 'failed')
    const before = await draft.status()
    assert.ok((before.keptUntil?.getTime() ?? 0) > Date.now())
    assert.deepEqual(before.uploads.map(({ role }) => role).sort(), ['cover', 'text'])
    const requestKey = { key: 'again', digest: 'd' }
    const again = await piecework.repeatDraft(draft.resource, { principal, requestKey })
    const same = await piecework.repeatDraft(draft.resource, { principal, requestKey })
    assert.deepEqual([again.job === draft.job, same.job], [false, again.job])
    // They are its own.
    await draft.delete()
    assert.deepEqual(await uploadsOf(draft, setup), [])
    const { uploads, status } = await again.status()
    assert.deepEqual(
      [status, ...uploads.map(({ role, fileName, size }) => [role, fileName, size])],
      [
        'draft',
        ['text', before.uploads.find(({ role }) => role === 'text')?.fileName, 4],
        ['cover', 'cover.txt', 1],
      ],
    )
    await again.upload('text', text('good\n'))
    await (await again.run()).result()
    assert.deepEqual(await uploadsOf(again, setup), [], 'nothing is kept of a success')
    await refused(piecework.repeatDraft(again.resource, { principal }), 'unsupported', /has succeeded/)
    await refused(piecework.repeatDraft(draft.resource, { principal }), 'expired')
    const job = await setup.store.jobs.get(again.job)
    assert.equal(job?.request.description, 'of spring')
  }))

test('a draft that was cancelled before it ran keeps no files', () =>
  withPiecework(notes, async (piecework, setup) => {
    const draft = await createDraft(piecework, { keepUploads: 'failed' })
    await draft.upload('text', text('one\n'))
    await piecework.cancel(draft.job, { principal: ann })
    for await (const { job } of piecework.watch(draft.job, { principal: ann }))
      if (job.status === 'cancelled') break
    assert.deepEqual(await uploadsOf(draft, setup), [])
  }))

test('an import of files that failed is retried over the same files', () =>
  withPiecework(notes, async (piecework) => {
    const uploads = { text: text('bad\n') }
    const { job } = await (
      await piecework.import({ format, uploads, principal: ann, keepUploads: true })
    ).ended()
    assert.equal(job.status, 'failed')
    const again = await (await piecework.retry(job.id, { principal: ann })).ended()
    assert.deepEqual([again.job.error?.code, again.job.retryOf], ['validation-failed', job.id])
    assert.equal(again.findings[0]?.file, 'text')
  }))

test('a draft that ends while its import is planned has ended; no upload of it is missing', () => {
  const artifacts = memoryArtifacts()
  return withPiecework(
    notes,
    async (piecework) => {
      for (const begin of ['run', 'validate'] as const) {
        const draft = await createDraft(piecework)
        const { stat } = artifacts
        await draft.upload('text', text('one\n'))
        let isDeleted = false
        artifacts.stat = async (key) => {
          if (key.startsWith(`jobs/${draft.job}`) && !isDeleted) {
            isDeleted = true
            await draft.delete()
          }
          return stat(key)
        }
        await refused(draft[begin](), 'uploads-closed', /has ended/)
        assert.ok(isDeleted)
        artifacts.stat = stat
      }
    },
    { artifacts },
  )
})

test.run()
