import './form-words.js'
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Problem, requestKey } from './api.js'
import type { Chosen } from './chosen-files.js'
import { collectionOf } from './collection-of.js'
import { DropZone, FileButton } from './drop-zone.js'
import { useEnv } from './env.js'
import { asProblem, useAction } from './hooks.js'
import { html } from './html.js'
import type { Format, Job } from './model.js'
import { ProblemNote } from './problem-note.js'
import { sendFile } from './tus.js'
import { linkTo, show } from './views.js'

/** Asks what is to be imported: an archive, or the files of a format. */
export function AskImport(): VNode {
  const env = useEnv()
  const { t, settings } = env
  const formats = settings.formats.filter(({ makes }) => collectionOf(makes, env) !== undefined)
  const [chosen, setChosen] = useState<'archive' | Format>('archive')
  const choice = (value: 'archive' | Format, label: string, hint: string) =>
    html`<label class="card">
      <input type="radio" name="what" checked=${chosen === value} onChange=${() => setChosen(value)} />
      <span><strong>${label}</strong><br /><span class="faint">${hint}</span></span>
    </label>`
  return html`<div>
    <p class="back"><a href=${linkTo('list')}><span class="arrow" aria-hidden="true">←</span> ${t('back')}</a></p>
    <h1 tabindex="-1">${t('import.title')}</h1>
    ${
      formats.length > 0 &&
      html`<fieldset class="cards"><legend>${t('import.what')}</legend>
        ${choice('archive', t('import.archive'), t('import.archiveHint'))}
        ${formats.map((format) => choice(format, t.find(`import.what.${format.name}`) ?? t('import.folder', { format: formatName(format) }), t.find(`import.hint.${format.name}`) ?? t(format.unsorted ? 'import.folderHint' : 'import.filesHint')))}
      </fieldset>`
    }
    ${chosen === 'archive' ? html`<${ArchiveForm} />` : html`<${DraftForm} key=${chosen.name} format=${chosen} />`}
  </div>`

  function formatName({ name }: Format): string {
    return t.find(`format.${name}`) ?? name
  }
}

