import { render } from 'preact'
import { createAnnouncer } from './announcer.js'
import { createApi, type HeadersOf, Problem } from './api.js'
import { App } from './app.js'
import { type Env, EnvProvider } from './env.js'
import { createFormat } from './format.js'
import { html } from './html.js'
import type { Ref, Settings } from './model.js'
import { createNames } from './names.js'
import { ProblemNote } from './problem-note.js'
import { styles } from './styles.js'
import { createWords } from './words.js'

/**
 * `<piecework-jobs>`: exports, imports and copies. Attributes: `src`, where the server's routes are (default: those that
 * this module came with); `resource`, the one that it is about, `project:7` or `project:7/scenario:3`.
 */
export class PieceworkJobs extends HTMLElement {
  static readonly observedAttributes = ['src', 'resource', 'lang']
  #headers: HeadersOf | undefined
  #labels: Readonly<Record<string, string>> | undefined
  #isDue = false
  #stop: (() => void) | undefined

  /** Gives the headers of each request, such as a token. Absent: cookies only. */
  get headers(): HeadersOf | undefined {
    return this.#headers
  }
  set headers(given: HeadersOf | undefined) {
    this.#headers = given
    this.#renew()
  }

  /** Words in the place of those of the catalogue, by key. */
  get labels(): Readonly<Record<string, string>> | undefined {
    return this.#labels
  }
  set labels(given: Readonly<Record<string, string>> | undefined) {
    this.#labels = given
    this.#renew()
  }

  connectedCallback(): void {
    // What was set before this module had come stands in the way of the accessors.
    for (const name of ['headers', 'labels'] as const) {
      if (!Object.hasOwn(this, name)) continue
      const given = this[name]
      delete (this as Record<string, unknown>)[name]
      Object.assign(this, { [name]: given })
    }
    this.#renew()
  }
  attributeChangedCallback(): void {
    this.#renew()
  }
  disconnectedCallback(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  /** Once for all that is set at a time. */
  #renew(): void {
    if (this.#isDue) return
    this.#isDue = true
    queueMicrotask(() => {
      this.#isDue = false
      if (this.isConnected) this.#start()
    })
  }

  #start(): void {
    this.#stop?.()
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    if (root.adoptedStyleSheets.length === 0) {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(styles)
      root.adoptedStyleSheets = [sheet]
      root.append(Object.assign(document.createElement('div'), { className: 'root' }))
      const live = Object.assign(document.createElement('div'), { className: 'sr' })
      live.setAttribute('aria-live', 'polite')
      root.append(live)
      // Only comfort is lost without it.
      import('./keep-focus.js').then(
        ({ keepFocus }) => keepFocus(root),
        () => undefined,
      )
    }
    const [holder, live] = root.children as unknown as Iterable<HTMLElement>
    if (!holder || !live) return
    const src = this.getAttribute('src')
    const base = new URL(
      src === null ? '../../' : `${src.replace(/\/+$/, '')}/`,
      src === null ? import.meta.url : document.baseURI,
    )
    const api = createApi(base.href, this.#headers)
    const own = this.closest('[lang]')?.getAttribute('lang') || 'en'
    // Dates in another language than the words around them would be neither.
    const lang = this.#labels || own.startsWith('en') ? own : 'en'
    const format = createFormat(lang)
    const announcer = createAnnouncer(live)
    const t = createWords(lang, format, this.#labels)
    let isOver = false
    this.#stop = () => {
      isOver = true
      announcer.stop()
      render(null, holder)
    }
    const given = { api, t, format, names: createNames(api), announce: announcer.say }
    api
      .get<Settings>('ui/settings.json')
      .then(async (settings) => {
        const about = aboutOf(this.getAttribute('resource'), settings)
        if (about) await given.names.load([about.ref])
        if (!isOver) this.#show(holder, { ...given, settings, ...(about && { about }) }, html`<${App} />`)
      })
      .catch((error: unknown) => {
        const problem = error instanceof Problem ? error : new Problem(String(error), { code: 'page/error' })
        const settings = { kinds: [], pieces: [], formats: [] }
        if (!isOver)
          this.#show(
            holder,
            { ...given, settings },
            html`<${ProblemNote} problem=${problem} retry=${() => this.#renew()} />`,
          )
      })
  }

  #show(holder: HTMLElement, env: Env, content: unknown): void {
    render(html`<${EnvProvider} value=${env}>${content}<//>`, holder)
  }
}

/** Throws `Problem` for a resource that the server has no routes for. */
function aboutOf(resource: string | null, { kinds }: Settings): { ref: Ref; path: string } | undefined {
  if (resource === null || resource === '') return undefined
  const refs = resource.split('/').map((part) => {
    const at = part.indexOf(':')
    return { kind: decodeURIComponent(part.slice(0, at)), id: decodeURIComponent(part.slice(at + 1)) }
  })
  const segments = refs.map(({ kind, id }) => {
    const path = kinds.find((one) => one.kind === kind)?.path
    if (path === undefined)
      throw new Problem(`The attribute "resource" names no kind of this server: ${resource}.`)
    return `${path}/${encodeURIComponent(id)}`
  })
  const ref = refs.at(-1)
  return ref && { ref, path: segments.join('/') }
}

if (!customElements.get('piecework-jobs')) customElements.define('piecework-jobs', PieceworkJobs)
