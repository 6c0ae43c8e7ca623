import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addScene, type SceneHost } from '@piecework/pieces-imagery'

export interface SampleProjects {
  /** Red, green, blue and near infrared at a lake in Japan. */
  readonly lake: string
  /** Four quarters of one image at the Bahamas. */
  readonly quarters: string
  /** An area at the lake. */
  readonly area: unknown
}

/** `folder`: of the scenes' files. */
export async function sampleProjects(
  host: SceneHost,
  owner: string,
  folder: string,
): Promise<SampleProjects> {
  const named = ['red', 'green', 'blue', 'nir'] as const
  const bands = named.map((name) => ({ name, role: name }))
  return {
    lake: await project('Lake', ['landsat-rgbn-256'], bands),
    quarters: await project('Quarters', ['rgb1', 'rgb2', 'rgb3', 'rgb4']),
    area: JSON.parse(await readFile(join(folder, 'aoi_l.geojson'), 'utf8')),
  }

  async function project(name: string, scenes: readonly string[], names?: typeof bands): Promise<string> {
    const { rows } = await host.database.query<{ id: string }>(
      `INSERT INTO imagery.projects (name, color_correction, owner)
       VALUES ($1, '{"clip": {"min": 7000, "max": 20000}, "gamma": 1.2, "saturation": 1.3}', $2) RETURNING id::text AS id`,
      [name, owner],
    )
    const id = rows[0]?.id ?? ''
    for (const scene of scenes) {
      const bytes = (await open(join(folder, `${scene}.tif`))).createReadStream()
      await addScene(host, { name: scene, owner, bytes, project: id, ...(names && { bands: names }) })
    }
    return id
  }
}
