import { spawnSync } from 'node:child_process'
import { type SkippableSuite, skipUnless } from './skip-unless.js'

/** Debian's, for which its packages are. */
export const debianPython = '/usr/bin/python3'

/** The suite itself where the programs of GDAL and its Python are installed; else one that skips visibly. */
export function needsGdal<S extends SkippableSuite>(suite: S): S {
  const runs = (program: string, ...args: string[]) =>
    spawnSync(program, args, { stdio: 'ignore' }).status === 0
  const found = runs('gdalwarp', '--version') && runs(debianPython, '-c', 'import osgeo')
  return skipUnless(found, 'needs the packages gdal-bin and python3-gdal', suite)
}
