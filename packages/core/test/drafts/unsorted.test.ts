import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type ImportDraft, isPieceworkError, type Pack, PieceworkError } from '@piecework/core'
import {
  type FileToZip,
  type Format,
  type NewFinding,
  type Piece,
  type UnsortedFiles,
  uploadEntries,
  zipFiles,
} from '@piecework/core/piece'
import { suite } from 'uvu'
import { ann, bytes, keys, type Notebooks, type Setup, withPiecework } from '../support/notebooks.js'
import { format, notes } from '../support/notes.js'

const test = suite('drafts: unsorted files')
const by = { principal: ann }
const unsorted = 'unsorted'

const refused = (work: Promise<unknown>, code: Parameters<typeof isPieceworkError>[1], words = /./) =>
  assert.rejects(work, (error) => isPieceworkError(error, code) && words.test(error.message))

/** What `sort` was given, and what it found: `text.txt` is the text, `cover.jpg` the cover. */
interface Seen {
  readonly folders: (readonly string[])[]
  readonly given: string[][]
  /** What happens while it works, once. */
  during?: ((folder: string) => Promise<unknown>) | undefined
}

const noText: NewFinding = { severity: 'error', code: 'notes/no-text', message: 'There is no text.txt.' }
const choice = (folder: string): NewFinding => ({
  severity: 'warning',
  code: 'notes/choice',
  message: `${folder} has text.txt and ${join(folder, 'other.txt')}: text.txt was taken.`,
})

function sorting(seen: Seen): (host: Notebooks) => Pack {
  const sort: UnsortedFiles['sort'] = async (folder, { given }) => {
    const all = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = all.filter((one) => one.isFile())
    const paths = files.map((one) => join(one.parentPath, one.name).slice(folder.length + 1)).sort()
    seen.folders.push(paths)
    seen.given.push(Object.keys(given))
    const { during } = seen
    seen.during = undefined
    await during?.(folder)
    if (paths.includes('alien.txt'))
      throw new PieceworkError('notes/alien', `${folder} is another program's: ${join(folder, 'alien.txt')}.`)
    const found = [
      ['text', 'text.txt'],
      ['cover', 'cover.jpg'],
    ].flatMap(([role = '', name = '']) => {
      const path = paths.find((one) => one === name || one.endsWith(`/${name}`))
      return path === undefined || given[role] !== undefined ? [] : [{ role, path }]
    })
    const isMissing = given.text === undefined && !found.some(({ role }) => role === 'text')
    if (given.text !== undefined) assert.ok((await readFile(given.text, 'utf8')).length > 0)
    return {
      uploads: Object.fromEntries(found.map(({ role, path }) => [role, { file: join(folder, path) }])),
      files: found,
      missing: isMissing ? ['text'] : [],
      findings: [
        ...(isMissing ? [{ ...noText, ...(given.cover && { file: given.cover }) }] : []),
        ...(paths.includes('other.txt') ? [choice(folder)] : []),
      ],
    }
  }
  return (host) => notes(host, { unsorted: { maxBytes: 2000, maxFiles: 4, sort } })
}

/** Reads what there is; a cover may be torn, and an empty text is refused. */
function partly(whole: Format, host: Notebooks): Format {
  const cover: Piece = {
    contract: 1,
    name: 'notes/cover',
    of: 'notebook',
    version: 1,
    validators: [
      {
        validate: async function* ({ entries }) {
          if (entries.facts('text')?.size === 0)
            yield { severity: 'error', code: 'notes/empty', file: 'text', message: 'There is no line.' }
          let content = ''
          if (entries.paths.includes('cover'))
            for await (const chunk of entries.open('cover')) content += Buffer.from(chunk).toString()
          if (content === 'torn')
            yield { severity: 'error', code: 'notes/torn', file: 'cover', message: 'It is torn.' }
        },
      },
      {
        // biome-ignore lint/correctness/useYield: it stops at once.
        validate: async function* ({ entries }) {
          if (entries.facts('text')?.size === 0)
            throw new PieceworkError('archive-invalid', 'There is no header.', { facts: { entry: 'text' } })
        },
      },
    ],
    importer: { import: async () => ({ rows: host.books.size }) },
  }
  const pieces = [...whole.pieces, cover]
  const { tree } = whole
  assert.ok(tree)
  return {
    ...whole,
    pieces,
    partial: true,
    open: async ({ uploads, artifacts, missing }) => {
      const entries = await uploadEntries(uploads, artifacts, missing)
      const { kind, id } = tree
      const nodes = pieces.map(({ name, version }) => ({
        resource: { kind, id },
        piece: name,
        version,
        entries,
      }))
      return { tree, nodes, findings: [], close: async () => {} }
    },
  }
}

