// Compiled from the .sql files of this folder by `npm run build`.
export const sqlSources = [
  {
    name: '0001-imagery',
    sql: `-- Projects of scenes, and the scenes, which several projects may share.

CREATE SCHEMA IF NOT EXISTS imagery;

-- A shell has no name until its content brings one.
CREATE TABLE imagery.projects (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text,
  description text,
  -- As in a tool's node: what exports without a tool do to colors.
  color_correction jsonb CHECK (jsonb_typeof(color_correction) = 'object'),
  owner text NOT NULL,
  state text NOT NULL DEFAULT 'ready' CHECK (state IN ('importing', 'ready')),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT projects_named CHECK (state <> 'ready' OR name IS NOT NULL)
);

-- What a GeoTIFF says of itself. It is the key \`artifact\` of the host's store, where it never changes.
CREATE TABLE imagery.scenes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  owner text NOT NULL,
  artifact text NOT NULL,
  bytes bigint NOT NULL,
  -- In pixels.
  width integer NOT NULL CHECK (width > 0),
  height integer NOT NULL CHECK (height > 0),
  -- EPSG:32618, or WKT.
  crs text NOT NULL,
  -- Upper left corner, and a pixel, in units of the CRS.
  origin_x double precision NOT NULL,
  origin_y double precision NOT NULL,
  pixel_width double precision NOT NULL CHECK (pixel_width > 0),
  pixel_height double precision NOT NULL CHECK (pixel_height > 0),
  data_type text NOT NULL CHECK (data_type IN ('uint8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64')),
  -- [{ name, color, role }] in the file's order; the role is a common name of STAC: red, nir, swir16.
  bands jsonb NOT NULL CHECK (jsonb_typeof(bands) = 'array'),
  -- NaN is a value.
  nodata double precision,
  alpha boolean NOT NULL DEFAULT false,
  -- The file has a mask of its own.
  masked boolean NOT NULL DEFAULT false,
  scale double precision,
  value_offset double precision,
  -- [[red, green, blue, alpha]] by value.
  palette jsonb,
  -- GeoJSON in WGS 84, in two parts at the antimeridian; NULL around a pole.
  footprint jsonb,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX scenes_artifact ON imagery.scenes (artifact);

-- The scene with the highest position is on top.
CREATE TABLE imagery.project_scenes (
  project_id uuid NOT NULL REFERENCES imagery.projects ON DELETE CASCADE,
  scene_id uuid NOT NULL REFERENCES imagery.scenes,
  position integer NOT NULL,
  PRIMARY KEY (project_id, scene_id),
  CONSTRAINT project_scenes_position UNIQUE (project_id, position)
);

CREATE INDEX project_scenes_scene ON imagery.project_scenes (scene_id);
`,
  },
  {
    name: '0002-exports',
    sql: `-- Exports of imagery: what was asked for, as it was then.

CREATE TABLE imagery.exports (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  owner text NOT NULL,
  -- With its projection, resolution, resampling, mask and crop.
  tool jsonb NOT NULL CHECK (jsonb_typeof(tool) = 'object'),
  -- Ids of scenes by the nodes that read them, the last one on top: projects may change meanwhile.
  sources jsonb NOT NULL CHECK (jsonb_typeof(sources) = 'object'),
  -- All of them.
  scenes uuid[] NOT NULL,
  -- { pixels, bytes, asked, windows, isFiner, gdalVersion }
  estimate jsonb NOT NULL CHECK (jsonb_typeof(estimate) = 'object'),
  -- Piecework's first one. NULL: it was asked for, and not begun. Its status is that of its jobs.
  job text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX exports_owner ON imagery.exports (owner, created_at);
CREATE INDEX exports_scenes ON imagery.exports USING gin (scenes);
`,
  },
]
