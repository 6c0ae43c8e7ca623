import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Gdal } from '@piecework/pieces-imagery'

/** A warp of a window: the child, the process that it works for, and where the window lies. */
export interface Warp {
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

const script = (program: string) => `#!/bin/sh
at=$(dirname "$0")
window=$(echo " $*" | sed -n 's/.* -te \\([^ ]* [^ ]* [^ ]* [^ ]*\\).*/\\1/p')
if [ -n "$window" ]; then
  echo "$$ $PPID $window" >> "$at/warps"
  if rmdir "$at/hangs" 2>/dev/null; then
    echo "$$ $PPID $window" > "$at/hung.new" && mv "$at/hung.new" "$at/hung"
    exec sleep 600
  fi
  while [ "$(cut -d ' ' -f 2 "$at/warps" | sort -u | wc -l)" -lt "$(cat "$at/meet")" ]; do sleep 0.05; done
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
    rmSync(join(at, 'warps'), { force: true })
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