const withDraft = (use: (draft: ImportDraft, seen: Seen, setup: Setup) => Promise<void>) => {
  const seen: Seen = { folders: [], given: [] }
  return withPiecework(sorting(seen), async (piecework, setup) =>
    use(await piecework.createDraft({ format, name: 'Notes', ...by }), seen, setup),
  )
}

const file = (fileName: string, content = 'one\n') => ({ stream: bytes(content), fileName })
const zip = (files: readonly FileToZip[], fileName = 'folder.zip') => ({
  stream: zipFiles(files, {}),
  fileName,
})
const zipped = (name: string, content = 'one\n'): FileToZip => ({ name, open: () => bytes(content) })

const sortedRoles = async (draft: ImportDraft) =>
  (await rolesOf(draft)).filter((one) => !one.startsWith('unsorted '))

const rolesOf = async (draft: ImportDraft) =>
  (await draft.status()).uploads.map(({ role, fileName }) => `${role} ${fileName}`).sort()

test('files are given their roles, and the import runs when nothing is missing', () =>
  withDraft(async (draft, seen, setup) => {
    await draft.upload(unsorted, file('my notes/größe/cover.jpg', 'blue'))
    const first = await draft.sort()
    assert.deepEqual([first.missing, first.files.length], [['text'], 1])
    assert.deepEqual(
      first.findings.map(({ code, piece }) => [code, piece]),
      [['notes/no-text', format]],
    )
    await assert.rejects(
      draft.run(),
      (error) =>
        isPieceworkError(error, 'input-incomplete') && error.findings[0]?.message === 'There is no text.txt.',
    )
    assert.deepEqual(await sortedRoles(draft), ['cover cover.jpg'])
    await draft.upload(unsorted, file('my notes/text.txt', 'old\n'))
    await draft.upload(unsorted, file('my notes/text.txt', 'new\n'))
    await draft.upload(unsorted, file('my notes/readme.md', 'nothing'))
    const { files, missing } = await draft.sort()
    assert.deepEqual([files.map(({ role }) => role), missing], [['text', 'cover'], []])
    assert.deepEqual(seen.folders.at(-1), ['größe/cover.jpg', 'readme.md', 'text.txt'])
    assert.deepEqual(await sortedRoles(draft), ['cover cover.jpg', 'text text.txt'])
    const run = await draft.run()
    const { resource } = await run.result()
    assert.deepEqual(setup.host.books.get(resource?.id ?? '')?.lines, ['new'])
  }))

test('what has come is validated while a file is missing, where the format can', () =>
  withPiecework(
    (host) => {
      const pack = sorting({ folders: [], given: [] })(host)
      return { ...pack, formats: pack.formats?.map((one) => partly(one, host)) ?? [] }
    },
    async (piecework) => {
      const draft = await piecework.createDraft({ format, name: 'Notes', ...by })
      await refused(draft.validate({ partial: true }), 'input-incomplete')
      await draft.upload(unsorted, file('cover.jpg', 'torn'))
      await refused(draft.validate(), 'input-incomplete', /text/)
      const partial = await draft.validate({ partial: true })
      assert.equal((await partial.ended()).job.error?.message, 'notes/cover: 1 error in the input.')
      const found = await draft.validationResults()
      const codes = found.files.flatMap(({ findings }) => findings.map(({ code }) => code))
      assert.deepEqual([found.status, found.missing, found.outdated], ['failed', ['text'], false])
      assert.deepEqual(codes, ['notes/no-text', 'notes/torn'], 'nothing of the file that is missing')
      await refused(draft.run(), 'input-incomplete', /text/)
      await draft.upload(unsorted, file('cover.jpg', 'blue'))
      await (await draft.validate({ partial: true })).result()
      await draft.upload(unsorted, file('text.txt', 'bad\n'))
      assert.equal((await draft.validationResults()).outdated, true)
      await (await draft.validate({ partial: true })).ended()
      const whole = await draft.validationResults()
      assert.deepEqual([whole.missing, whole.status, whole.errors], [undefined, 'failed', 1])
      await draft.upload(unsorted, file('text.txt'))
      await (await draft.run()).result()
    },
  ))

