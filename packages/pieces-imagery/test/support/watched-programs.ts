import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Gdal } from '@piecework/pieces-imagery'

/** A warp of a window: the child, the process that it works for, and where the window lies. */
interface Warp {
  readonly pid: number
  readonly worker: number
  readonly window: string
}

/** GDAL's programs, which leave a line of each window that they warp. */
export interface WatchedPrograms {
  readonly gdal: Gdal
  readonly warps: () => readonly Warp[]
  /** From now on nothing is warped before so many processes have one to warp; what was warped is forgotten. */
  meet(processes: number): void
  /** The next warp has no end. */
  hang(): void
  /** The one that has none. */
  readonly hung: () => Warp | undefined
}

/** By what the shell has built in: tests wait for it. */
const script = (program: string) => `#!/bin/sh
at=\${0%/*}
window=
left=0
for one in "$@"; do
  if [ "$left" -gt 0 ]; then window="$window $one"; left=$((left - 1)); fi
  if [ "$one" = -te ]; then left=4; fi
done
count() { found=$#; }
if [ -n "$window" ]; then
  echo "$$ $PPID$window" >> "$at/warps"
  if rmdir "$at/hangs" 2>/dev/null; then
    echo "$$ $PPID$window" > "$at/hung.new" && mv "$at/hung.new" "$at/hung"
    exec sleep 600
  fi
  : > "$at/by-$PPID"
  read -r wanted < "$at/meet"
  count "$at"/by-*
  while [ "$found" -lt "$wanted" ]; do sleep 0.1; count "$at"/by-*; done
fi
exec ${program} "$@"
`

export function watchedPrograms({ folder, version }: Gdal, at: string): WatchedPrograms {
  mkdirSync(at)
  const others = ['gdalinfo', 'gdal_translate', 'gdaladdo', 'gdalsrsinfo', 'gdaltransform']
  for (const name of others) symlinkSync(join(folder, name), join(at, name))
  writeFileSync(join(at, 'gdalwarp'), script(join(folder, 'gdalwarp')))
  chmodSync(join(at, 'gdalwarp'), 0o755)
  const read = (name: string): readonly Warp[] => {
    if (!existsSync(join(at, name))) return []
    const lines = readFileSync(join(at, name), 'utf8').trim().split('\n')
    return lines.map((line) => {
      const [pid, worker, ...window] = line.split(' ')
      return { pid: Number(pid), worker: Number(worker), window: window.join(' ') }
    })
  }
  const meet = (processes: number): void => {
    for (const name of readdirSync(at)) if (/^(warps|hung|by-.*)$/.test(name)) rmSync(join(at, name))
    writeFileSync(join(at, 'meet'), `${processes}`)
  }
  meet(1)
  return {
    gdal: { folder: at, version },
    warps: () => read('warps'),
    meet,
    hang: () => mkdirSync(join(at, 'hangs')),
    hung: () => read('hung')[0],
  }
}
