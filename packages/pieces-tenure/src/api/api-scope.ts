import { httpsUrl } from '@piecework/outbound'
import { apiDefaults } from '../defaults.js'
import { wrongAddress } from './api-error.js'

/** A path of plain segments. What servers decode in different ways is none: encoded slashes and dots, parameters. */
const plainPath =
  /^(?:\/(?!\.{1,2}(?:\/|$))(?:[\w.~!$&'()*+,=:@-]|%(?!2[ef5]|5c|3b|[01]|7f)[\da-f]{2})+)*\/?$/i

/** What may be read: a project's address, and all below it at the same origin. */
export class ApiScope {
  readonly #root: URL

  /** Throws `tenure/api-address` for what is no address of a project. */
  constructor(given: string) {
    const url = httpsUrl(given)
    if (typeof url === 'string') throw wrongAddress('The address of the project', url)
    if (url.search !== '' || url.hash !== '' || !plainPath.test(url.pathname))
      throw wrongAddress('The address of the project', 'must be a plain path, without a query')
    if (!url.pathname.endsWith('/')) url.pathname += '/'
    this.#root = url
  }

  get root(): string {
    return this.#root.href
  }

  /** Of a list of the project. */
  below(path: string): URL {
    return this.within(path, this.#root, 'The address of a list')
  }

  /** A link that stands in what was read from `base`. Throws `tenure/api-address` unless it is in the scope. */
  within(link: string, base: URL, where: string): URL {
    const url =
      link.length <= apiDefaults.addressCharacters && URL.canParse(link, base.href) && new URL(link, base)
    if (!url || typeof httpsUrl(url.href) === 'string') throw wrongAddress(where, 'must be an https URL')
    if (url.origin !== this.#root.origin) throw wrongAddress(where, 'leads to another origin')
    if (!plainPath.test(url.pathname) || !url.pathname.startsWith(this.#root.pathname))
      throw wrongAddress(where, "leads out of the project's scope")
    url.hash = ''
    return url
  }
}