test('a format that cannot do it refuses to validate a part', () =>
  withDraft(async (draft) => {
    await draft.upload(unsorted, file('cover.jpg', 'blue'))
    await refused(draft.validate({ partial: true }), 'input-incomplete', /text/)
  }))

for (const method of ['sort', 'validate', 'run'] as const)
  test(`${method} of who has gone leaves no file here and no job, whatever still works`, () =>
    withDraft(async (draft, seen, { store }) => {
      await draft.upload(unsorted, file('text.txt'))
      const gone = new AbortController()
      let inside = ''
      let goOn = (): void => undefined
      seen.during = (folder) => {
        inside = folder
        assert.ok(existsSync(join(folder, 'text.txt')))
        gone.abort(new Error('gone'))
        return new Promise<void>((resolve) => {
          goOn = resolve
        })
      }
      const { signal } = gone
      await assert.rejects(method === 'sort' ? draft.sort(signal) : draft[method]({ signal }), /gone/)
      assert.ok(inside !== '' && !existsSync(dirname(inside)), inside)
      goOn()
      for (let at = 0; at < 20; at += 1) await setImmediate()
      assert.deepEqual([await sortedRoles(draft), (await draft.status()).status], [[], 'draft'])
      assert.equal((await store.jobs.list({})).length, 1)
      assert.ok(!existsSync(dirname(inside)))
      assert.deepEqual((await draft.sort()).missing, [])
    }))

test('a zip of the folder is unpacked; what came with its role stays', () =>
  withDraft(async (draft, seen) => {
    await draft.upload('cover', file('mine.jpg', 'red'))
    await draft.upload(
      unsorted,
      zip([zipped('notes/text.txt'), zipped('__MACOSX/notes/._text.txt', 'x'), zipped('notes/cover.jpg')]),
    )
    await (await draft.validate()).ended()
    assert.deepEqual([seen.folders.at(-1), seen.given.at(-1)], [['cover.jpg', 'text.txt'], ['cover']])
    assert.deepEqual(await sortedRoles(draft), ['cover mine.jpg', 'text text.txt'])
    assert.equal((await draft.validationResults()).status, 'passed')
  }))

test('a file that is corrected after a sort is the one that is imported, and one that is removed is not', () =>
  withDraft(async (draft, seen, setup) => {
    await draft.upload(unsorted, file('notes/text.txt', 'wrong\n'))
    const { id: cover } = await draft.upload(unsorted, file('notes/cover.jpg', 'blue'))
    await draft.sort()
    await (await draft.validate()).ended()
    const sorts = seen.folders.length
    await (await draft.validate()).ended()
    assert.equal(seen.folders.length, sorts, 'nothing has changed')
    await draft.sort()
    assert.equal((await draft.validationResults()).outdated, false, 'what a sort finds again is the same')
    const { id: own } = await draft.upload('cover', file('mine.jpg', 'red'))
    await draft.removeUpload(own)
    await (await draft.validate()).ended()
    assert.deepEqual(await sortedRoles(draft), ['cover cover.jpg', 'text text.txt'])
    await draft.upload(unsorted, file('notes/text.txt', 'right\n'))
    assert.equal((await draft.validationResults()).outdated, true)
    await draft.removeUpload(cover)
    await (await draft.validate()).ended()
    assert.equal((await draft.validationResults()).outdated, false)
    assert.deepEqual(await sortedRoles(draft), ['text text.txt'])
    assert.equal((await keys(setup.artifacts, `jobs/${draft.job}`)).length, 2, 'one file, and what it became')
    const { resource } = await (await draft.run()).result()
    assert.deepEqual(setup.host.books.get(resource?.id ?? '')?.lines, ['right'])
    assert.deepEqual(await keys(setup.artifacts, `jobs/${draft.job}`), [])
  }))

