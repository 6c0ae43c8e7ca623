-- Exports of imagery: what was asked for, as it was then.

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
