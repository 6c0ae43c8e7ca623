const clear = '\r\x1b[K'

/**
 * Prints which files run, how many have ended and how long the rest may take: on a terminal as one line that changes, else
 * as a line for each file that begins. All other output goes through `print`.
 */
export function progress({ files, sideBySide, out = process.stdout }) {
  const live = out.isTTY === true
  const running = new Map()
  let done = 0
  let ended = { expected: 0, seconds: 0 }
  let waiting = files.reduce((sum, { expected }) => sum + expected, 0)

  const begin = (file) => {
    waiting -= file.expected
    running.set(file, performance.now())
    if (!live) out.write(`run     ${state()}: ${file.source}\n`)
    else show()
  }
  const end = (file) => {
    const seconds = secondsOf(file)
    ended = { expected: ended.expected + file.expected, seconds: ended.seconds + seconds }
    running.delete(file)
    done += 1
  }
  const print = (text) => out.write(`${live ? clear : ''}${text}\n`)

  const timer = live ? setInterval(show, 1000) : undefined
  const stop = () => {
    clearInterval(timer)
    if (live) out.write(clear)
  }
  return { begin, end, print, stop }

  function show() {
    const names = [...running.keys()].map((file) => `${short(file.source)} (${secondsOf(file).toFixed(0)} s)`)
    out.write(`${clear}${`${state()}: ${names.join(', ')}`.slice(0, (out.columns || 80) - 1)}`)
  }

  function state() {
    return `${done}/${files.length}, ${inMinutes(remaining())} left`
  }

  function secondsOf(file) {
    return (performance.now() - running.get(file)) / 1000
  }

  /** Seconds; expectations are scaled by how long the ended files took. */
  function remaining() {
    // Some seconds as expected, so that the first files alone do not decide.
    const pace = (ended.seconds + 20) / (ended.expected + 20)
    const rests = [...running.keys()].map((file) => Math.max(1, file.expected * pace - secondsOf(file)))
    const all = waiting * pace + rests.reduce((sum, rest) => sum + rest, 0)
    return Math.max(all / sideBySide, ...rests)
  }
}

const short = (source) => source.replace(/^packages\//, '').replace(/\.test\.ts$/, '')

const inMinutes = (seconds) => (seconds < 60 ? 'under 1 min' : `about ${Math.round(seconds / 60)} min`)
