/** PostgreSQL's schema of all tables of tenure projects. */
export const tenureSchema = 'tenure'

/** Tables of tenure projects, as SQL names them. Columns are in the migrations. */
export const tenureTables = {
  users: 'tenure.users',
  organizations: 'tenure.organizations',
  projects: 'tenure.projects',
  attribute_schemas: 'tenure.attribute_schemas',
  parties: 'tenure.parties',
  locations: 'tenure.locations',
  tenure_relationships: 'tenure.tenure_relationships',
  resources: 'tenure.resources',
  resource_links: 'tenure.resource_links',
} as const
