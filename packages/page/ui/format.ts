/** Numbers, sizes and times in the language of the page. */
export interface Format {
  number(value: number): string
  /** Of bytes. */
  size(bytes: number): string
  /** Of metres: `500 m`, `20 km`. */
  length(metres: number): string
  /** `1 December, 14:05`; with the year where it is another. */
  time(iso: string): string
  /** `2 minutes`, rounded for people. */
  duration(ms: number): string
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export function createFormat(lang: string): Format {
  const numbers = new Intl.NumberFormat(lang)
  const unit = (value: number, name: string, display: 'short' | 'long', digits = 0) =>
    new Intl.NumberFormat(lang, {
      style: 'unit',
      unit: name,
      unitDisplay: display,
      maximumFractionDigits: digits,
    }).format(value)
  return {
    number: (value) => numbers.format(value),
    size: (bytes) => {
      const at = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
      const value = bytes / 1000 ** at
      return unit(value, units[at] ?? 'byte', at === 0 ? 'long' : 'short', at > 0 && value < 10 ? 1 : 0)
    },
    length: (metres) => {
      if (metres >= 1000) return unit(metres / 1000, 'kilometer', 'short')
      return unit(metres, 'meter', 'short', metres < 1 ? 3 : 0)
    },
    time: (iso) => {
      const date = new Date(iso)
      const isThisYear = date.getFullYear() === new Date().getFullYear()
      return new Intl.DateTimeFormat(lang, {
        day: 'numeric',
        month: 'long',
        ...(!isThisYear && { year: 'numeric' }),
        hour: 'numeric',
        minute: '2-digit',
      }).format(date)
    },
    duration: (ms) => {
      const seconds = Math.max(1, Math.round(ms / 1000))
      if (seconds < 60) return unit(seconds < 10 ? seconds : Math.round(seconds / 10) * 10, 'second', 'long')
      const minutes = Math.round(seconds / 60)
      if (minutes < 90) return unit(minutes, 'minute', 'long')
      return unit(Math.round(minutes / 60), 'hour', 'long')
    },
  }
}