/** Sends an archive, then imports it. */
function ArchiveForm(): VNode {
  const env = useEnv()
  const { api, t, format, settings } = env
  const roots = settings.kinds.filter(({ kind }) => collectionOf(kind, env) !== undefined)
  // What files can become is meant more often than what holds it.
  const first = roots.find(({ kind }) => settings.formats.some(({ makes }) => makes === kind))
  const [kind, setKind] = useState(first ?? roots[0])
  const [name, setName] = useState('')
  const [file, setFile] = useState<File>()
  const [sent, setSent] = useState<number>()
  const [problem, setProblem] = useState<Problem | string>()
  const upload = useRef<string | undefined>(undefined)
  const stop = useRef(new AbortController())
  const key = useRef(requestKey())
  useEffect(() => () => stop.current.abort(), [])
  const isBusy = sent !== undefined
  const choose = ([one]: readonly Chosen[]) => {
    if (!one) return
    const isWrong = !/\.zip$/i.test(one.file.name)
      ? 'import.notZip'
      : one.file.size === 0
        ? 'import.tooSmall'
        : undefined
    setProblem(isWrong === undefined ? undefined : t(isWrong))
    upload.current = undefined
    setFile(isWrong === undefined ? one.file : undefined)
  }
  const start = async (event: Event) => {
    event.preventDefault()
    if (!file || !kind) return
    setProblem(undefined)
    try {
      setSent(0)
      const path = `${collectionOf(kind.kind, env)}/import`
      upload.current = await sendFile({
        api,
        file,
        path,
        metadata: { filename: file.name },
        signal: stop.current.signal,
        known: upload.current,
        onBegun: (id) => {
          upload.current = id
        },
        onSent: setSent,
      })
      const given = name.trim()
      const body = { upload: upload.current, ...(given !== '' && { name: given }) }
      const job = await api.post<Job>(path, body, key.current)
      show('job', job.id)
    } catch (error) {
      key.current = requestKey()
      setSent(undefined)
      const found = asProblem(error)
      setProblem(found)
      if (found.status !== 422) return
      // The same file is refused again.
      upload.current = undefined
      setFile(undefined)
    }
  }
  const why = typeof problem === 'string' ? problem : undefined
  return html`<form onSubmit=${start}>
    ${
      roots.length > 1 &&
      html`<label class="field">${t('import.kind')}
        <select onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) => setKind(roots[currentTarget.selectedIndex])}>
          ${roots.map((one) => html`<option key=${one.kind} selected=${one === kind}>${t.kind(one.kind)}</option>`)}
        </select></label>`
    }
    <${DropZone} onFiles=${choose}>
      <${FileButton} label=${t('import.choose')} accept=".zip,application/zip" isQuiet=${file !== undefined} onFiles=${choose} />
      <span class="faint">${t('import.drop')}</span>
      ${file && html`<p><bdi class="name">${file.name}</bdi> <span class="faint">${format.size(file.size)}</span></p>`}
    <//>
    ${why !== undefined && html`<p class="note bad" role="alert">${why}</p>`}
    <label class="field">${t('import.name', { kind: t.kind(kind?.kind) })}
      <span class="faint" id="import-name">${t('import.nameHint')}</span>
      <input type="text" maxlength="200" dir="auto" aria-describedby="import-name" value=${name} readonly=${isBusy}
        onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => setName(currentTarget.value)} />
    </label>
    ${
      isBusy &&
      file &&
      html`<div class="bar" role="status">
        <progress max=${file.size} value=${sent} aria-label=${t('import.sending', { name: file.name })}></progress>
        <span>${t('progress.of', { done: format.size(sent ?? 0), total: format.size(file.size) })}. ${t('import.keepOpen')}</span>
      </div>`
    }
    ${typeof problem === 'object' && html`<${ProblemNote} problem=${problem} />${problem.status === 422 && html`<p>${t.find(`import.refused.${problem.code}`) ?? t('import.refused')}</p>`}`}
    <p class="buttons">
      <button type="submit" disabled=${isBusy || !file}>${t(upload.current === undefined ? 'import.start' : 'import.resume')}</button>
      <a class="button quiet" href=${linkTo('list')}>${t('cancel')}</a>
    </p>
  </form>`
}

/** Names what is to be made of files that come next. */
function DraftForm({ format }: { format: Format }): VNode {
  const env = useEnv()
  const { api, t } = env
  const [name, setName] = useState('')
  const [isEmpty, setEmpty] = useState(false)
  const key = useRef(requestKey())
  const beginning = useAction()
  const begin = (event: Event) => {
    event.preventDefault()
    setEmpty(name.trim() === '')
    if (name.trim() === '') return undefined
    return beginning.run(async () => {
      const draft = await api.post<{ job: string }>(
        `${collectionOf(format.makes, env)}/import/${format.segment}`,
        { name: name.trim() },
        key.current,
      )
      show('draft', draft.job)
    })
  }
  return html`<form onSubmit=${begin} novalidate>
    <label class="field">${t('draft.name', { kind: t.kind(format.makes) })}
      <input type="text" maxlength="200" dir="auto" required value=${name} aria-invalid=${isEmpty} aria-describedby=${isEmpty ? 'draft-name' : undefined}
        onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
          key.current = requestKey()
          setName(currentTarget.value)
        }} />
    </label>
    ${isEmpty && html`<p class="note bad" id="draft-name" role="alert">${t('draft.nameNeeded')}</p>`}
    <${ProblemNote} problem=${beginning.problem} />
    <p class="buttons">
      <button type="submit" disabled=${beginning.isBusy}>${t('draft.begin')}</button>
      <a class="button quiet" href=${linkTo('list')}>${t('cancel')}</a>
    </p>
  </form>`
}
