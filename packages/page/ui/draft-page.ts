import './form-words.js'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { requestKey } from './api.js'
import { AskFirst } from './ask-first.js'
import { forPage } from './causes.js'
import { wanted } from './chosen-files.js'
import { DraftFiles } from './draft-files.js'
import { DropZone, FileButton } from './drop-zone.js'
import { useEnv } from './env.js'
import { FindingsMap } from './findings-map.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import type { Checked, Finding, Findings, Job } from './model.js'
import { ProblemNote } from './problem-note.js'
import { RoleFiles } from './role-files.js'
import { useUploads } from './upload-queue.js'
import { useDraft } from './use-draft.js'
import { linkTo, show } from './views.js'

/** From a folder to an import: files come, are sorted and checked, are replaced where they are wrong, and then it runs. */
export function DraftPage({ id = '' }: { id: string | undefined }): VNode {
  const { api, t, announce, format: times } = useEnv()
  const { draft, path, format, name, sorted, checked, problem, isSorting, isChecking, look } = useDraft(id)
  const uploads = useUploads(path && `${path}/data-file`, look)
  const acting = useAction()
  const isClosed = draft !== undefined && draft.status !== 'draft'
  useEffect(() => {
    if (isClosed) show('job', id)
  }, [isClosed])
  // Leaving while files are on their way asks first.
  useEffect(() => {
    if (!uploads.isBusy) return undefined
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [uploads.isBusy])
  const findings = findingsOf()
  /** The file as it was sent, of what findings name by what it is used as. */
  const nameOf = (file: string) =>
    sorted?.files.find(({ role }) => role === file)?.path ?? t.find(`role.${file}`) ?? file
  const isReady = !uploads.isBusy && !isSorting && !isChecking && draft !== undefined
  const missing = sorted?.missing ?? draft?.missing ?? []
  const isComplete = isReady && draft.files.length > 0 && missing.length === 0
  const map = format?.hasMap && draft && { ref: { kind: draft.kind, id: draft.id }, segment: format.segment }
  const isChecked = isOfNow(checked)
  const ofFiles = isChecked ? foundInFiles() : []
  const isPassed = isComplete && isChecked && checked?.status === 'passed'
  const state = sentence()
  useEffect(() => announce(state.text), [state.text])
  const failed = uploads.items.filter((one) => one.problem)
  const run = () =>
    acting.run(async () => {
      const job = await api.post<Job>(path ?? '', {}, requestKey())
      show('job', job.id)
    })
  const remove = (files: readonly { id: string }[]) =>
    acting.run(async () => {
      for (const file of files)
        await api.send(`${path}/data-file/${encodeURIComponent(file.id)}`, { method: 'DELETE' })
      await look()
    })
  const discard = async () => {
    await api.post(`${path}/cancel`)
    show('list')
  }
  const discardWords = {
    label: t('draft.discard'),
    sure: t('draft.discardSure'),
    why: t('draft.discardWhy'),
    yes: t('draft.discardYes'),
    no: t('draft.discardNo'),
  }
  return html`<article>
    <p class="back"><a href=${linkTo('list')}><span class="arrow" aria-hidden="true">←</span> ${t('back')}</a></p>
    <h1 tabindex="-1"><bdi>${name ?? t('draft.title', { format: (format && t.find(`format.${format.name}`)) ?? '' })}</bdi></h1>
    <${ProblemNote} problem=${problem} />
    ${draft && html`<div class=${`summary ${state.tone}`}><span class="mark" aria-hidden="true">${state.mark}</span><p><strong>${state.text}</strong> ${state.more}</p></div>`}
    ${
      draft &&
      html`<section aria-labelledby="draft-files">
        <h2 id="draft-files">${t('draft.files')}</h2>
        ${
          format?.unsorted &&
          html`<${DropZone} onFiles=${(files: never) => uploads.add(wanted(files))}>
          <${FileButton} label=${t('draft.chooseFolder')} isFolder=${true} isQuiet=${isComplete} onFiles=${(files: never) => uploads.add(wanted(files))} />
          <${FileButton} label=${t('draft.chooseFiles')} isMultiple=${true} isQuiet=${true} onFiles=${(files: never) => uploads.add(wanted(files))} />
          <span class="faint">${t('draft.drop')}</span>
        <//>`
        }
        ${
          failed.length > 0 &&
          html`<div class="note bad" role="alert"><p>${t('import.paused', { why: failed[0]?.problem?.message ?? '' })}</p>
          <p><button type="button" onClick=${uploads.resume}>${t('import.resume')}</button></p></div>`
        }
        ${
          format?.unsorted
            ? html`<${DraftFiles} draft=${draft} sorted=${sorted} findings=${ofFiles} isChecked=${isReady && isChecked} outgoing=${uploads.items} isClosed=${isClosed} onReplace=${uploads.add} onRemove=${remove} />`
            : format &&
              html`<${RoleFiles} draft=${draft} findings=${ofFiles} isChecked=${isReady && isChecked} outgoing=${uploads.items} onFiles=${uploads.add} onRemove=${remove} />`
        }
      </section>`
    }
    <${ProblemNote} problem=${acting.problem} />
    ${
      draft &&
      html`<div class="buttons">
        <button type="button" class=${isPassed ? '' : 'quiet'} disabled=${acting.isBusy || !isPassed} onClick=${run}>${t('draft.run')}</button>
        ${isComplete && !isChecked && html`<button type="button" onClick=${() => look()}>${t('draft.check')}</button>`}
        <${AskFirst} ...${discardWords} act=${discard} />
      </div>
      <p class="faint">${t('draft.checkHint')}</p>`
    }
    ${findings && html`<${FindingsMap} key=${String(isComplete)} findings=${findings} order=${draft?.roles.map((one: { name: string }) => one.name)} map=${isComplete ? map : undefined} name=${name ?? id} nameOf=${nameOf} />`}
  </article>`

  function sentence(): { tone: string; mark: string; text: string; more: string } {
    const mayClose = draft?.keptUntil
      ? t('draft.mayCloseUntil', { time: times.time(draft.keptUntil) })
      : t('draft.mayClose')
    if (uploads.isBusy)
      return {
        tone: 'busy',
        mark: '…',
        text: t('draft.sending', { count: uploads.items.filter((one) => !one.problem).length }),
        more: t('draft.keepOpen'),
      }
    if (isSorting) return { tone: 'busy', mark: '…', text: t('draft.sorting'), more: mayClose }
    if (isChecking) return { tone: 'busy', mark: '…', text: t('draft.checking'), more: mayClose }
    if (!draft?.files.length)
      return { tone: 'waiting', mark: '…', text: t('sum.draft'), more: t('sum.continue') }
    if (missing.length > 0) {
      const names = missing
        .map((role: string) => t.find(`role.${role}`) ?? role.replace(/-/g, ' '))
        .join(', ')
      return {
        tone: 'bad',
        mark: '!',
        text: t('draft.missingOnes', { names }),
        more: `${isChecked ? `${soFar()} ` : ''}${t('draft.missingHint')} ${mayClose}`,
      }
    }
    if (!isOfNow(checked))
      return {
        tone: 'waiting',
        mark: '!',
        text: t('draft.unchecked'),
        more: `${t('draft.next')} ${mayClose}`,
      }
    if (checked?.status === 'failed')
      return {
        tone: 'bad',
        mark: '!',
        text: t('draft.broken'),
        more: `${forPage(checked.firstStep ?? '')} ${mayClose}`,
      }
    const hasWarnings = (checked?.warnings ?? 0) > 0
    return {
      tone: hasWarnings ? 'warned' : 'good',
      mark: hasWarnings ? '!' : '✓',
      text: t('draft.checked'),
      more: `${hasWarnings ? `${t('sum.warnings', { count: checked?.warnings ?? 0 })} ` : ''}${mayClose}`,
    }
  }

  function soFar(): string {
    const count = ofFiles.filter(({ severity }) => severity === 'error').length
    return count === 0 ? t('draft.soFar.none') : t('draft.soFar', { count })
  }

  /** That one is missing is no fault of the file that names it. */
  function foundInFiles(): readonly Finding[] {
    const ofSort = new Set(missing.length > 0 ? sorted?.findings.map(({ message }) => message) : [])
    return (findings?.items ?? []).filter(({ message }) => !ofSort.has(message))
  }

  /** Of the check where there is one, else of the sort. */
  function findingsOf(): Findings | undefined {
    if (isSorting || isChecking || uploads.isBusy) return undefined
    const items: readonly Finding[] = isOfNow(checked)
      ? (checked?.files ?? []).flatMap((file) => file.findings)
      : (sorted?.findings ?? [])
    const count = (severity: Finding['severity']) => items.filter((one) => one.severity === severity).length
    return { items, errors: count('error'), warnings: count('warning'), firstStep: '' }
  }
}

/** It has come to an end over the files that are there. */
function isOfNow(checked: Checked | undefined): boolean {
  return checked !== undefined && !checked.outdated && ['passed', 'failed'].includes(checked.status)
}
