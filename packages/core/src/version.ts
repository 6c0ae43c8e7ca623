/** Of this package; written into archives' about.json, which nothing trusts. */
export const version = '0.1.0'