test('without the unsorted files there is nothing that was made of them', () =>
  withDraft(async (draft) => {
    const { id } = await draft.upload(unsorted, file('text.txt'))
    await draft.sort()
    await draft.removeUpload(id)
    await refused(draft.run(), 'input-incomplete')
    assert.deepEqual(await rolesOf(draft), [])
  }))

test('a file that comes while a sort runs is not lost: the sort is refused', () =>
  withDraft(async (draft, seen, setup) => {
    await draft.upload(unsorted, file('text.txt', 'old\n'))
    for (const [role, source] of [
      ['text', file('mine.txt', 'mine\n')],
      [unsorted, file('text.txt', 'new\n')],
    ] as const) {
      seen.during = () => draft.upload(role, source)
      await refused(draft.sort(), 'resource-busy')
    }
    assert.deepEqual(await rolesOf(draft), ['text mine.txt', 'unsorted text.txt'])
    assert.equal((await keys(setup.artifacts, `jobs/${draft.job}`)).length, 2, 'nothing half-made stays')
    const { open } = setup.artifacts
    setup.artifacts.open = async function* (key, range) {
      setup.artifacts.open = open
      await draft.upload(unsorted, file('text.txt', 'newest\n'))
      yield* open(key, range)
    }
    await refused(draft.sort(), 'resource-busy')
    await Promise.all([draft.sort(), draft.sort()])
    const { resource } = await (await draft.run()).result()
    assert.deepEqual(setup.host.books.get(resource?.id ?? '')?.lines, ['mine'])
  }))

test('what a sort had to choose stays in the results of the validation', () =>
  withDraft(async (draft) => {
    await draft.upload(unsorted, file('text.txt'))
    await draft.upload(unsorted, file('other.txt'))
    await (await draft.validate()).ended()
    const { status, warnings, files } = await draft.validationResults()
    assert.deepEqual([status, warnings], ['passed', 1])
    assert.deepEqual(
      files.flatMap(({ findings }) => findings.map(({ code, message }) => [code, message])),
      [['notes/choice', 'The folder has text.txt and other.txt: text.txt was taken.']],
    )
  }))

test('of a file that came with its role findings name the role', () =>
  withDraft(async (draft) => {
    await draft.upload('cover', file('mine.jpg', 'red'))
    await draft.upload(unsorted, file('readme.md'))
    const { findings } = await draft.sort()
    assert.deepEqual(
      findings.map(({ file }) => file),
      ['cover'],
    )
  }))

test('of uploads that are kept the unsorted ones go with the end of the import', () =>
  withPiecework(sorting({ folders: [], given: [] }), async (piecework, { artifacts }) => {
    const draft = await piecework.createDraft({ format, name: 'Notes', keepUploads: true, ...by })
    await draft.upload(unsorted, file('text.txt'))
    await draft.upload(unsorted, file('readme.md'))
    await (await draft.run()).result()
    const { uploads } = await draft.status()
    assert.deepEqual(await keys(artifacts, `jobs/${draft.job}`), [uploads[0]?.artifact])
  }))

