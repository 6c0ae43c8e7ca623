import { catalogue } from './catalogue.js'
import type { Format } from './format.js'

type Values = Readonly<Record<string, string | number>>

export interface Words {
  /** Throws nothing: a key that is not known is shown. `count` chooses the form, and is `{n}` in it. */
  (key: string, values?: Values & { readonly count?: number }): string
  /** Undefined if there is no such key. */
  find(key: string): string | undefined
  /** Of a piece, `project/planning-units`: "planning units". */
  part(name: string): string
  kind(name: string | undefined): string
}

export function createWords(lang: string, format: Format, own: Readonly<Record<string, string>> = {}): Words {
  const plurals = new Intl.PluralRules(lang)
  const find = (key: string) => own[key] ?? catalogue[key]
  const t = (key: string, { count, ...values }: Values & { readonly count?: number } = {}): string => {
    const text =
      count === undefined ? find(key) : (find(`${key}.${plurals.select(count)}`) ?? find(`${key}.other`))
    const filled: Values = { ...values, ...(count !== undefined && { n: format.number(count) }) }
    return (text ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(filled[name] ?? ''))
  }
  const plain = (name: string) => name.replace(/[-_]+/g, ' ')
  return Object.assign(t, {
    find,
    part: (name: string) => {
      const last = name.split('/').at(-1) ?? name
      return find(`part.${name}`) ?? find(`part.${last}`) ?? plain(last)
    },
    kind: (name: string | undefined) =>
      name === undefined ? t('kind.unknown') : (find(`kind.${name}`) ?? plain(name)),
  })
}