test('a folder that cannot be read is refused with its reason, and everything stays', () =>
  withDraft(async (draft) => {
    await draft.upload(unsorted, file('alien.txt'))
    await refused(draft.sort(), 'notes/alien', /^The folder is another program's: alien\.txt\.$/)
    await refused(draft.run(), 'notes/alien')
    assert.deepEqual(await rolesOf(draft), ['unsorted alien.txt'])
    await draft.removeUpload((await draft.status()).uploads[0]?.id ?? '')
    assert.deepEqual(await draft.sort(), { files: [], missing: ['text'], findings: [] })
  }))

test("paths that leave the folder, zips that hold too much and files in each other's way are refused", () =>
  withDraft(async (draft) => {
    for (const name of [
      '../x',
      'a/../../x',
      '/etc/passwd',
      'C:\\x',
      'a//b',
      'a/./b',
      'a\u0000b',
      'x'.repeat(256),
    ])
      await refused(draft.upload(unsorted, file(name)), 'options-invalid')
    await refused(draft.upload(unsorted, { stream: bytes('x') }), 'options-invalid', /name, or its path/)
    await refused(draft.upload(unsorted, file('a', 'x'.repeat(2001))), 'upload-limit')
    assert.deepEqual(await rolesOf(draft), [])
    for (const [files, code] of [
      [['../text.txt'], 'archive-invalid'],
      [['/text.txt'], 'archive-invalid'],
      [['a', 'b', 'c', 'd', 'e'], 'archive-limit'],
      [['text.txt', 'text.txt/x'], 'options-invalid'],
    ] as const) {
      const content = await hostileZip(files)
      const { id } = await draft.upload(unsorted, { stream: one(content), fileName: 'a.zip' })
      await refused(draft.sort(), code)
      await draft.removeUpload(id)
    }
    await draft.upload(unsorted, zip([zipped('__MACOSX/text.txt')]))
    assert.deepEqual((await draft.sort()).missing, ['text'])
    await draft.removeUpload((await draft.status()).uploads[0]?.id ?? '')
    const { id } = await draft.upload(unsorted, file('a.zip', 'no zip'))
    await refused(draft.sort(), 'archive-invalid', /zip/)
    await draft.removeUpload(id)
    for (const name of ['a', 'b', 'c', 'd', 'd']) await draft.upload(unsorted, file(name))
    await refused(draft.upload(unsorted, file('e')), 'upload-limit', /At most 4/)
    for (const { id } of (await draft.status()).uploads) await draft.removeUpload(id)
    for (const name of ['a', 'a/b']) await draft.upload(unsorted, file(name))
    await refused(draft.sort(), 'options-invalid', /two files where "a\/b"/)
  }))

test('a format that sorts nothing has no unsorted files', () =>
  withPiecework(notes, async (piecework) => {
    const draft = await piecework.createDraft({ format, name: 'Notes', ...by })
    await refused(draft.upload(unsorted, file('a')), 'options-invalid')
    await refused(
      piecework.createUpload({ draft: draft.resource, role: unsorted, size: 1, fileName: 'a', ...by }),
      'options-invalid',
    )
  }))

test('unsorted files may come in parts', () =>
  withPiecework(sorting({ folders: [], given: [] }), async (piecework, { host }) => {
    const draft = await piecework.createDraft({ format, name: 'Notes', ...by })
    const asked = { draft: draft.resource, role: unsorted, size: 8, fileName: 'notes/text.txt', ...by }
    const upload = await piecework.createUpload(asked)
    for (const [offset, part] of [
      [0, 'one\n'],
      [4, 'two\n'],
    ] as const)
      await upload.append(bytes(part), { offset })
    assert.deepEqual(await rolesOf(draft), ['unsorted notes/text.txt'])
    const { resource } = await (await draft.run()).result()
    assert.deepEqual(host.books.get(resource?.id ?? '')?.lines, ['one', 'two'])
  }))

/** With any names: a zip of ours with names of the same length, which are then replaced. */
async function hostileZip(names: readonly string[]): Promise<Buffer> {
  const letters = names.map((name, at) => String.fromCharCode(97 + at).repeat(name.length))
  const chunks: Uint8Array[] = []
  for await (const chunk of zipFiles(
    letters.map((name) => zipped(name)),
    {},
  ))
    chunks.push(chunk)
  let text = Buffer.concat(chunks).toString('latin1')
  for (const [at, name] of names.entries()) text = text.replaceAll(letters[at] ?? '', name)
  return Buffer.from(text, 'latin1')
}

async function* one(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}

test('an unsorted file that comes in parts has the role that it was given', () =>
  withPiecework(sorting({ folders: [], given: [] }), async (piecework) => {
    const { resource } = await piecework.createDraft({ format, name: 'Notes', ...by })
    const asked = { draft: resource, role: unsorted, fileName: 'mine/text.txt', size: 1, ...by }
    const upload = await piecework.createUpload(asked)
    assert.equal((await upload.status()).role, unsorted)
    assert.equal((await upload.append(bytes('x'), { offset: 0 })).role, unsorted)
  }))

test.run()
